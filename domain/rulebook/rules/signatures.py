"""What functions take and give, from the table `functions.yaml`."""

from __future__ import annotations

from dataclasses import dataclass

from domain.rulebook.rules.kinds import Kind, Unfit, exact
from domain.rulebook.rules.tree import Node, Several, written
from domain.rulebook.vocabulary import FUNCTIONS

GROUPS: dict[str, tuple[Kind, ...]] = {
    "comparable": (Kind.NUMBER, Kind.DATE, Kind.NUMBERS, Kind.DATES),
    "addable": (Kind.NUMBER, Kind.NUMBERS),
    "list": (Kind.TEXTS, Kind.NUMBERS, Kind.DATES),
    "stretch": (Kind.DATE, Kind.PERIOD),
    "text_or_texts": (Kind.TEXT, Kind.TEXTS),
    "whole": (Kind.NUMBER,),
}
"""Words of the table that stand for more than one kind; the first is taken for a field of no known kind."""


@dataclass(frozen=True)
class Signature:
    """`takes` one word an argument; the last may come again when `repeats`."""

    code: str
    takes: tuple[str, ...]
    least: int
    repeats: bool
    gives: str
    in_filters: bool

    @property
    def most(self) -> int | None:
        """None: any number."""
        return None if self.repeats else len(self.takes)

    def wanted(self, index: int) -> str:
        return self.takes[min(index, len(self.takes) - 1)]


def _signature(name: str) -> Signature:
    spec = FUNCTIONS[name]
    words = spec["takes"].split()
    return Signature(
        code=spec["code"],
        takes=tuple(word.rstrip("?…") for word in words),
        least=sum(word[-1] not in "?…" for word in words),
        repeats=bool(words) and words[-1].endswith("…"),
        gives=spec["gives"],
        in_filters=spec.get("sql", True),
    )


SIGNATURES: dict[str, Signature] = {name: _signature(name) for name in FUNCTIONS}
BY_CODE: dict[str, str] = {signature.code: name for name, signature in reversed(SIGNATURES.items())}
"""The function's (first) name for a code."""


def accepts(wanted: str, node: Node) -> bool:
    """Whether a node of known kind may stand where the table says `wanted`."""
    if wanted == "any":
        return True
    if wanted == Kind.BANDS and isinstance(node, Several):
        return _rising(node)
    return node.kind in GROUPS.get(wanted, (wanted,))


def _rising(node: Several) -> bool:
    """Whether these are bands written out: [from, rate] pairs of constants, each from a higher amount on."""
    try:
        return exact(written(node), Kind.BANDS) is not None
    except Unfit:
        return False


def first_accepted(wanted: str) -> Kind:
    """What a field of no known kind is taken for."""
    return GROUPS[wanted][0] if wanted in GROUPS else Kind(wanted)


def takes_lists(wanted: str) -> bool:
    """Whether one value and a list are both welcome, so that a field of no known kind may be either."""
    return any(kind.is_list for kind in GROUPS.get(wanted, ()))
