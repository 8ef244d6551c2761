"""The ledger against a naive oracle that lives every day one after the other (lessons 3 and 5)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.leave.rules.balance import Allocation, Entry, EntryKind, allocate, lapsed, lots, standing
from domain.leave.rules.policy import Carry

START = date(2026, 1, 1)
SPAN = 60
ORDER = ("statutory", "company")
HALF = Decimal("0.5")

grants = st.lists(
    st.tuples(
        st.sampled_from(ORDER),
        st.integers(1, 8),
        st.integers(0, SPAN // 2),
        st.one_of(st.none(), st.integers(0, SPAN)),
        st.sampled_from(list(Carry)),
    ),
    min_size=1,
    max_size=5,
)
requests = st.lists(
    st.tuples(
        st.integers(0, SPAN - 8),
        st.lists(st.integers(1, 2), min_size=1, max_size=6),
        st.sampled_from(["approved", "rejected", "waiting", "cancelled"]),
    ),
    max_size=8,
)


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def opened(drawn: list[tuple[str, int, int, int | None, Carry]]) -> list[Entry]:
    return [
        Entry(
            f"g{at}",
            account,
            f"g{at}",
            EntryKind.GRANT,
            HALF * halves,
            day(start),
            day(start),
            None if length is None else day(start + length),
            carry,
        )
        for at, (account, halves, start, length, carry) in enumerate(drawn)
    ]


def booked(kind: EntryKind, parts: list[Allocation], at: int, sign: int) -> list[Entry]:
    return [
        Entry(f"{kind}{at}{n}", part.lot.account, part.lot.id, kind, part.amount * sign, part.day, request=f"r{at}")
        for n, part in enumerate(parts)
    ]


def played(entries: list[Entry], drawn: list[tuple[int, list[int], str]]) -> list[Entry]:
    """Requests against the ledger, each held, then decided; with what expired booked at the end of some days."""
    for at, (start, halves, fate) in enumerate(drawn):
        wanted = [(day(start + n), HALF * half) for n, half in enumerate(halves)]
        parts = allocate(lots(entries), wanted, ORDER)
        if parts is None:
            continue
        entries = entries + booked(EntryKind.HOLD, parts, at, -1)
        if fate != "waiting":
            entries = entries + booked(EntryKind.RELEASE, parts, at, 1)
        if fate in {"approved", "cancelled"}:
            entries = entries + booked(EntryKind.TAKE, parts, at, -1)
        if fate == "cancelled":
            entries = entries + booked(EntryKind.TAKE, parts, at + 1000, 1)
    return entries


def naive(entries: list[Entry], on: date) -> Decimal:
    """Day by day: jars open, halves go in and out, jars go bad the day after their end."""
    jars: dict[str, Decimal] = {}
    ends: dict[str, date | None] = {}
    starts: dict[str, date] = {}
    for entry in entries:
        if entry.kind is EntryKind.GRANT:
            assert entry.starts_on is not None
            starts[entry.lot], ends[entry.lot] = entry.starts_on, entry.ends_on
        jars[entry.lot] = jars.get(entry.lot, Decimal(0)) + entry.amount
    here = START
    open_jars: set[str] = set()
    while here <= on:
        open_jars |= {jar for jar, start in starts.items() if start == here}
        open_jars -= {jar for jar, end in ends.items() if end is not None and end + timedelta(days=1) <= here}
        here += timedelta(days=1)
    return sum((jars[jar] for jar in open_jars), Decimal(0))


@settings(max_examples=150, deadline=None)
@given(grants, requests)
def test_the_balance_is_what_living_every_day_gives(
    granted: list[tuple[str, int, int, int | None, Carry]], asked: list[tuple[int, list[int], str]]
) -> None:
    entries = played(opened(granted), asked)
    for offset in range(0, SPAN + 31, 7):
        now = standing(entries, day(offset))
        assert now.available == naive(entries, day(offset))
        assert now.available == now.granted - now.taken - now.held + now.adjusted - now.expired
        assert now.available >= 0
    assert all(lot.left >= 0 for lot in lots(entries))


@settings(max_examples=150, deadline=None)
@given(grants, requests, st.integers(0, SPAN + 30))
def test_booking_what_lapsed_changes_no_balance(
    granted: list[tuple[str, int, int, int | None, Carry]], asked: list[tuple[int, list[int], str]], offset: int
) -> None:
    entries, on = played(opened(granted), asked), day(offset)
    gone = lapsed(entries, on)
    after = entries + [
        Entry(f"x{at}", lot.account, lot.id, EntryKind.EXPIRE, -lot.left, on) for at, lot in enumerate(gone)
    ]
    assert standing(after, on).available == standing(entries, on).available
    assert standing(after, on).unsettled == standing(entries, on).unsettled
    assert lapsed(after, on) == []


@settings(max_examples=150, deadline=None)
@given(grants, requests)
def test_no_lot_pays_for_a_day_on_which_it_cannot_be_used(
    granted: list[tuple[str, int, int, int | None, Carry]], asked: list[tuple[int, list[int], str]]
) -> None:
    entries = played(opened(granted), asked)
    by_id = {lot.id: lot for lot in lots(entries)}
    assert all(by_id[entry.lot].usable(entry.day) for entry in entries if entry.kind is EntryKind.TAKE)
