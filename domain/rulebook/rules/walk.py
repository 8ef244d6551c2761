"""The tree step by step: slower than the compiled function, but it knows at every moment where it is.

It gives the trace that HR reads, and finds what was wrong when the compiled function could not go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import DivisionByZero, DivisionUndefined
from typing import Any

from domain.rulebook.errors import DividedByZero, FieldEmpty, OutOfRange, ValueUnfit
from domain.rulebook.rules.calculation import CALCULATIONS, Nothing
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.signatures import BY_CODE, SIGNATURES
from domain.rulebook.rules.tree import (
    Arithmetic,
    Asked,
    Call,
    Choose,
    Compare,
    Empty,
    Expression,
    Logic,
    Member,
    Negative,
    Node,
    Opposite,
    Several,
    children,
    written,
)
from domain.rulebook.rules.wording import Wording, fenced, is_cut, shown
from domain.rulebook.vocabulary import SPOKEN

SIGNS: dict[str, Any] = {
    "PLUS": lambda left, right: left + right,
    "MINUS": lambda left, right: left - right,
    "TIMES": lambda left, right: left * right,
    "DIVIDE": lambda left, right: left / right,
    "PERCENT": CALCULATIONS["remainder"],
    "GT": lambda left, right: left > right,
    "GE": lambda left, right: left >= right,
    "LT": lambda left, right: left < right,
    "LE": lambda left, right: left <= right,
    "EQ": lambda left, right: left == right,
    "NE": lambda left, right: left != right,
}


@dataclass(frozen=True)
class Step:
    """One line of a trace. `depth` indents it; `result` is said behind an arrow or an equals sign."""

    depth: int
    text: str
    result: str
    link: str = field(default_factory=lambda: SPOKEN["result"])

    def __str__(self) -> str:
        return f"{'  ' * self.depth}{self.text}{self.link if self.text else ''}{self.result}"


@dataclass(frozen=True)
class Trace:
    """What came out and how."""

    value: Any
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "\n".join(str(step) for step in self.steps)


class Walk:
    """One evaluation. `values` are exact; `given` holds what the caller supplies, by its code."""

    def __init__(self, expression: Expression, values: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        self.expression, self.values, self.given = expression, values, given
        self.steps: list[Step] = []
        self.done: dict[int, Any] = {}

    def trace(self) -> Trace:
        """Raises what `value` raises."""
        return Trace(self._told(self.expression.root, 0), tuple(self.steps))

    def value(self, node: Node) -> Any:
        """Raises FieldEmpty, ValueUnfit, DividedByZero, OutOfRange."""
        if id(node) in self.done:
            return self.done[id(node)]
        match node:
            case Asked():
                return self._field(node)
            case Several(items=items):
                return tuple(self.value(item) for item in items)
            case Empty(operand=Asked(name=name), negated=negated):
                return (self.values.get(name) in (None, ())) != negated
            case Logic(sign=sign, parts=parts):
                answers = (self.value(part) for part in parts)
                return all(answers) if sign == "AND" else any(answers)
            case Choose(condition=condition, then=then, otherwise=otherwise):
                return self.value(then if self.value(condition) else otherwise)
            case Call() | Arithmetic() | Compare() | Member() | Negative() | Opposite():
                return self._calculated(node)
        return written(node)

    def _field(self, node: Asked) -> Any:
        value = self.values.get(node.name)
        if value is None:
            raise FieldEmpty(field=node.name)
        return value

    def _calculated(self, node: Node) -> Any:
        what = self.expression.text[node.start : node.end]
        try:
            return self._calculation(node)
        except (DivisionByZero, DivisionUndefined, ZeroDivisionError) as wrong:
            raise DividedByZero(what=what) from wrong
        except Nothing as wrong:
            raise FieldEmpty(field=next(self._asked(node), what)) from wrong
        except (TypeError, AttributeError) as wrong:
            raise ValueUnfit(field=next(self._asked(node), what), wanted=self._wanted(node)) from wrong
        except (ArithmeticError, ValueError) as wrong:
            raise OutOfRange(what=what) from wrong

    def _calculation(self, node: Node) -> Any:
        match node:
            case Arithmetic(sign=sign, left=left, right=right) | Compare(sign=sign, left=left, right=right):
                return SIGNS[sign](self.value(left), self.value(right))
            case Member(operand=operand, among=among, negated=negated):
                return (self.value(operand) in self.value(among)) != negated
            case Negative(operand=operand):
                return -self.value(operand)
            case Opposite(operand=operand):
                return not self.value(operand)
            case Call():
                return self._called(node)
        raise TypeError(type(node).__name__)

    def _called(self, node: Call) -> Any:
        code = SIGNATURES[node.name].code
        if code == "current_day":
            return self.given[code]
        if code == "instead":
            asked, otherwise = node.arguments
            filled = isinstance(asked, Asked) and self.values.get(asked.name) is not None
            return self.value(asked if filled else otherwise)
        called = self.given[code] if code in self.given else CALCULATIONS[code]
        return called(*(self.value(argument) for argument in node.arguments))

    def _asked(self, node: Node) -> Any:
        return (child.name for child in children(node) if isinstance(child, Asked))

    def _wanted(self, node: Node) -> Kind:
        known = (child.kind for child in children(node) if child.kind is not Kind.ANY)
        return next(known, Kind.ANY)

    def _told(self, node: Node, depth: int) -> Any:
        """The value, and its steps in the order in which a person would go."""
        match node:
            case Logic():
                value = self._told_logic(node, depth)
            case Opposite(operand=operand):
                value = not self._told(operand, depth)
                self._step(depth, SPOKEN["opposite"], value)
            case Choose(condition=condition, then=then, otherwise=otherwise):
                taken = self._told(condition, depth)
                self.steps.append(Step(depth, "", SPOKEN["then_taken" if taken else "else_taken"]))
                value = self._told(then if taken else otherwise, depth + 1)
            case _:
                value = self._told_value(node, depth)
        self.done[id(node)] = value
        return value

    def _told_logic(self, node: Logic, depth: int) -> bool:
        decided = node.sign == "OR"
        value = not decided
        for part in node.parts:
            if value is decided:
                words = Wording().said(part)
                self.steps.append(Step(depth + 1, words, SPOKEN["skipped"]))
                continue
            value = bool(self._told(part, depth + 1))
        self._step(depth, SPOKEN["all_hold" if node.sign == "AND" else "one_holds"], value)
        return value

    def _told_value(self, node: Node, depth: int) -> Any:
        for choice in _choices(node):
            self._told(choice, depth + 1)
        value = self.value(node)
        if isinstance(node, Asked):
            self._step(depth, fenced(node.name), value)
        elif written(node) is None:
            self._step(depth, self._wording().said(node), value)
        elif depth:
            self.steps.append(Step(depth, "", shown(value)))
        return value

    def _wording(self) -> Wording:
        return Wording({**self.values, **{BY_CODE[code]: value for code, value in self.given.items()}}, self.done)

    def _step(self, depth: int, text: str, value: Any) -> None:
        link = SPOKEN["result"] if isinstance(value, bool) else SPOKEN["about" if is_cut(value) else "equals"]
        self.steps.append(Step(depth, text, shown(value), link))


def _choices(node: Node) -> list[Choose]:
    """The choices below that no other choice or condition holds: they are told first, then stand for their value."""
    found: list[Choose] = []
    for child in children(node):
        found += [child] if isinstance(child, Choose) else _choices(child)
    return found
