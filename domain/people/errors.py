"""Refusals about persons."""

from __future__ import annotations

from domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused


class PersonUnknown(NotFound):
    """Nobody has this id: `person`."""


class NumberTaken(Conflict):
    """The employee number belongs to somebody else: `number`, `name`."""


class PersonExists(Conflict):
    """The id is in use: `person`."""


class AlreadyEmployed(Conflict):
    """The employments of one person may not overlap: `name`, `hired_on`."""


class NotEmployed(Refused):
    """The person has no running employment: `name`."""


class LeavesBeforeHired(Invalid):
    """The last day lies before the hire: `last_day`, `hired_on`."""


class HiredBeforeFirstWork(Invalid):
    """The first working day of all lies after the hire: `first_work_on`, `hired_on`."""


class NameMissing(Invalid):
    """A person needs a name."""


class MobileInvalid(Invalid):
    """Not a mainland mobile number."""


class IdNumberInvalid(Invalid):
    """Shape, birth date or check character of the ID number are wrong."""


class IdNumberTaken(Conflict):
    """Somebody else has this ID number."""


class DetailInvalid(Invalid):
    """The value cannot be right: `detail`."""


class AccountInvalid(Invalid):
    """No account of a messenger looks like this: `platform`."""


class AccountTaken(Conflict):
    """Somebody else has this account: `platform`, `account`."""


class CodeHrOnly(Forbidden):
    """Codes that link accounts are given out by HR."""


class CodeWrong(Invalid):
    """The code was never given out, is used, replaced or too old; which of them is not said."""


class CodeNotYours(Forbidden):
    """The code is somebody else's, and the sender is somebody already."""


class TooManyTries(Refused):
    """The account tried too many codes today: `most`."""


class NobodyNamed(NotFound):
    """Nobody is called so, or has this number: `name`; `near` are names that look alike."""


class SeveralNamed(Invalid):
    """Several people are called so: `name`, `numbers`."""


class LeaverHrOnly(Forbidden):
    """Papers for those who leave are given out by HR."""


class LeaverUnknown(NotFound):
    """Nobody here, or who was here, is called so: `name`; `near` are names of those who leave that look alike."""


class LeaversUnclear(Invalid):
    """Several people are called so: `name`, `numbers`."""


class NotLeaving(Refused):
    """The person works here and no last day within so many days is recorded: `name`, `last_day`, `days`."""


class NothingToGive(Refused):
    """There is no paper that this company may give the person: `name`."""


class LeaverLinkClosed(Conflict):
    """The link was made, or the draft dropped, before; what it was nobody can read again: `name`, `state`."""


class BadgeInvalid(Invalid):
    """No badge number looks like this."""


class BadgeTaken(Conflict):
    """Somebody else has this badge, or it is spelt like their employee number."""


class PinHrOnly(Forbidden):
    """Starting PINs for others are given out by HR."""


class PinShape(Invalid):
    """A PIN is six digits."""


class PinGuessable(Invalid):
    """The PIN is a row of digits, a birthday or a number of the person's."""


class PinSame(Invalid):
    """The new PIN is the old one."""


class PinStarting(Refused):
    """The PIN is right, but a starting one: an own one must be chosen first."""


class PinExpired(Refused):
    """The starting PIN is right, but too old."""


class LogOnWrong(Forbidden):
    """Nobody is called so, or has no PIN, or another, or too many were wrong; not said which: `most`, `minutes`."""


class DeviceRests(Refused):
    """Too many wrong PINs at one device: `minutes`."""
