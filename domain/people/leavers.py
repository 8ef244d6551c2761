"""What papers those who leave are given: each context offers its own, and what the paper is filled with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from domain.kernel.tx import Tx
from domain.people.queries import PersonView

Facts = Mapping[str, object]


@dataclass(frozen=True)
class LeaverDocument:
    """One kind of paper. `facts` fill its words; None when there is none for this person.

    Its name is in `cards/people/_leaver_documents.yaml`, its words in `bot/web/leaver_documents.yaml`, by `code`.
    """

    code: str
    facts: Callable[[Tx, PersonView], Awaitable[Facts | None]]


_OFFERED: dict[str, LeaverDocument] = {}


def offer(document: LeaverDocument) -> LeaverDocument:
    """Make a paper known to everybody who lists or renders them; called when its context is loaded."""
    return _OFFERED.setdefault(document.code, document)


def offered(code: str) -> LeaverDocument | None:
    """The kind of paper of this code."""
    return _OFFERED.get(code)


async def available(tx: Tx, person: PersonView) -> list[str]:
    """The codes of the papers that there are for somebody, in the order in which they were offered."""
    return [code for code, document in _OFFERED.items() if await document.facts(tx, person) is not None]
