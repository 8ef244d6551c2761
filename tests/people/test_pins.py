"""PINs and badges of shared devices: what is refused, how one is kept, how often one may be wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.kernel.audit import AuditRow
from domain.kernel.clock import FixedClock
from domain.kernel.tx import Tx
from domain.people import badges, errors, pins, queries, service
from domain.people.model import Badge, Pin, PinTry
from domain.people.rules import Detail, complete_id
from domain.people.service import Entry
from domain.people.service.tries import MOST_AT_DEVICE, MOST_EVER, REST
from tests.conftest import RecordingOutbox
from tests.people.test_accounts import LEI, MEI, hired

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
"""Real time, which business time need not know of."""
GATE = Entry("1001", "", "ks_1", "仓库门口")
OWN = "918273"


@pytest.fixture
async def lei(tx: Tx) -> Tx:
    """李雷 with a PIN of his own, 韩梅梅 with none."""
    await hired(tx, LEI, "1001")
    await hired(tx, MEI, "1002")
    given = await service.give_pin(tx, LEI)
    assert await service.log_on(tx, replace(GATE, pin=given.pin, new=OWN), NOW) == LEI
    return tx


async def tried(tx: Tx, pin: str, said: str = "1001", *, at: datetime = NOW, device: str = "ks_1") -> object:
    return await service.log_on(tx, Entry(said, pin, device, "仓库门口"), at)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("918273", "918273"),
        (" 91 82 73 ", "918273"),
        ("９１８２７３", "918273"),
        *((wrong, None) for wrong in ("91827", "9182730", "91827a", "٩١٨٢٧٣", "")),
    ],
)
def test_a_pin_is_six_digits(typed: str, kept: str | None) -> None:
    assert pins.pin(typed) == kept


@pytest.mark.parametrize("row", ["123456", "000000", "654321", "890123", "121212", "135135"])
def test_rows_of_digits_are_refused(row: str) -> None:
    assert pins.guessable(row, [], None)


@pytest.mark.parametrize("own", ["900315", "150390", "031590", "199003", "001024", "102400", "394716"])
def test_birthdays_and_numbers_are_refused_to_whom_they_belong(own: str) -> None:
    assert pins.guessable(own, ["1024", "13900394716"], date(1990, 3, 15))
    assert not pins.guessable(own, ["2002", "13800000000"], date(1991, 4, 16))


def test_a_pin_is_kept_salted_slow_and_with_its_cost() -> None:
    first, second = pins.sealed(OWN), pins.sealed(OWN)
    assert first != second
    assert OWN not in first
    assert first.startswith("scrypt:16384:8:5:")
    assert pins.matches(first, OWN)
    assert not pins.matches(first, "918274")
    assert not pins.matches(pins.nobodys(), "")
    cheaper = "scrypt:1024:8:1:" + ":".join(first.split(":")[4:])
    assert not pins.matches(cheaper, OWN), "the cost that stands there is the one that is used"


async def test_a_starting_pin_is_only_good_for_choosing_ones_own(tx: Tx) -> None:
    await hired(tx, LEI, "1001")
    given = await service.give_pin(tx, LEI)
    assert (given.name, given.expires_at) == ("李雷", tx.now + timedelta(days=7))
    assert given.pin not in repr(given)
    assert isinstance(await tried(tx, given.pin), errors.PinStarting)
    for new, refusal in (("12345", errors.PinShape), ("123456", errors.PinGuessable), (given.pin, errors.PinSame)):
        assert isinstance(await service.log_on(tx, replace(GATE, pin=given.pin, new=new), NOW), refusal)
    assert await service.log_on(tx, replace(GATE, pin=given.pin, new=OWN), NOW) == LEI
    assert await tried(tx, OWN) == LEI
    assert isinstance(await tried(tx, given.pin), errors.LogOnWrong)


async def test_a_starting_pin_lives_a_week(tx: Tx, clock: FixedClock) -> None:
    await hired(tx, LEI, "1001")
    given = await service.give_pin(tx, LEI)
    clock.advance(timedelta(days=7))
    assert isinstance(await service.log_on(tx, replace(GATE, pin=given.pin, new=OWN), NOW), errors.PinExpired)
    assert isinstance(await tried(tx, "918274"), errors.LogOnWrong), "only who knows it hears that it is too old"


async def test_birthday_mobile_and_number_are_no_pins(lei: Tx) -> None:
    await service.set_detail(lei, LEI, Detail.ID_NUMBER, complete_id("31010119900315123"))
    await service.set_detail(lei, LEI, Detail.MOBILE, "13812394716")
    for new in ("900315", "394716", "001001"):
        refused = await service.log_on(lei, replace(GATE, pin=OWN, new=new), NOW)
        assert isinstance(refused, errors.PinGuessable)
    assert await service.log_on(lei, replace(GATE, pin=OWN, new="918277"), NOW) == LEI


async def test_the_fifth_wrong_one_locks_for_a_quarter_of_an_hour(lei: Tx, outbox: RecordingOutbox) -> None:
    for _ in range(5):
        assert isinstance(await tried(lei, "918274"), errors.LogOnWrong)
    assert isinstance(await tried(lei, OWN), errors.LogOnWrong)
    assert isinstance(await tried(lei, OWN, device="ks_2"), errors.LogOnWrong), "at every device"
    [notice] = outbox.notices
    assert (notice.to, notice.template, notice.data["place"]) == (LEI, "people.kiosk_wrong", "仓库门口")
    assert isinstance(await tried(lei, OWN, at=NOW + REST - timedelta(seconds=1)), errors.LogOnWrong)
    assert await tried(lei, OWN, at=NOW + REST) == LEI
    assert isinstance(await tried(lei, "918274", at=NOW + REST), errors.LogOnWrong)
    assert await tried(lei, OWN, at=NOW + REST) == LEI, "the right one forgets the wrong ones"


async def test_whoever_waits_between_tries_is_told_of_and_stopped_too(lei: Tx, outbox: RecordingOutbox) -> None:
    await tried(lei, "918274")
    await lei.session.execute(update(PinTry).where(PinTry.kind == "person").values(wrong=MOST_EVER - 6))
    at = NOW
    for _ in range(6):
        at += timedelta(hours=1)
        assert isinstance(await tried(lei, "918274", at=at), errors.LogOnWrong)
    assert len(outbox.notices) == 2
    assert isinstance(await tried(lei, OWN, at=at + timedelta(days=9)), errors.LogOnWrong)
    given = await service.give_pin(lei, LEI)
    assert isinstance(await tried(lei, given.pin, at=at + timedelta(days=9)), errors.PinStarting)


async def test_unknown_numbers_answer_and_lock_like_known_ones(lei: Tx) -> None:
    said = [(await tried(lei, "918274", said=who)) for who in ("1001", "1002", "9999", "' or 1=1", "")]
    assert {type(one) for one in said} == {errors.LogOnWrong}
    assert len({str(one.facts) for one in said if isinstance(one, errors.LogOnWrong)}) == 1
    for _ in range(6):
        await tried(lei, "918274", said="9999", device="ks_3")
    row = (await lei.session.scalars(select(PinTry).where(PinTry.kind == "person", PinTry.wrong == 5))).one()
    assert row.subject not in {"9999", LEI}


async def test_a_device_that_is_tried_through_rests(lei: Tx) -> None:
    assert isinstance(await tried(lei, "918274", said="2001"), errors.LogOnWrong)
    before = update(PinTry).where(PinTry.kind == "device", PinTry.subject == "ks_1")
    await lei.session.execute(before.values(wrong=MOST_AT_DEVICE - 1))
    assert isinstance(await tried(lei, "918274", said="2002"), errors.LogOnWrong)
    refused = await tried(lei, OWN)
    assert isinstance(refused, errors.DeviceRests)
    assert refused.facts["minutes"] == 15
    assert await tried(lei, OWN, device="ks_2") == LEI
    assert await tried(lei, OWN, at=NOW + REST) == LEI


async def test_what_was_tried_long_ago_is_forgotten(lei: Tx) -> None:
    await tried(lei, "918274", said="9999")
    await service.prune_tries(lei, NOW + timedelta(days=89))
    asked = select(PinTry).where(PinTry.wrong > 0)
    assert len((await lei.session.scalars(asked)).all()) == 2
    await service.prune_tries(lei, NOW + timedelta(days=91))
    assert (await lei.session.scalars(asked)).all() == []


async def test_who_left_does_not_log_on(lei: Tx, clock: FixedClock) -> None:
    await service.leave_company(lei, LEI, lei.today)
    assert await tried(lei, OWN) == LEI
    clock.advance(timedelta(days=1))
    assert isinstance(await tried(lei, OWN), errors.LogOnWrong)
    with pytest.raises(errors.NotEmployed):
        await service.give_pin(lei, LEI)


async def test_neither_pin_nor_badge_stands_in_the_audit_or_in_the_clear(lei: Tx) -> None:
    await service.give_badge(lei, LEI, "0004711-A")
    given = await service.give_pin(lei, LEI)
    kept = str((await lei.session.scalars(select(Pin))).one().sealed)
    facts = "".join(str(row.facts) + row.subject for row in await lei.session.scalars(select(AuditRow)))
    stored = bytes(await lei.session.scalar(text("select number from people_badge")) or b"")
    for secret in (OWN, given.pin, "4711"):
        assert secret not in kept + facts
        assert secret.encode() not in stored


async def test_one_badge_a_person_and_ended_ones_stay(lei: Tx) -> None:
    assert await service.give_badge(lei, LEI, " a-100 ")
    assert not await service.give_badge(lei, LEI, "A-100")
    assert await tried(lei, OWN, said="a-100") == LEI
    with pytest.raises(errors.BadgeTaken):
        await service.give_badge(lei, MEI, "A-100")
    with pytest.raises(errors.BadgeTaken):
        await service.give_badge(lei, MEI, "1001")
    with pytest.raises(errors.BadgeInvalid):
        await service.give_badge(lei, MEI, "工牌")
    assert await service.give_badge(lei, LEI, "A-101")
    assert isinstance(await tried(lei, OWN, said="A-100"), errors.LogOnWrong)
    assert await tried(lei, OWN, said="A-101") == LEI
    assert await service.give_badge(lei, MEI, "A-100")
    assert await service.end_badge(lei, MEI)
    assert not await service.end_badge(lei, MEI)
    assert len((await lei.session.scalars(select(Badge))).all()) == 3


async def test_the_badge_of_who_left_may_be_given_again(lei: Tx, clock: FixedClock) -> None:
    await service.give_badge(lei, LEI, "A-100")
    await service.leave_company(lei, LEI, lei.today)
    clock.advance(timedelta(days=1))
    assert await service.give_badge(lei, MEI, "A-100")
    assert await queries.by_badge_or_number(lei, "A-100") == MEI
    assert badges.masked("A-100") == "****-100"


async def test_guessing_at_one_time_gives_no_more_tries(engine: AsyncEngine, clock: FixedClock) -> None:
    async def once(work: Callable[[Tx], Awaitable[object]]) -> object:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            return await work(Tx(session=session, clock=clock, outbox=RecordingOutbox()))

    async def prepare(tx: Tx) -> None:
        await hired(tx, LEI, "1001")
        given = await service.give_pin(tx, LEI)
        await service.log_on(tx, replace(GATE, pin=given.pin, new=OWN), NOW)

    await once(prepare)
    wrong_ones = [f"91827{n}" for n in "01245678"]
    try:
        said = await asyncio.gather(*(once(lambda tx, n=n: tried(tx, n, device=f"ks_{n}")) for n in wrong_ones))
        after = await once(lambda tx: tried(tx, OWN))
        async with engine.connect() as connection:
            counted = (
                await connection.execute(text("select sum(wrong) from people_pin_try where kind = 'device'"))
            ).scalar_one()
    finally:
        await _emptied(engine)
    assert {type(one) for one in [*said, after]} == {errors.LogOnWrong}
    assert counted == 5, "the others were not even compared"


async def _emptied(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for table in ("people_pin_try", "people_pin", "people_terms", "people_employment", "people_person"):
            await connection.execute(text(f"delete from {table}"))
