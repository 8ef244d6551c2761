"""What leave refuses; the words are in `cards/leave/errors.yaml`."""

from __future__ import annotations

from domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused


class PeriodBackwards(Invalid):
    """The end lies before the start. Facts: start, end."""


class TimesUnclear(Invalid):
    """Hours were asked without saying from when. No facts."""


class NothingToTake(Refused):
    """The person does not work at any time of the period. Facts: start, end."""


class PeriodTooLong(Refused):
    """Longer than one request may be. Facts: start, end, most."""


class InThePast(Refused):
    """Too long ago for this type. Facts: kind_name, start, back_days."""


class NoticeTooShort(Refused):
    """The type's policy wants more notice. Facts: kind_name, days, earliest."""


class Overlapping(Refused):
    """Other leave of the same person lies in the period. Facts: code, kind_name, first, last, state."""


class InsufficientBalance(Refused):
    """Less is left than asked. Facts: kind_name, left, asked, unit, held."""


class LimitExceeded(Refused):
    """More than the law or the company gives. Facts: kind_name, most, asked, used, unit, per, source."""


class NotForYou(Refused):
    """The type does not apply to this kind of employment. Facts: kind_name, worker_type."""


class NoSuchType(Invalid):
    """No policy for the type on that day. Facts: kind, day."""


class AccountUnknown(Invalid):
    """No such ledger account. Facts: account."""


class GapInLaw(Refused):
    """The statutory table has no row for this place, topic and day. Facts: topic, place, day."""


class RequestUnknown(NotFound):
    """No such request, or none that they may see. No facts."""


class DraftClosed(Conflict):
    """The draft was submitted, replaced or dropped before. Facts: code, state, kind_name, lines."""


class NotWaiting(Conflict):
    """The request is not in approval (any more). Facts: code, state."""


class NotCancellable(Conflict):
    """Only approved leave can be cancelled. Facts: code, state."""


class NothingToCancel(NotFound):
    """No approved or waiting leave matches. No facts."""


class CancelledAlready(Conflict):
    """These days were cancelled before, or a cancellation is in approval. Facts: code."""


class NotYourRequest(Forbidden):
    """Somebody else's request. No facts."""


class NotPermitted(Forbidden):
    """Needs a role. No facts."""


class AmountMissing(Invalid):
    """An adjustment of nothing. No facts."""


class ReasonMissing(Invalid):
    """An adjustment needs its reason. No facts."""


class BelowZero(Refused):
    """An adjustment would leave less than nothing. Facts: left, asked, unit."""


class AdjustmentUnknown(NotFound):
    """No such adjustment. No facts."""


class AdjustmentClosed(Conflict):
    """Booked, refused or dropped before. Facts: state."""


class NoOpenSickLeave(NotFound):
    """A certificate came, but no leave of theirs waits for one. No facts."""


class SettlementClosed(Conflict):
    """Last year's days were settled before. Facts: year, state."""


class DraftOutdated(Conflict):
    """The person's schedule changed since the draft was shown. Facts: code."""
