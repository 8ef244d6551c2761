"""What the grammar saw becomes the tree: names get their kinds, operators on dates their functions, and whatever
cannot be calculated is refused here, with its place, before anybody runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from domain.rulebook.errors import NothingWritten, WantsKind
from domain.rulebook.rules.grammar import Raw, raw
from domain.rulebook.rules.judge import Judge
from domain.rulebook.rules.kinds import LISTS, Field, Kind
from domain.rulebook.rules.names import Names, plain
from domain.rulebook.rules.scanner import scan
from domain.rulebook.rules.signatures import BY_CODE
from domain.rulebook.rules.tree import (
    GIVEN,
    Arithmetic,
    Asked,
    Call,
    Choose,
    Compare,
    Day,
    Empty,
    Expression,
    Logic,
    Member,
    Negative,
    Node,
    Number,
    Opposite,
    Several,
    Text,
    Truth,
    walk,
    written,
)
from domain.rulebook.vocabulary import FUNCTIONS


@lru_cache(maxsize=4096)
def parse(text: str, names: Names, kind: Kind | None = None) -> Expression:
    """The tree of `text`. Raises only DomainErrors of this context, with the position.

    `kind`: what the whole must be (BOOLEAN for a condition); None takes anything.
    """
    tokens = scan(text, names)
    if not tokens:
        raise NothingWritten
    builder = Builder(text, names)
    root = builder.build(raw(tokens, text))
    if kind is not None:
        root = builder.judge.of_kind(root, kind, WantsKind)
    return builder.expression(root)


def condition(text: str, names: Names) -> Expression:
    """The tree of a text that must be 是 or 否."""
    return parse(text, names, Kind.BOOLEAN)


class Builder:
    """Builds one tree; `judge` remembers of what kind fields turned out to be."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names = text, names
        self.judge = Judge(text)

    def build(self, seen: Raw) -> Node:
        maker: Callable[[Raw], Node] = getattr(self, f"_{seen.data}")
        return maker(seen)

    def expression(self, root: Node) -> Expression:
        """The whole, with the fields in order of appearance."""
        asked = sorted((node for node in walk(root) if isinstance(node, Asked)), key=lambda node: node.start)
        fields: dict[str, Kind] = {}
        for node in asked:
            fields[node.name] = self.judge.found.get(node.name, node.kind)
        called = {FUNCTIONS[node.name]["code"] for node in walk(root) if isinstance(node, Call)}
        return Expression(self.text, root, fields, frozenset(called & GIVEN))

    def _parts(self, seen: Raw) -> list[Node]:
        return [self.build(part) for part in seen.parts]

    def _grouped(self, seen: Raw) -> Node:
        return replace(self.build(seen.parts[0]), start=seen.span[0], end=seen.span[1])

    def _number(self, seen: Raw) -> Node:
        figure = seen.tokens()[0].value
        return Number(*seen.span, Kind.NUMBER, 1, figure.value, figure.unit, figure.percent)

    def _day(self, seen: Raw) -> Node:
        return Day(*seen.span, Kind.DATE, 1, seen.tokens()[0].value)

    def _text(self, seen: Raw) -> Node:
        return Text(*seen.span, Kind.TEXT, 1, seen.tokens()[0].value)

    def _yes(self, seen: Raw) -> Node:
        return Truth(*seen.span, Kind.BOOLEAN, 1, True)

    def _no(self, seen: Raw) -> Node:
        return Truth(*seen.span, Kind.BOOLEAN, 1, False)

    def _asked(self, seen: Raw) -> Node:
        name = seen.tokens()[0].value or ""
        known = self.names.known.get(plain(name), (name, Field()))[1]
        self.judge.options[name] = known.options
        return Asked(*seen.span, self.judge.found.get(name, known.kind.plain), 1, name, known.unit)

    def _constant(self, seen: Raw) -> Node:
        return self.judge.call(seen.span, seen.tokens()[0].value, ())

    def _call(self, seen: Raw) -> Node:
        arguments = self._parts(seen.parts[0]) if seen.parts else []
        return self.judge.call(seen.span, seen.tokens()[0].value, tuple(arguments))

    def _several(self, seen: Raw) -> Node:
        items = self.judge.alike(self._parts(seen.parts[0]))
        return Several(*seen.span, LISTS.get(items[0].kind, Kind.ANY), _above(*items), items)

    def _negative(self, seen: Raw) -> Node:
        operand = self.judge.number(self.build(seen.parts[0]))
        return Negative(*seen.span, Kind.NUMBER, _above(operand), operand)

    def _positive(self, seen: Raw) -> Node:
        return self.judge.number(self.build(seen.parts[0]))

    def _arithmetic(self, seen: Raw) -> Node:
        left, right = self._parts(seen)
        sign = seen.tokens()[0].kind
        if sign in {"PLUS", "MINUS"}:
            if dated := self.judge.dated(seen.span, sign, left, right):
                return dated
            self.judge.same_unit(left, right)
        left, right = self.judge.number(left), self.judge.number(right)
        return Arithmetic(*seen.span, Kind.NUMBER, _above(left, right), sign, left, right)

    def _compare(self, seen: Raw) -> Node:
        """1 < 司龄 <= 10 is two comparisons that must both hold, and so is 司龄 大于 1 小于 10: a constant in the
        middle is never what the second one is about."""
        parts, signs = self._parts(seen), [token.kind for token in seen.tokens()]
        stays = written(parts[0]) is None and all(written(part) is not None for part in parts[1:-1])
        lefts = [parts[0]] * len(signs) if stays else parts[:-1]
        pairs = [self._pair(sign, left, right) for sign, left, right in zip(signs, lefts, parts[1:], strict=True)]
        return pairs[0] if len(pairs) == 1 else Logic(*seen.span, Kind.BOOLEAN, _above(*pairs), "AND", tuple(pairs))

    def _pair(self, sign: str, left: Node, right: Node) -> Node:
        sign = "EQ" if sign == "IS" else sign
        left, right = self.judge.comparable(sign, left, right)
        return Compare(left.start, right.end, Kind.BOOLEAN, _above(left, right), sign, left, right)

    def _member(self, seen: Raw) -> Node:
        return self._among(seen, negated=False)

    def _stranger(self, seen: Raw) -> Node:
        return self._among(seen, negated=True)

    def _among(self, seen: Raw, *, negated: bool) -> Node:
        operand, among = self.judge.among(*self._parts(seen))
        return Member(*seen.span, Kind.BOOLEAN, _above(operand, among), operand, among, negated)

    def _between(self, seen: Raw) -> Node:
        """部门 包含 “客服” is 包含(部门, “客服”)."""
        return self.judge.call(seen.span, seen.tokens()[0].value, tuple(self._parts(seen)))

    def _lacking(self, seen: Raw) -> Node:
        call = self.judge.call(seen.span, BY_CODE["contains"], tuple(self._parts(seen)))
        return Opposite(*seen.span, Kind.BOOLEAN, _above(call), call)

    def _empty(self, seen: Raw) -> Node:
        return Empty(*seen.span, Kind.BOOLEAN, 2, self.judge.field(self.build(seen.parts[0])), False)

    def _filled(self, seen: Raw) -> Node:
        return Empty(*seen.span, Kind.BOOLEAN, 2, self.judge.field(self.build(seen.parts[0])), True)

    def _both(self, seen: Raw) -> Node:
        return self._logic(seen, "AND")

    def _either(self, seen: Raw) -> Node:
        return self._logic(seen, "OR")

    def _logic(self, seen: Raw, sign: str) -> Node:
        parts = tuple(self.judge.condition(part) for part in self._parts(seen))
        return Logic(*seen.span, Kind.BOOLEAN, _above(*parts), sign, parts)

    def _opposite(self, seen: Raw) -> Node:
        operand = self.judge.condition(self.build(seen.parts[0]))
        return Opposite(*seen.span, Kind.BOOLEAN, _above(operand), operand)

    def _choose(self, seen: Raw) -> Node:
        asked, *answers = self._parts(seen)
        asked = self.judge.condition(asked)
        then, otherwise = self.judge.alike(answers)
        return Choose(*seen.span, then.kind, _above(asked, then, otherwise), asked, then, otherwise)


def _above(*nodes: Node) -> int:
    return 1 + max(node.depth for node in nodes)


def fields_of(*expressions: Expression) -> Mapping[str, Kind]:
    """All fields of several expressions, in order of appearance."""
    found: dict[str, Any] = {}
    for expression in expressions:
        found.update(expression.fields)
    return found
