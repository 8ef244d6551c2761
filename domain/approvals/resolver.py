"""Who is asked at a node, as of this moment: named people, then who of them really can, then who stands in."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from domain.approvals import proxies
from domain.approvals.away import away_now
from domain.approvals.definition import concerned
from domain.approvals.errors import NobodyToAsk
from domain.approvals.naming import Question, head_of, named_people
from domain.approvals.state import Note
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people

__all__ = ["Question", "Resolved", "concerned", "readers", "resolve"]

Chosen = dict[PersonId, Note | None]
LAST_WORDS = {"pass", "reject"}


@dataclass(frozen=True)
class Resolved:
    """Who is asked. `auto` passes by itself, for it is their own case; `empty` is what happens with nobody."""

    chosen: Chosen = field(default_factory=dict)
    auto: frozenset[PersonId] = frozenset()
    empty: Literal["pass", "reject"] | None = None


@dataclass(frozen=True)
class _Named:
    """The people a node names, parted by what keeps them from deciding. `own` are parties."""

    present: Chosen
    own: list[PersonId]
    absent: list[PersonId]
    left: list[PersonId]
    applicant: PersonId

    def reasons(self) -> list[tuple[str, PersonId | None]]:
        """Why each of them needs a stand-in, the one to be named first in front."""
        found: list[tuple[str, PersonId | None]] = [
            ("own" if person == self.applicant else "concerned", person) for person in self.own
        ]
        found += [("absent", person) for person in self.absent]
        return found or [("left", person) for person in self.left] or [("empty", None)]


async def readers(tx: Tx, question: Question) -> list[PersonId]:
    """Who gets a copy: whoever is named and still here."""
    found, _ = await named_people(tx, question, question.node.who)
    here = await people.employed(tx, found, tx.today)
    return [person for person in found if person in here]


async def resolve(tx: Tx, question: Question, *, draw: bool = True) -> Resolved:
    """Who is asked, each with a note where it is not simply whom the definition names. Raises NobodyToAsk.

    Order (product/approvals.md): left people are dropped, proxies come in, the applicant and whoever the case is about
    never decide it (or pass, or decide, as the definition says), those away are stood in for, then the empty set. A
    request is rather left waiting for somebody on leave than lost. `draw`: 随机一人 is drawn from them.
    """
    named = await _parted(tx, question)
    if named.own and "skip" in question.settings.own and question.applicant in named.own:
        if not (named.present or named.absent):
            return Resolved({question.applicant: Note("own")}, frozenset({question.applicant}))
        named = _Named(named.present, [], named.absent, named.left, named.applicant)
    found = await _able_or_stand_ins(tx, question, named)
    if isinstance(found, str):
        return Resolved(empty="pass" if found == "pass" else "reject")
    if not found:
        raise NobodyToAsk(node=question.node.id)
    if question.node.mode == "random" and draw:
        drawn = secrets.choice(list(found))
        found = {drawn: found[drawn]}
    return Resolved(found)


async def _able_or_stand_ins(tx: Tx, question: Question, named: _Named) -> Chosen | str:
    chosen: Chosen = dict(named.present)
    if chosen and question.node.mode in {"any", "random"}:
        return chosen
    for why, missing in [] if chosen and not (named.own or named.absent) else named.reasons():
        stand_ins = await _stand_in(tx, question, why, missing)
        if isinstance(stand_ins, str):
            if chosen or named.absent:
                continue
            return stand_ins
        for person, note in stand_ins.items():
            chosen.setdefault(person, note)
        if stand_ins and question.node.mode in {"any", "random"}:
            return chosen
    if not chosen:
        chosen = dict.fromkeys(named.absent, Note("nobody_else"))
    return chosen or await _stand_in(tx, question, "empty", None, even_absent=True)


async def _parted(tx: Tx, question: Question) -> _Named:
    found, note = await named_people(tx, question, question.node.who)
    on_payroll = await people.employed(tx, found, tx.today)
    named = [person for person in found if person not in question.barred and person in on_payroll]
    for_them = await proxies.active(tx, named, question.code, question.parties | question.barred)
    employed: Chosen = {}
    for person in named:
        proxy = for_them.get(person)
        employed.setdefault(proxy or person, Note("proxy", None, person) if proxy else note)
    away = await away_now(tx, list(employed))
    others = [person for person in employed if person not in question.parties]
    return _Named(
        present={person: employed[person] for person in others if person not in away},
        own=[person for person in employed if person in question.parties],
        absent=[person for person in others if person in away],
        left=[person for person in found if person not in named],
        applicant=question.applicant,
    )


async def _stand_in(
    tx: Tx, question: Question, why: str, missing: PersonId | None, *, even_absent: bool = False
) -> Chosen | str:
    """The first stand-in of the policy who can decide, or its last word; of several holders of a role all are asked
    under 或签."""
    barred = {*question.parties, *question.barred, *([missing] if missing else [])}
    for by in _order(question, why):
        if by in LAST_WORDS:
            return by
        candidates = await _candidates(tx, question, by, missing or question.applicant)
        able = await _able(tx, candidates, barred, even_absent)
        if able:
            kind = by.partition(":")[0]
            several = kind not in {"department_head", "manager_line", "person"} and question.node.mode == "any"
            return dict.fromkeys(able if several else able[:1], Note(why, kind, missing))
    return {}


def _order(question: Question, why: str) -> tuple[str, ...]:
    if why in {"own", "concerned"}:
        return tuple(by for by in question.settings.own if by not in {"self", "skip"})
    if why == "absent":
        return question.settings.absent
    return getattr(question.node, "empty", None) or question.settings.empty


async def _candidates(tx: Tx, question: Question, by: str, person: PersonId) -> list[PersonId]:
    """Stand-ins are looked for from the missing person upwards: somebody below them must not decide in their place."""
    if by == "department_head":
        return await head_of(tx, person)
    if by == "manager_line":
        return await org.manager_line(tx, person, tx.today)
    if by.startswith("person:"):
        return [PersonId(by.partition(":")[2])]
    return await org.holders(tx, question.settings.administrators if by == "administrator" else by, tx.today)


async def _able(tx: Tx, candidates: list[PersonId], barred: Collection[PersonId], even_absent: bool) -> list[PersonId]:
    on_payroll = await people.employed(tx, candidates, tx.today)
    able = [person for person in candidates if person not in barred and person in on_payroll]
    away = set() if even_absent else await away_now(tx, able)
    return [person for person in able if person not in away]
