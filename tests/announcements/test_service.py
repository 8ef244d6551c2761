"""Announcements in the database: scopes, states, receipts; twice is once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain.announcements import queries, service
from domain.announcements.errors import (
    AlreadyDecided,
    AnnouncementUnknown,
    NobodyThere,
    NothingSaid,
    NotOnItsWay,
    NotYourScope,
    StartsInThePast,
    TooLong,
    UnitUnclear,
)
from domain.announcements.events import Planned, Published, Stopped
from domain.announcements.model import Receiver
from domain.announcements.rules import BODY
from domain.announcements.service import Wanted
from domain.announcements.views import Progress, State
from domain.kernel.clock import FixedClock
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import service as org
from domain.org.rules import Role
from tests.announcements.company import HEAD, HR, STAFF, made
from tests.conftest import RecordingOutbox

EVERYBODY = Wanted("下周三停电居家", must_read=True)


@pytest.fixture(autouse=True)
async def company(tx: Tx, outbox: RecordingOutbox) -> None:
    await made(tx)
    outbox.events.clear()


async def sent(tx: Tx) -> str:
    draft = await service.draft(tx, HR, EVERYBODY)
    await service.send(tx, HR, draft.id)
    return draft.id


async def test_hr_to_everybody_and_a_head_to_those_below(tx: Tx) -> None:
    assert (await service.draft(tx, HR, EVERYBODY)).unit_name is None
    drafted = await service.draft(tx, HEAD, Wanted("下午开会", "研发一组"))
    assert (drafted.unit_name, drafted.title) == ("研发一组", "下午开会")
    assert set(await queries.audience(tx, drafted.unit)) == {PersonId("hanmeimei")}


@pytest.mark.parametrize("wanted", [EVERYBODY, Wanted("下午开会", "销售部")])
async def test_not_their_scope(tx: Tx, wanted: Wanted) -> None:
    with pytest.raises(NotYourScope):
        await service.draft(tx, HEAD, wanted)
    with pytest.raises(NotYourScope):
        await service.draft(tx, STAFF, wanted)


async def test_what_cannot_be_announced(tx: Tx) -> None:
    for wanted, refusal in (
        (Wanted("  "), NothingSaid),
        (Wanted("长" * (BODY + 1)), TooLong),
        (Wanted("开会", "没有的部门"), UnitUnclear),
        (Wanted("开会", "空部门"), NobodyThere),
    ):
        with pytest.raises(refusal):
            await service.draft(tx, HR, wanted)


async def test_sent_once(tx: Tx, outbox: RecordingOutbox) -> None:
    id = await sent(tx)
    again = await service.send(tx, HR, id)
    assert again.state == State.SENDING
    assert len([event for event in outbox.events if isinstance(event, Published)]) == 1
    assert await tx.session.scalar(select(func.count()).select_from(Receiver)) == 4
    with pytest.raises(AlreadyDecided):
        await service.redraft(tx, HR, id, EVERYBODY)


async def test_a_draft_is_its_authors(tx: Tx) -> None:
    draft = await service.draft(tx, HR, EVERYBODY)
    for act in (service.send, service.discard, service.stop, service.own):
        with pytest.raises(AnnouncementUnknown):
            await act(tx, HEAD, draft.id)


async def test_a_dropped_one_is_not_sent(tx: Tx, outbox: RecordingOutbox) -> None:
    draft = await service.draft(tx, HR, EVERYBODY)
    await service.discard(tx, HR, draft.id)
    with pytest.raises(AlreadyDecided):
        await service.send(tx, HR, draft.id)
    with pytest.raises(NotOnItsWay):
        await service.stop(tx, HR, draft.id)
    assert outbox.events == []


async def test_who_may_no_longer_does_not(tx: Tx) -> None:
    draft = await service.draft(tx, HR, EVERYBODY)
    await org.revoke_role(tx, HR, Role.HR, tx.today - timedelta(days=1))
    with pytest.raises(NotYourScope):
        await service.send(tx, HR, draft.id)


async def test_planned_sent_when_its_time_has_come(tx: Tx, clock: FixedClock, outbox: RecordingOutbox) -> None:
    draft = await service.draft(tx, HR, EVERYBODY)
    at = tx.now + timedelta(hours=1)
    assert (await service.plan(tx, HR, draft.id, at)).state == State.PLANNED
    assert [type(event) for event in outbox.events] == [Planned]
    assert await service.send_planned(tx, draft.id) == at
    clock.advance(timedelta(hours=1))
    assert await service.send_planned(tx, draft.id) is None
    assert await service.send_planned(tx, draft.id) is None
    assert [type(event) for event in outbox.events] == [Planned, Published]


async def test_a_plan_that_is_stopped_or_lies_behind(tx: Tx, clock: FixedClock, outbox: RecordingOutbox) -> None:
    draft = await service.draft(tx, HR, EVERYBODY)
    with pytest.raises(StartsInThePast):
        await service.plan(tx, HR, draft.id, tx.now)
    await service.plan(tx, HR, draft.id, tx.now + timedelta(hours=1))
    assert (await service.stop(tx, HR, draft.id)).state == State.DROPPED
    clock.advance(timedelta(hours=2))
    await service.send_planned(tx, draft.id)
    assert Published not in {type(event) for event in outbox.events}


async def test_stopped_once_and_finished_once(tx: Tx, outbox: RecordingOutbox) -> None:
    id = await sent(tx)
    await service.stop(tx, HR, id)
    assert (await service.stop(tx, HR, id)).state == State.STOPPING
    assert len([event for event in outbox.events if isinstance(event, Stopped)]) == 1
    progress = Progress(total=4, sent=3, left=1)
    await service.finished(tx, id, progress, stopped=True)
    await service.finished(tx, id, Progress(total=4), stopped=False)
    assert (await queries.announcement(tx, id)).progress == progress
    assert [notice.template for notice in outbox.notices] == ["announcements.sent"]
    with pytest.raises(NotOnItsWay):
        await service.stop(tx, HR, id)


async def test_receipts(tx: Tx, clock: FixedClock) -> None:
    id = await sent(tx)
    await service.delivered(tx, id, [HEAD, STAFF])
    first = await service.acknowledge(tx, STAFF, id, service.CHAT)
    clock.advance(timedelta(hours=1))
    assert await service.acknowledge(tx, STAFF, id, service.PAGE) == first
    seen = await queries.announcement(tx, id)
    assert (seen.read, seen.unread) == (1, 1)
    assert [letter.id for letter in await queries.unread(tx, HEAD)] == [id]
    assert await queries.unread(tx, STAFF) == []
    assert await queries.letters(tx, PersonId("hanmeimei"), 5) == [], "it has not reached them yet"
    with pytest.raises(AnnouncementUnknown):
        await service.acknowledge(tx, PersonId("nobody"), id, service.CHAT)
