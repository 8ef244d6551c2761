"""Refusals about the organisation."""

from __future__ import annotations

from domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused


class UnitUnknown(NotFound):
    """No such unit on the day: `unit`."""


class UnitNameTaken(Conflict):
    """A unit of this name stands under the same parent: `name`."""


class UnitInUse(Refused):
    """Units or people are still in it: `name`, `people`, `units`."""


class UnitCycle(Invalid):
    """A unit cannot stand under itself: `name`."""


class MainPostTaken(Conflict):
    """The person holds another main post in that time: `name`, `since`."""


class ManagerCycle(Invalid):
    """The manager reports, directly or further down, to this very person: `name`, `manager`."""


class AssignmentUnknown(NotFound):
    """The person has no such assignment: `name`."""


class NotEmployedThen(Refused):
    """The person is not employed on the day: `name`, `on`."""


class RoleUnknown(Invalid):
    """There is no such role: `role`."""


class RoleHeldLater(Conflict):
    """The role is already granted from a later day on: `name`, `role`."""


class PeriodBackwards(Invalid):
    """It would end (`end`) before it starts (`start`)."""


class HrOnly(Forbidden):
    """Only HR imports people."""


class FileUnreadable(Invalid):
    """Not an Excel workbook (.xlsx), or damaged, or locked with a password."""


class FileTooLarge(Invalid):
    """Too many `rows`, or more than `megabytes`."""


class NotRoster(Invalid):
    """No sheet of the workbook has the roster's header."""


class ColumnsMissing(Invalid):
    """The roster lacks these required `columns`."""


class RosterEmpty(Invalid):
    """A header and nothing below it."""
