"""What is due: statutory annual leave by working life and proration, the leaver's days, the company's own days.

Source: 职工带薪年休假条例 (Order 514) art. 3–5; 企业职工带薪年休假实施办法 art. 4, 5, 12.
Figures come from config/statutory.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from config.statutory.leave import Band
from domain.leave.rules.policy import AccountPolicy, Crossing

DAYS_OF_YEAR = 365  # the text of the law, in leap years too
ONE_DAY = timedelta(days=1)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Due:
    """One line of what is due: how much, from which day on, by which rule, with the facts that explain it."""

    amount: Decimal
    starts_on: date
    rule: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """Working life (first work for any employer) and employment here."""

    first_work_on: date
    hired_on: date
    left_on: date | None = None


def anniversary(day: date, years: int) -> date:
    """The day on which so many years are complete; 29 February counts as 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def whole_years(since: date, on: date) -> int:
    """Complete years from `since` to `on`; 0 before it."""
    years = on.year - since.year
    return max(0, years if anniversary(since, years) <= on else years - 1)


def band_days(bands: Sequence[Band], years: int) -> int:
    """Days a year for so many complete working years."""
    return max((band.days for band in bands if years >= band.years), default=0)


def floored(days_here: int, full: int) -> int:
    """days ÷ 365 × full, the fraction dropped, never more than full."""
    return min(full, days_here * full // DAYS_OF_YEAR)


def annual_due(service: Service, year: int, bands: Sequence[Band], crossing: Crossing) -> list[Due]:
    """Statutory annual leave of one calendar year, at most two lines (the second from the day a band is crossed)."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    entitled = anniversary(service.first_work_on, min((band.years for band in bands if band.days), default=1))
    start = max(first, service.hired_on, entitled)
    if start > last or (service.left_on is not None and service.left_on < start):
        return []
    years = whole_years(service.first_work_on, start)
    full = band_days(bands, years)
    due = [_first(start, first, last, years, full)]
    later = [
        band for band in bands if start < anniversary(service.first_work_on, band.years) <= last and band.days > full
    ]
    due += [_crossed(service, band, full, (start, last), crossing) for band in later]
    return [line for line in due if line.amount > 0]


def why_none(service: Service, year: int, bands: Sequence[Band]) -> Due | None:
    """Why a year gives no statutory leave (yet); None when it does."""
    entitled = anniversary(service.first_work_on, min((band.years for band in bands if band.days), default=1))
    first, last = date(year, 1, 1), date(year, 12, 31)
    start = max(first, service.hired_on, entitled)
    if start > last:
        return Due(ZERO, entitled, "annual_first_year", {"since": service.first_work_on.isoformat()})
    full, here = band_days(bands, whole_years(service.first_work_on, start)), (last - start).days + 1
    if floored(here, full) == 0:
        return Due(ZERO, start, "annual_too_short", {"days": here, "full": full})
    return None


def _first(start: date, first: date, last: date, years: int, full: int) -> Due:
    if start == first:
        return Due(Decimal(full), start, "annual_band", {"years": years, "full": full})
    here = (last - start).days + 1
    facts = {"years": years, "full": full, "from": start.isoformat(), "days": here}
    return Due(Decimal(floored(here, full)), start, "annual_joined", facts)


def _crossed(service: Service, band: Band, full: int, span: tuple[date, date], crossing: Crossing) -> Due:
    start, last = span
    on = anniversary(service.first_work_on, band.years)
    if crossing is Crossing.WHOLE_FROM_THAT_DAY:
        january = date(on.year, 1, 1)
        here = DAYS_OF_YEAR if start == january else (last - start).days + 1
        amount = floored(here, band.days) - floored(here, full)
    else:
        before, after = (on - start).days, (last - on).days + 1
        base = full if start == date(on.year, 1, 1) else floored((last - start).days + 1, full)
        amount = (before * full + after * band.days) // DAYS_OF_YEAR - base
    facts = {"years": band.years, "full": band.days, "before": full, "on": on.isoformat(), "policy": crossing.value}
    return Due(Decimal(max(0, amount)), on, "annual_crossed", facts)


def leaver_days(service: Service, left_on: date, full: int, taken: Decimal) -> Decimal:
    """Days still to be given or paid on leaving: days passed ÷ 365 × full, fraction dropped, less what was taken.

    Never negative: over-taken days are not clawed back.
    """
    start = max(date(left_on.year, 1, 1), service.hired_on)
    passed = (left_on - start).days + 1
    return max(ZERO, Decimal(floored(passed, full)) - taken)


def annual_days(service_months: int, bands: Sequence[Band], days_here: int | None = None) -> int:
    """The calculator's single answer: by months of working life, prorated by days at this employer this year."""
    full = band_days(bands, service_months // 12)
    return full if days_here is None else floored(days_here, full)


def company_due(service: Service, year: int, account: AccountPolicy) -> list[Due]:
    """The company's own extra days by whole years here on 1 January, whole or none in the joining year."""
    first = date(year, 1, 1)
    if service.hired_on > first or (service.left_on is not None and service.left_on < first):
        return []
    years = whole_years(service.hired_on, first)
    days = max((band.days for band in account.bands if years >= band.years), default=ZERO)
    return [Due(days, first, "company_band", {"years": years, "full": str(days)})] if days else []


def band_of(bands: Sequence[Band], years: int) -> Band | None:
    """The band of so many complete working years; None before the first."""
    return max((band for band in bands if years >= band.years), key=lambda band: band.years, default=None)


def forfeits(band: Band, sick_days: int) -> bool:
    """Whether so many calendar days of sick leave in a year reach the bound that forfeits annual leave (条例 art. 4);
    a month counts 30 days."""
    return band.forfeit_sick_months is not None and sick_days >= band.forfeit_sick_months * 30


def lot_end(account: AccountPolicy, starts_on: date) -> date | None:
    """The last day on which a lot can be used; None is without end."""
    if account.months is not None:
        return months_later(starts_on, account.months) - ONE_DAY
    if account.end is None:
        return None
    month, day = (int(part) for part in account.end.split("-"))
    return date(starts_on.year + (1 if account.end_next_year else 0), month, day)


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the month's last day when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, number = day.year + years, month + 1
    return date(year, number, min(day.day, monthrange(year, number)[1]))
