"""What goes with what: numbers with numbers, days with days, a choice with its options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.kernel.errors import DomainError
from domain.rulebook.errors import (
    ArgumentCount,
    ArgumentUnfit,
    KindsDiffer,
    OptionUnknown,
    TextNotOrdered,
    UnitsDiffer,
    WantsCondition,
    WantsKind,
    WantsNumber,
)
from domain.rulebook.rules.kinds import LISTS, Kind
from domain.rulebook.rules.names import nearest
from domain.rulebook.rules.signatures import BY_CODE, SIGNATURES, accepts, first_accepted, takes_lists
from domain.rulebook.rules.tree import Arithmetic, Asked, Call, Day, Negative, Node, Number, Several, Text, Truth
from domain.rulebook.vocabulary import WORDS

ORDERED = {Kind.NUMBER, Kind.DATE, Kind.ANY}
CALENDAR: dict[str, tuple[str, int]] = {unit: tuple(what) for unit, what in WORDS["calendar_units"].items()}
SHOWN = 20
"""Characters of the text that a message repeats."""

Span = tuple[int, int]


class Judge:
    """Judges one text. `found`: of what kind a field turned out to be that had none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: dict[str, Kind] = {}
        self.options: dict[str, tuple[str, ...]] = {}

    def what(self, node: Node) -> str:
        """The piece of text behind a node, as messages repeat it."""
        piece = node.value if isinstance(node, Text) else self.text[node.start : node.end]
        return piece if len(piece) <= SHOWN else f"{piece[:SHOWN]}…"

    def of_kind(self, node: Node, kind: Kind, refusal: type[DomainError]) -> Node:
        """The node, if it is of this kind; a field of no known kind becomes one of it."""
        if node.kind is kind:
            return node
        if node.kind is not Kind.ANY:
            raise refusal(position=node.start + 1, what=self.what(node), got=node.kind, wanted=kind)
        return self._settled(node, kind)

    def _settled(self, node: Node, kind: Kind) -> Node:
        if not isinstance(node, Asked) or kind is Kind.ANY:
            return node
        settled = self.found.setdefault(node.name, kind)
        if settled is not kind:
            facts = {"left": self.what(node), "right": self.what(node), "kinds": (settled, kind)}
            raise KindsDiffer(position=node.start + 1, what=self.what(node), **facts)
        return replace(node, kind=kind)

    def number(self, node: Node) -> Node:
        return self.of_kind(node, Kind.NUMBER, WantsNumber)

    def condition(self, node: Node) -> Node:
        return self.of_kind(node, Kind.BOOLEAN, WantsCondition)

    def field(self, node: Node) -> Node:
        """Only a field can be empty."""
        if isinstance(node, Asked):
            return node
        raise WantsKind(position=node.start + 1, what=self.what(node), got=node.kind, wanted="field")

    def comparable(self, sign: str, left: Node, right: Node) -> tuple[Node, Node]:
        left, right = self._written_alike(left, right.kind), self._written_alike(right, left.kind)
        left, right = self._met(left, right)
        if sign not in {"EQ", "NE"} and left.kind not in ORDERED:
            raise TextNotOrdered(position=left.start + 1, what=self.what(left))
        if left.kind.is_list or left.kind in {Kind.PERIOD, Kind.BANDS}:
            raise TextNotOrdered(position=left.start + 1, what=self.what(left))
        self.same_unit(left, right)
        self._offered(left, right)
        self._offered(right, left)
        return left, right

    def among(self, operand: Node, among: Node) -> tuple[Node, Node]:
        """The list and what is looked for in it, of one kind."""
        if among.kind is Kind.ANY:
            return operand, self._settled(among, LISTS.get(operand.kind, Kind.ANY))
        if not among.kind.is_list:
            raise WantsKind(position=among.start + 1, what=self.what(among), got=among.kind, wanted="list")
        if isinstance(among, Several) and operand.kind is Kind.DATE:
            items = tuple(self._written_alike(item, Kind.DATE) for item in among.items)
            among = replace(among, items=items, kind=LISTS.get(items[0].kind, Kind.ANY))
        if operand.kind is Kind.ANY:
            operand = self._settled(operand, among.kind.item)
        if operand.kind not in {among.kind.item, Kind.ANY}:
            raise self._differ(operand, among)
        for item in among.items if isinstance(among, Several) else ():
            self._offered(operand, item)
        return operand, among

    def alike(self, nodes: Sequence[Node]) -> tuple[Node, ...]:
        """All of one kind: the items of a list, the two answers of a choice."""
        leader = next((node for node in nodes if node.kind is not Kind.ANY), nodes[0])
        for node in nodes:
            if node.kind not in {leader.kind, Kind.ANY}:
                raise self._differ(leader, node)
        return tuple(self._settled(node, leader.kind) if node.kind is Kind.ANY else node for node in nodes)

    def same_unit(self, left: Node, right: Node) -> None:
        units = unit_of(left), unit_of(right)
        if None not in units and units[0] != units[1]:
            facts = {"left": units[0], "right": units[1]}
            raise UnitsDiffer(position=right.start + 1, what=self.what(right), **facts)

    def dated(self, span: Span, sign: str, left: Node, right: Node) -> Node | None:
        """Plus and minus with days, as calls; None when numbers are meant."""
        if left.kind is Kind.DATE and right.kind is Kind.DATE and sign == "MINUS":
            return self.call(span, BY_CODE["days_between"], (right, left))
        if right.kind is Kind.DATE and sign == "PLUS":
            left, right = right, left
        if left.kind is not Kind.DATE or right.kind is Kind.DATE:
            return None
        code, factor = CALENDAR.get(unit_of(right) or "", ("days", 1))
        amount = self.number(right)
        if factor != 1 or sign == "MINUS":
            amount = _times(amount, factor if sign == "PLUS" else -factor)
        return self.call(span, BY_CODE[f"add_{code}"], (left, amount))

    def call(self, span: Span, name: str, arguments: tuple[Node, ...]) -> Node:
        """A call, its arguments counted and weighed."""
        signature = SIGNATURES[name]
        least, most = signature.least, signature.most
        if len(arguments) < least or (most is not None and len(arguments) > most):
            facts = {"least": least, "most": most, "got": len(arguments)}
            raise ArgumentCount(position=span[0] + 1, function=name, **facts)
        weighed = tuple(self._argument(name, index, each) for index, each in enumerate(arguments))
        if signature.gives in {"same", "both"} and len(weighed) > 1:
            self.alike([replace(each, kind=each.kind.item) for each in weighed])
        if signature.code == "instead":
            self.field(weighed[0])
            weighed = self.alike(weighed)
        kind = weighed[0].kind.item if signature.gives in {"same", "both"} else Kind(signature.gives)
        return Call(*span, kind, 1 + max((each.depth for each in weighed), default=0), name, weighed)

    def _argument(self, name: str, index: int, node: Node) -> Node:
        wanted = SIGNATURES[name].wanted(index)
        if node.kind is Kind.ANY and not isinstance(node, Several):
            return node if takes_lists(wanted) else self._settled(node, first_accepted(wanted))
        node = self._written_alike(node, first_accepted(wanted))
        if not accepts(wanted, node):
            facts = {"number": index + 1, "wanted": wanted, "got": node.kind, "what": self.what(node)}
            raise ArgumentUnfit(position=node.start + 1, function=name, **facts)
        return node

    def _met(self, left: Node, right: Node) -> tuple[Node, Node]:
        if left.kind is right.kind:
            return left, right
        if Kind.ANY not in {left.kind, right.kind}:
            raise self._differ(left, right)
        return self._settled(left, right.kind), self._settled(right, left.kind)

    def _differ(self, left: Node, right: Node) -> KindsDiffer:
        facts = {"left": self.what(left), "right": self.what(right), "kinds": (left.kind, right.kind)}
        return KindsDiffer(position=right.start + 1, what=self.what(right), **facts)

    def _written_alike(self, node: Node, kind: Kind) -> Node:
        """A quoted day is a day where a day is wanted; 是 is a text where a choice offers it."""
        place = (node.start, node.end)
        if isinstance(node, Text) and kind is Kind.DATE:
            try:
                return Day(*place, Kind.DATE, 1, date.fromisoformat(node.value))
            except ValueError:
                return node
        if isinstance(node, Truth) and kind is Kind.TEXT:
            return Text(*place, Kind.TEXT, 1, self.text[node.start : node.end])
        return node

    def _offered(self, node: Node, value: Node) -> None:
        options = self.options.get(node.name, ()) if isinstance(node, Asked) else ()
        if options and isinstance(value, Text) and isinstance(node, Asked) and value.value not in options:
            near = nearest(value.value, options)
            raise OptionUnknown(position=value.start + 1, field=node.name, name=value.value, near=near)


def unit_of(node: Node) -> str | None:
    """What a number counts, as far as it is known."""
    match node:
        case Number(unit=unit) | Asked(unit=unit):
            return unit
        case Negative(operand=operand):
            return unit_of(operand)
        case Arithmetic(sign="PLUS" | "MINUS", left=left, right=right):
            return unit_of(left) or unit_of(right)
    return None


def _times(node: Node, factor: int) -> Node:
    if isinstance(node, Number):
        return replace(node, value=node.value * factor, unit=None)
    number = Number(node.start, node.end, Kind.NUMBER, 1, Decimal(factor))
    return Arithmetic(node.start, node.end, Kind.NUMBER, node.depth + 1, "TIMES", node, number)
