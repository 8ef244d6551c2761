"""What announcements refuse; the words are in `cards/announcements/errors.yaml`."""

from __future__ import annotations

from domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class NotYourScope(Forbidden):
    """Neither HR, nor the head of the unit it is for. Facts: unit_name, None for everybody."""


class NothingSaid(Invalid):
    """An announcement without words. No facts."""


class TooLong(Invalid):
    """More than may be sent. Facts: longest, given: characters."""


class UnitUnclear(Invalid):
    """No unit of this name, or several. Facts: name, found: how many."""


class NotAUnit(Invalid):
    """Neither everybody nor one unit: a person, several units, a name that no unit has. Facts: said."""


class NobodyThere(Invalid):
    """Nobody but the author would get it. No facts."""


class AnnouncementUnknown(NotFound):
    """No such announcement, or none that they may see. No facts."""


class AlreadyDecided(Conflict):
    """The draft was sent or dropped before. Facts: title, state."""


class NotOnItsWay(Conflict):
    """There is nothing left to stop. Facts: title, state."""


class NothingOnItsWay(NotFound):
    """None of theirs is planned, being sent or sent. No facts."""


class SeveralOnTheirWay(Invalid):
    """It is not said which is to be stopped. Facts: titles."""


class StartsInThePast(Invalid):
    """The moment at which it should go out is over. Facts: at."""
