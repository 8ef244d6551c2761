"""Who is asked at a node, as of this moment: named people, then who of them really can, then who stands in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from domain.approvals.away import away_now
from domain.approvals.definition import Approval, Settings, StandIn, Who
from domain.approvals.errors import NobodyToAsk
from domain.approvals.state import Note
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people

Chosen = dict[PersonId, Note | None]


@dataclass(frozen=True)
class Question:
    """A node of a definition, for an applicant. Like them, whoever is `concerned` never decides; `barred` people are
    out of the question (they leave)."""

    node: Approval
    settings: Settings
    applicant: PersonId
    concerned: frozenset[PersonId] = frozenset()
    barred: frozenset[PersonId] = frozenset()

    @property
    def parties(self) -> frozenset[PersonId]:
        """Whose own case it is."""
        return self.concerned | {self.applicant}


@dataclass(frozen=True)
class _Named:
    """The people a node names, parted by what keeps them from deciding. `own` are parties."""

    present: list[PersonId]
    own: list[PersonId]
    absent: list[PersonId]
    left: list[PersonId]
    note: Note | None
    applicant: PersonId

    def reasons(self) -> list[tuple[str, PersonId | None]]:
        """Why each of them needs a stand-in, the one to be named first in front."""
        found: list[tuple[str, PersonId | None]] = [
            ("own" if person == self.applicant else "concerned", person) for person in self.own
        ]
        found += [("absent", person) for person in self.absent]
        return found or [("left", person) for person in self.left] or [("empty", None)]


def concerned(form: Mapping[str, Any]) -> frozenset[PersonId]:
    """Whom a form is about besides its applicant: one person id, or a list of them."""
    named = form.get("concerned") or []
    return frozenset(PersonId(str(one)) for one in ([named] if isinstance(named, str) else named))


async def resolve(tx: Tx, question: Question) -> Chosen:
    """Who is asked, each with a note where it is not simply whom the definition names. Raises NobodyToAsk.

    Order (product/approvals.md): left people are dropped, those away are stood in for, the applicant and whoever
    the case is about never decide it, then the empty set. A request is rather left waiting for somebody on leave
    than lost.
    """
    named = await _parted(tx, question)
    chosen: Chosen = dict.fromkeys(named.present, named.note)
    if chosen and question.node.mode == "any":
        return chosen
    for why, missing in [] if chosen and not (named.own or named.absent) else named.reasons():
        stand_ins = await _stand_in(tx, question, why, missing)
        for person, note in stand_ins.items():
            chosen.setdefault(person, note)
        if stand_ins and question.node.mode == "any":
            return chosen
    if not chosen:
        chosen = dict.fromkeys(named.absent, Note("nobody_else"))
    if not chosen:
        chosen = await _stand_in(tx, question, "empty", None, even_absent=True)
    if not chosen:
        raise NobodyToAsk(node=question.node.id)
    return chosen


async def _parted(tx: Tx, question: Question) -> _Named:
    found, note = await _found(tx, question.node.who, question.applicant)
    on_payroll = await people.employed(tx, found, tx.today)
    employed = [person for person in found if person not in question.barred and person in on_payroll]
    away = await away_now(tx, employed)
    others = [person for person in employed if person not in question.parties]
    return _Named(
        present=[person for person in others if person not in away],
        own=[person for person in employed if person in question.parties],
        absent=[person for person in others if person in away],
        left=[person for person in found if person not in employed],
        note=note,
        applicant=question.applicant,
    )


async def _found(tx: Tx, who: Who, applicant: PersonId) -> tuple[list[PersonId], Note | None]:
    """Whom the definition names; the note says when the line of managers ended before the wanted level."""
    if who.kind == "manager":
        line = await org.manager_line(tx, applicant, tx.today)
        reached = line[: who.level][-1:]
        return reached, (Note("line_ended") if reached and len(line) < who.level else None)
    if who.kind == "role":
        return await org.holders(tx, who.name, tx.today), None
    if who.kind == "department_head":
        return await _head(tx, applicant), None
    return [PersonId(who.name)], None


async def _head(tx: Tx, person: PersonId) -> list[PersonId]:
    post = await org.main_assignment(tx, person, tx.today)
    head = await org.unit_head(tx, post.unit_id, tx.today) if post else None
    return [head] if head else []


async def _stand_in(
    tx: Tx, question: Question, why: str, missing: PersonId | None, *, even_absent: bool = False
) -> Chosen:
    """The first stand-in of the policy who can decide; of several holders of a role all are asked under 或签."""
    own, absent = question.settings.own, question.settings.absent
    order = {"own": own, "concerned": own, "absent": absent}.get(why, question.settings.empty)
    barred = {*question.parties, *question.barred, *([missing] if missing else [])}
    for by in order:
        candidates = await _candidates(tx, by, missing or question.applicant)
        able = await _able(tx, candidates, barred, even_absent)
        if able:
            several = by in {"hr", "finance", "general_manager"} and question.node.mode == "any"
            return dict.fromkeys(able if several else able[:1], Note(why, by, missing))
    return {}


async def _candidates(tx: Tx, by: StandIn, person: PersonId) -> list[PersonId]:
    """Stand-ins are looked for from the missing person upwards: somebody below them must not decide in their place."""
    if by == "department_head":
        return await _head(tx, person)
    if by == "manager_line":
        return await org.manager_line(tx, person, tx.today)
    return await org.holders(tx, by, tx.today)


async def _able(tx: Tx, candidates: list[PersonId], barred: Collection[PersonId], even_absent: bool) -> list[PersonId]:
    on_payroll = await people.employed(tx, candidates, tx.today)
    able = [person for person in candidates if person not in barred and person in on_payroll]
    away = set() if even_absent else await away_now(tx, able)
    return [person for person in able if person not in away]
