"""What is known when a roster is compared, loaded at once: a few statements for any number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.org.importing.rows import Row
from domain.org.queries import AssignmentView, Structure
from domain.org.rules import chief
from domain.people import openings, queries
from domain.people.queries import PersonView
from domain.people.rules import Detail, Messenger, WorkerType


@dataclass(frozen=True)
class Known:
    """People by number, their posts, the units, and look-ups for what must be unique."""

    today: date
    persons: dict[str, PersonView]
    numbers: dict[PersonId, str]
    posts: dict[PersonId, AssignmentView]
    shape: Structure
    starts: dict[str, date]
    look_ups: dict[tuple[Detail, bytes], PersonId]
    held: set[tuple[PersonId, Detail, bytes]]
    openings: dict[tuple[PersonId, str], Decimal]
    accounts: dict[tuple[PersonId, str], str]
    """What is linked, by person and platform."""
    takers: dict[tuple[str, str], PersonId]
    """Whose a linked account is, by platform and account; who left keeps none from others."""
    badges: dict[bytes, PersonId]
    """Whose a badge is, by its look-up value; who left keeps none from others."""
    bosses: dict[str, str | None]
    """Who reports to whom today, by employee number."""
    usual_city: str | None
    """The city of all full-time people, or of the file when there are none yet; None when there are several."""
    usual_entity: str | None

    @property
    def root(self) -> str | None:
        """The unit under which new ones are created: the one at the top, when there is only one."""
        tops = [unit for unit, parent in self.shape.parents.items() if parent is None]
        return tops[0] if len(tops) == 1 else None

    def units_named(self, said: str) -> list[str]:
        """Units with this name, or with this path (`总部/研发部`)."""
        parts = said.split("/")
        return [
            unit
            for unit, name in self.shape.names.items()
            if name == parts[-1] and org.path(self.shape, unit).split(" / ")[-len(parts) :] == parts
        ]

    def number_of(self, person: PersonId) -> str:
        return self.numbers.get(person, "")


async def known(tx: Tx, rows: Sequence[Row]) -> Known:
    """Everything that the rows are compared with, as of today."""
    wanted = {row.number for row in rows} | {row.manager for row in rows if row.manager}
    persons = await queries.by_numbers(tx, wanted)
    active = await queries.active(tx, tx.today)
    posts = await org.posts(tx, tx.today)
    for day in {view.hired_on for view in persons.values() if view.hired_on > tx.today}:
        posts = await org.posts(tx, day) | posts
    shape = await org.structure(tx, tx.today)
    own = [view for view in active if view.worker_type is WorkerType.FULL_TIME]
    numbers = {view.id: view.number for view in [*active, *persons.values()]}
    details = await queries.held_details(tx, [Detail.MOBILE, Detail.ID_NUMBER])
    links = [link for platform in Messenger for link in await queries.links(tx, platform)]
    return Known(
        today=tx.today,
        persons=persons,
        numbers=numbers,
        posts=posts,
        shape=shape,
        starts=await org.unit_starts(tx),
        look_ups={(detail, value): person for person, detail, value in details},
        held=details,
        openings=await openings.brought(tx, [view.id for view in persons.values()]),
        accounts={(link.person, link.platform.value): link.account for link in links},
        takers={(link.platform.value, link.account): link.person for link in links if link.here},
        badges={held.blind: held.person for held in await queries.badges(tx) if held.here},
        bosses={numbers[person]: _boss(post, shape, numbers) for person, post in posts.items() if person in numbers},
        usual_city=_only([view.city for view in own], [row.city for row in rows]),
        usual_entity=_only([view.legal_entity for view in own], [row.legal_entity for row in rows]),
    )


def _boss(post: AssignmentView, shape: Structure, numbers: dict[PersonId, str]) -> str | None:
    boss = post.manager or chief(post.person, post.unit_id, shape.parents, shape.heads)
    return numbers.get(PersonId(boss)) if boss else None


def _only(there: Sequence[str], said: Sequence[str | None]) -> str | None:
    """The one value that people already have; without people, the one value that the file knows."""
    values = set(there) or {value for value in said if value}
    return values.pop() if len(values) == 1 else None
