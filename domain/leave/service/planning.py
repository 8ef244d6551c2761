"""What a wish comes to: the days counted on the person's own calendar, what pays for them, and every refusal.

The draft and the submission use the same plan, so what can be refused is refused at the draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from config.statutory.leave import Entitlement, LawMissing, entitlement
from domain.calendar import queries as calendar
from domain.calendar.rules import DayKind, DaySchedule
from domain.kernel.tx import Tx
from domain.leave.errors import GapInLaw, HolidaysOnly, NoSuchType, NotForYou, NothingToTake, PeriodTooLong
from domain.leave.rules.counting import LeaveDay, count, mean_hours, total, trimmed
from domain.leave.rules.period import Period, horizon, resolve
from domain.leave.rules.policy import Basis, DayMeaning, LeaveKind, Policies, TypePolicy
from domain.leave.service import checks, paying
from domain.leave.service.planned import Plan, Wish
from domain.leave.service.policies import policies
from domain.leave.views import Caution
from domain.people.queries import PersonView

LONGEST = 400
"""Days that one request may span: a guard against slips of the tongue, longer than any leave the law knows."""


async def plan(tx: Tx, person: PersonView, wish: Wish) -> Plan:
    """Count, check and pay for a wish. Raises every refusal that a request can meet."""
    company = await policies(tx, wish.period.start)
    policy = _policy(company, wish.kind, person, wish.period.start)
    law = _law(policy, person, wish.period.start)
    policy = with_law(policy, person, wish.period.start)
    schedule, days = await counted(tx, person, policy, _whole(wish.period, policy, law))
    holidays = _holidays_worked(policy, schedule, days)
    if not total(days):
        raise _nothing(policy, wish.period, holidays)
    taken = trimmed(days)
    skipped = [Caution("holidays", {"days": holidays})] if holidays else []
    if wish.period.weekly_until is not None:
        taken, clashing = await checks.without_taken(tx, person.id, taken, wish.request)
        skipped += clashing
    cautions = [*checks.timing(policy, taken, tx.today), *await checks.unpublished(tx, taken), *skipped]
    await checks.overlap(tx, person.id, taken, wish.request)
    await checks.limit(tx, person.id, policy, law, checks.Asked(tuple(taken), wish.request))
    shares = await paying.shares(tx, person, paying.Bill(company, policy, tuple(taken), tuple(schedule), wish.top_up))
    proof_due, more = checks.proof(policy, taken, law)
    return Plan(policy, shares, _days_off(taken, schedule), (*cautions, *more), law, proof_due)


async def counted(
    tx: Tx, person: PersonView, policy: TypePolicy, period: Period
) -> tuple[list[DaySchedule], list[LeaveDay]]:
    """The person's schedule around a period, and the period counted on it. Raises PeriodTooLong and the period's."""
    if period.length > LONGEST:
        raise PeriodTooLong(asked=period.length, most=LONGEST)
    start, end = horizon(period, policy.basis)
    schedule = await calendar.schedule(tx, person.id, start, end)
    statutory = frozenset(day.day for day in schedule if day.kind is DayKind.STATUTORY)
    pieces = resolve(period, schedule, _counting(schedule, policy, statutory))
    usual = await _usual_hours(tx, person, policy, period.start)
    return schedule, count(pieces, policy, usual, statutory)


def _holidays_worked(policy: TypePolicy, schedule: Sequence[DaySchedule], days: Sequence[LeaveDay]) -> list[date]:
    """Statutory holidays within, on which the person's shift falls: they cannot be taken as this leave."""
    if policy.counts_statutory:
        return []
    asked = {day.day for day in days}
    return [day.day for day in schedule if day.day in asked and day.works and day.kind is DayKind.STATUTORY]


def _nothing(policy: TypePolicy, period: Period, holidays: list[date]) -> HolidaysOnly | NothingToTake:
    if holidays:
        return HolidaysOnly(kind_name=policy.name, days=holidays)
    return NothingToTake(start=period.start, end=max(period.start, period.weekly_until or period.end or period.start))


def _policy(company: Policies, kind: LeaveKind, person: PersonView, on: date) -> TypePolicy:
    policy = company.types.get(kind)
    if policy is None:
        raise NoSuchType(kind=kind.value, day=on)
    if person.worker_type.value not in policy.workers:
        raise NotForYou(kind_name=policy.name, worker_type=person.worker_type.value)
    return policy


def _law(policy: TypePolicy, person: PersonView, on: date) -> Entitlement | None:
    if policy.limit is None or policy.limit.law is None:
        return None
    try:
        return entitlement(policy.limit.law, person.city, on)
    except LawMissing:
        raise GapInLaw(topic=policy.name, place=person.city, day=on) from None


def with_law(policy: TypePolicy, person: PersonView, on: date) -> TypePolicy:
    """The policy with the place's way of counting, where the law gives the days. Raises GapInLaw."""
    law = _law(policy, person, on)
    return policy if law is None else replace(policy, basis=Basis(law.basis))


def _whole(period: Period, policy: TypePolicy, law: Entitlement | None) -> Period:
    """从4月1日开始休产假: a day alone is where the whole entitlement begins; who wants one day says so."""
    open_ended = period.end in {None, period.start} and period.duration_days is None and period.duration_hours is None
    if policy.whole and law is not None and open_ended and period.start_time is None:
        return replace(period, end=None, duration_days=law.days)
    return period


def _counting(schedule: Sequence[DaySchedule], policy: TypePolicy, statutory: frozenset[date]) -> frozenset[date]:
    if policy.basis is Basis.WORKING:
        never = frozenset() if policy.counts_statutory else statutory
        return frozenset(day.day for day in schedule if day.works) - never
    days = frozenset(day.day for day in schedule)
    return days if policy.basis is Basis.CALENDAR else days - statutory


async def _usual_hours(tx: Tx, person: PersonView, policy: TypePolicy, start: date) -> Decimal:
    if policy.day_meaning is not DayMeaning.USUAL_DAY:
        return Decimal(0)
    weeks = timedelta(weeks=(await policies(tx, start)).general.usual_day_weeks)
    around = await calendar.schedule(tx, person.id, start - weeks, start)
    return mean_hours([day.hours for day in around])


def _days_off(days: Sequence[LeaveDay], schedule: Sequence[DaySchedule]) -> Decimal | None:
    """The length in days when whole and half shifts make it up, for hourly types; the form's 请假天数 otherwise."""
    scheduled = {day.day: day.hours for day in schedule}
    parts = [day.hours / scheduled[day.day] if scheduled.get(day.day) else Decimal(0) for day in days]
    if any(part not in {Decimal(1), Decimal("0.5"), Decimal(0)} for part in parts):
        return None
    return sum(parts, Decimal(0)) or None
