"""Whom a definition names for a node, as of this moment: before anybody is left out or stood in for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from domain.approvals.condition import holds
from domain.approvals.definition import Approval, Copy, Settings, Who
from domain.approvals.model import GroupRow
from domain.approvals.state import Note
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org


@dataclass(frozen=True)
class Question:
    """A node of a definition, for an applicant and a form (with the definition's words). `parties` never decide: it is
    their own case; `barred` people are out of the question (they leave); `code` is the definition's, for proxies."""

    node: Approval | Copy
    settings: Settings
    applicant: PersonId
    form: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, list[PersonId]] = field(default_factory=dict)
    parties: frozenset[PersonId] = frozenset()
    barred: frozenset[PersonId] = frozenset()
    code: str = ""


Found = tuple[list[PersonId], Note | None]


async def named_people(tx: Tx, question: Question, who: Who) -> Found:
    """The note says when the line of managers ended before the wanted level."""
    if who.kind == "first":
        for when, alternative in who.alternatives:
            if when is None or holds(when, question.form):
                return await named_people(tx, question, alternative)
        return [], None
    if who.kind == "manager":
        line = await org.manager_line(tx, question.applicant, tx.today)
        reached = line[: who.level][-1:]
        return reached, (Note("line_ended") if reached and len(line) < who.level else None)
    return list(dict.fromkeys(await KINDS[who.kind](_Names(tx, question, who)))), None


async def head_of(tx: Tx, person: PersonId) -> list[PersonId]:
    """The head of the unit of a person's main post."""
    post = await org.main_assignment(tx, person, tx.today)
    return await _head(tx, post.unit_id) if post else []


async def _head(tx: Tx, unit: str) -> list[PersonId]:
    head = await org.unit_head(tx, unit, tx.today)
    return [head] if head else []


@dataclass(frozen=True)
class _Names:
    """One method a kind of `Who`."""

    tx: Tx
    question: Question
    who: Who

    async def line(self) -> list[PersonId]:
        """Managers one above the other, up to and with the first who has the title."""
        found: list[PersonId] = []
        for manager in await org.manager_line(self.tx, self.question.applicant, self.tx.today):
            found.append(manager)
            posts = await org.assignments(self.tx, manager, self.tx.today)
            if any(post.title == self.who.name for post in posts):
                break
        return found

    async def department_head(self) -> list[PersonId]:
        return await head_of(self.tx, self.question.applicant)

    async def role(self) -> list[PersonId]:
        return await org.holders(self.tx, self.who.name, self.tx.today)

    async def person(self) -> list[PersonId]:
        return [PersonId(name) for name in self.who.names or (self.who.name,)]

    async def post(self) -> list[PersonId]:
        posts = await org.posts(self.tx, self.tx.today)
        return sorted(person for person, post in posts.items() if post.title == self.who.name)

    async def group(self) -> list[PersonId]:
        members = select(GroupRow.person).where(GroupRow.name == self.who.name).order_by(GroupRow.person)
        return [PersonId(row) for row in await self.tx.session.scalars(members)]

    async def form_person(self) -> list[PersonId]:
        return [PersonId(one) for one in self._said()]

    async def form_head(self) -> list[PersonId]:
        """The field holds units, by id or by a name that only one unit has."""
        heads: list[PersonId] = []
        for said in self._said():
            units = [unit for unit in await org.units(self.tx, self.tx.today) if said in {unit.id, unit.name}]
            if len(units) == 1:
                heads += await _head(self.tx, units[0].id)
        return heads

    async def applicant_choice(self) -> list[PersonId]:
        return list(self.question.choices.get(self.question.node.id, []))

    async def approver_choice(self) -> list[PersonId]:
        return await self.applicant_choice()

    async def applicant(self) -> list[PersonId]:
        return [self.question.applicant]

    def _said(self) -> list[str]:
        said = self.question.form.get(self.who.name) or []
        return [str(one) for one in (said if isinstance(said, list) else [said])]


KINDS: dict[str, Callable[[_Names], Awaitable[list[PersonId]]]] = {
    "line": _Names.line,
    "role": _Names.role,
    "person": _Names.person,
    "department_head": _Names.department_head,
    "post": _Names.post,
    "group": _Names.group,
    "form_person": _Names.form_person,
    "form_head": _Names.form_head,
    "applicant_choice": _Names.applicant_choice,
    "approver_choice": _Names.approver_choice,
    "applicant": _Names.applicant,
}
