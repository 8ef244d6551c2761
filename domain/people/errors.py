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
