"""What leave refuses; the words are in `cards/leave/errors.yaml`."""

from __future__ import annotations

from domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused


class PeriodBackwards(Invalid):
    """The end lies before the start. Facts: start, end."""


class TimesUnclear(Invalid):
    """Hours were asked without saying from when. No facts."""


class LengthMissing(Invalid):
    """A length of nothing, or less. No facts."""


class TimesBackwards(Invalid):
    """The end is not after the start on a day whose shift does not pass midnight. Facts: start, end, day, windows."""


class OutsideShift(Refused):
    """The clock times touch none of the person's working hours. Facts: start, end, day, windows."""


class MoreThanShift(Refused):
    """More hours than the day's shift has (left). Facts: asked, most, day, windows."""


class OnlyForYourself(Forbidden):
    """Leave for a colleague. Facts: name."""


class HasAccount(Refused):
    """Leave for somebody who can ask themselves. Facts: name, platform."""


class ForWhom(Invalid):
    """Leave for him or her, and it was not said who that is. Facts: said."""


class OneAtOnce(Invalid):
    """Leave for several people in one sentence. Facts: names."""


class NobodyToFillFor(NotFound):
    """Leave for somebody nobody is called like. Facts: name, near: names that sound or look alike."""


class SeveralToFillFor(Invalid):
    """Several people are called so. Facts: name, numbers: their employee numbers."""


class NothingFilled(NotFound):
    """Nothing of this person was asked for by the speaker, whatever they asked for themselves. Facts: name."""


class NotHereThen(Refused):
    """The person does not work here on all of these days. Facts: name, hired_on, left_on."""


class WhoseBalance(Invalid):
    """她还有几天年假: nobody is named. Facts: said."""


class OthersBalance(Forbidden):
    """Somebody else's balance. Facts: name."""


class NothingToExtend(NotFound):
    """More of a leave, but there is none that runs, is just over or comes. No facts."""


class HolidaysOnly(Refused):
    """All days asked for are statutory holidays, which never count as this leave. Facts: kind_name, days."""


class NothingToTake(Refused):
    """The person does not work at any time of the period. Facts: start, end."""


class PeriodTooLong(Refused):
    """Longer than one request may be. Facts: asked, most: days."""


class InThePast(Refused):
    """Too long ago for this type. Facts: kind_name, start, back_days, today."""


class NoticeTooShort(Refused):
    """The type's policy wants more notice. Facts: kind_name, days, earliest."""


class Overlapping(Refused):
    """Other leave of the same person lies in the period. Facts: code, kind_name, first, last, state."""


class InsufficientBalance(Refused):
    """Less is left than asked. Facts: kind_name, left, asked, unit, held, lines: what was asked for."""


class LimitExceeded(Refused):
    """More than the law or the company gives. Facts: kind_name, most, asked, used, unit, per, source, lines."""


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


class AmountOffStep(Invalid):
    """The account is kept in steps. Facts: account, step, unit."""


class UnitWrong(Invalid):
    """The account is kept in the other unit. Facts: account, unit."""


class WhoUnknown(NotFound):
    """Nobody is called so. Facts: name, near: names that sound or look alike."""


class WhoUnclear(Invalid):
    """Several people are called so. Facts: name, numbers: their employee numbers."""


class OneAtATime(Invalid):
    """Several people, or everybody, in one sentence. Facts: names."""


class NotYourOwn(Forbidden):
    """Nobody adjusts their own balance. No facts."""


class NothingToClear(Refused):
    """The balance is nothing already. Facts: name, account."""


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


class NotAPaper(Invalid):
    """A paper is a picture or a PDF. Facts: names."""


class SettlementClosed(Conflict):
    """Last year's days were settled before. Facts: year, state."""


class DraftOutdated(Conflict):
    """The person's schedule changed since the draft was shown. Facts: code."""
