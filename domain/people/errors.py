"""Refusals about persons."""

from __future__ import annotations

from domain.kernel.errors import Conflict, Invalid, NotFound, Refused


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
