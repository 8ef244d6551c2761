"""Refusals of the calendar."""

from __future__ import annotations

from domain.kernel.errors import Conflict, Invalid, Refused


class ShiftUnclear(Invalid):
    """The windows of one shift overlap or run backwards: `day`."""


class ShiftTooLong(Invalid):
    """One shift reaches beyond 24 hours: `day`."""


class ShiftOverlap(Conflict):
    """A shift runs into the neighbouring day's shift: `day`, `other`."""


class PatternMissing(Refused):
    """No working pattern is in force on `day`."""


class YearMismatch(Invalid):
    """A notice lists days of another year: `year`."""


class AbsenceUnclear(Invalid):
    """A span of absence does not end after it starts."""


class PeriodBackwards(Invalid):
    """A period ends (`end`) before it starts (`start`)."""
