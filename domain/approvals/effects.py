"""What flows may do by name (触发): another context registers how it is done, and how it is undone.

Approvals run it after the commit, once for a case and node. Who registers `may_undo` can refuse a reversal beforehand
(a month that is locked, say) by raising a DomainError.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.approvals.views import CaseView
from domain.kernel.tx import Tx

Do = Callable[[Tx, CaseView], Awaitable[None]]


@dataclass(frozen=True)
class Effect:
    """`undo` compensates what `do` did."""

    do: Do
    undo: Do
    may_undo: Do | None = None


class Effects:
    """The effects there are, by name."""

    def __init__(self) -> None:
        self.by_name: dict[str, Effect] = {}

    def add(self, name: str, effect: Effect) -> None:
        """Raises ValueError for a name that is taken."""
        if name in self.by_name:
            raise ValueError(f"effect {name} is registered twice")
        self.by_name[name] = effect

    def __getitem__(self, name: str) -> Effect:
        return self.by_name[name]


effects = Effects()
