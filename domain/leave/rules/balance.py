"""The ledger read as lots: a balance is the sum of immutable entries, nothing else is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.leave.rules.policy import Carry

ZERO = Decimal(0)


class EntryKind(StrEnum):
    """What an entry does. Amounts are signed: grant, release and a give-back are positive, the others negative."""

    GRANT = "grant"
    HOLD = "hold"
    RELEASE = "release"
    TAKE = "take"
    EXPIRE = "expire"
    ADJUST = "adjust"


@dataclass(frozen=True)
class Entry:
    """One immutable line. A grant, or an adjustment upwards, opens a lot that bears its id and has `starts_on`;
    every other line belongs to a lot."""

    id: str
    account: str
    lot: str
    kind: EntryKind
    amount: Decimal
    day: date
    starts_on: date | None = None
    ends_on: date | None = None
    carry: Carry | None = None
    request: str | None = None
    rule: str = ""
    facts: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Lot:
    """A grant and what is left of it. Usable from starts_on to ends_on, both inclusive."""

    id: str
    account: str
    starts_on: date
    ends_on: date | None
    carry: Carry
    granted: Decimal
    left: Decimal

    def usable(self, on: date) -> bool:
        return self.starts_on <= on and not self.over(on)

    def over(self, on: date) -> bool:
        return self.ends_on is not None and self.ends_on < on


@dataclass(frozen=True)
class Allocation:
    """So much of a day's leave comes out of this lot."""

    day: date
    lot: Lot
    amount: Decimal


@dataclass(frozen=True)
class Standing:
    """How a balance stands on a day, in the account's unit. available = granted - taken - held ± adjusted - expired
    over the lots usable that day."""

    available: Decimal
    granted: Decimal
    taken: Decimal
    held: Decimal
    adjusted: Decimal
    expired: Decimal
    ending: tuple[tuple[date, Decimal], ...]
    unsettled: Decimal
    coming: tuple[tuple[date, Decimal], ...]


def lots(entries: Iterable[Entry]) -> list[Lot]:
    """All lots with what is left of each, in order of their grants."""
    found: dict[str, Lot] = {}
    rest: dict[str, Decimal] = {}
    for entry in entries:
        rest[entry.lot] = rest.get(entry.lot, ZERO) + entry.amount
        if entry.starts_on is not None and entry.carry is not None:
            found[entry.lot] = Lot(
                entry.lot, entry.account, entry.starts_on, entry.ends_on, entry.carry, entry.amount, ZERO
            )
    return [replace(lot, left=rest[lot.id]) for lot in found.values()]


def standing(entries: Sequence[Entry], on: date) -> Standing:
    """The balance on a day. What a lapsed lot still holds no longer counts, booked as expired or not yet."""
    all_lots = lots(entries)
    live = {lot.id for lot in all_lots if lot.usable(on)}
    sums = dict.fromkeys(EntryKind, ZERO)
    for entry in entries:
        if entry.lot in live:
            sums[entry.kind] += entry.amount
    ending: dict[date, Decimal] = {}
    coming: dict[date, Decimal] = {}
    for lot in all_lots:
        if lot.usable(on) and lot.ends_on and lot.left:
            ending[lot.ends_on] = ending.get(lot.ends_on, ZERO) + lot.left
        if lot.starts_on > on and lot.left:
            coming[lot.starts_on] = coming.get(lot.starts_on, ZERO) + lot.left
    return Standing(
        available=sum(sums.values(), ZERO),
        granted=sums[EntryKind.GRANT],
        taken=-sums[EntryKind.TAKE],
        held=-(sums[EntryKind.HOLD] + sums[EntryKind.RELEASE]),
        adjusted=sums[EntryKind.ADJUST],
        expired=-sums[EntryKind.EXPIRE],
        ending=tuple(sorted(ending.items())),
        unsettled=sum((lot.left for lot in all_lots if lot.over(on) and lot.carry is Carry.SETTLE), ZERO),
        coming=tuple(sorted(coming.items())),
    )


def allocate(
    stock: Sequence[Lot], days: Sequence[tuple[date, Decimal]], order: Sequence[str]
) -> list[Allocation] | None:
    """Which lots pay for which days; None when they do not suffice.

    The accounts' order comes first (statutory days before the company's), then what ends first. When that order alone
    would strand days, what ends first is used first.
    """
    rank = {account: place for place, account in enumerate(order)}
    by_policy = sorted(
        stock, key=lambda lot: (rank.get(lot.account, len(rank)), lot.ends_on or date.max, lot.starts_on)
    )
    by_end = sorted(stock, key=lambda lot: (lot.ends_on or date.max, rank.get(lot.account, len(rank)), lot.starts_on))
    found = _greedy(by_policy, days)
    return found if found is not None else _greedy(by_end, days)


def _greedy(stock: Sequence[Lot], days: Sequence[tuple[date, Decimal]]) -> list[Allocation] | None:
    left = {lot.id: lot.left for lot in stock}
    found: list[Allocation] = []
    needs: dict[date, Decimal] = {}
    for day, amount in days:
        needs[day] = needs.get(day, ZERO) + amount
    for day in sorted(needs):
        for lot in stock:
            part = min(needs[day], left[lot.id])
            if part > 0 and lot.usable(day):
                found.append(Allocation(day, lot, part))
                left[lot.id] -= part
                needs[day] -= part
        if needs[day] > 0:
            return None
    return found


def reachable(stock: Sequence[Lot], days: Sequence[date]) -> Decimal:
    """What lots could give to a leave on these days: the amount a refusal names as left."""
    return sum((lot.left for lot in stock if lot.left > 0 and any(lot.usable(day) for day in days)), ZERO)


def lapsed(entries: Sequence[Entry], on: date) -> list[Lot]:
    """Lots that ended before `on` and lapse, with something left that no request holds."""
    return [lot for lot in lots(entries) if lot.carry is Carry.LAPSE and lot.over(on) and lot.left > 0]


def unsettled(entries: Sequence[Entry], on: date) -> list[Lot]:
    """Lots that ended before `on` and never just lapse, with something left."""
    return [lot for lot in lots(entries) if lot.carry is Carry.SETTLE and lot.over(on) and lot.left > 0]
