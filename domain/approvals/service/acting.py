"""What every use-case of a case does alike: act under the lock, name new people, check who administrates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.approvals import queries
from domain.approvals.errors import NotAdministrator, PersonGone
from domain.approvals.refusals import refusal
from domain.approvals.run import Run, perform
from domain.approvals.state import Action, Denied, Seat
from domain.approvals.views import CaseView
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people

LONGEST = 500


async def act(tx: Tx, run: Run, action: Action, actor: PersonId) -> CaseView:
    """Raises the step's no as an error a person can read."""
    try:
        await perform(tx, run, action, actor)
    except Denied as denied:
        raise await refusal(tx, run, denied, actor) from None
    return await queries.case(tx, run.case.id)


def short(text: str | None) -> str | None:
    """As much of what somebody wrote as is kept."""
    return text.strip()[:LONGEST] if text else None


async def seats(tx: Tx, persons: Iterable[PersonId]) -> tuple[Seat, ...]:
    """Turns for people that somebody names. Raises PersonGone for those who are not employed."""
    wanted = list(dict.fromkeys(persons))
    here = await people.employed(tx, wanted, tx.today)
    gone = [person for person in wanted if person not in here]
    if gone:
        names = await people.names(tx, gone)
        raise PersonGone(name=names.get(gone[0], gone[0]))
    return tuple(Seat(tx.new_id("apt"), person) for person in wanted)


async def must_administrate(tx: Tx, run: Run, actor: PersonId) -> None:
    """Whoever holds the role that the definition names, on cases that are not their own. Raises NotAdministrator."""
    held = await org.roles(tx, actor, tx.today)
    if run.definition.settings.administrators not in held or actor == run.case.applicant:
        raise NotAdministrator()


def plain(form: dict[str, Any]) -> dict[str, Any]:
    """The form as JSON keeps it exactly: decimals and dates as text."""
    return {
        key: value if isinstance(value, (str, int, bool, list, dict)) or value is None else str(value)
        for key, value in form.items()
    }
