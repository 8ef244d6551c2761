"""Refusals of the shell itself; their words are in `cards/bot/errors.yaml`."""

from domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class NotYourCard(Forbidden):
    """The card was sent to somebody else."""


class ButtonUnknown(Invalid):
    """The card never offered this button."""


class CardReplaced(Conflict):
    """The pressed message is an old one of a card that was sent anew and still waits for this press."""


class CardMoved(Conflict):
    """The pressed card was shown anew on another platform and waits for this press there; facts: platform."""


class CardGone(NotFound):
    """Nobody knows this card, even after waiting for its record."""


class Stranger(Forbidden):
    """The sender is no employee, or no longer."""


class FileUnknown(NotFound):
    """No such file, or none that they may see."""


class FileTooLarge(Invalid):
    """More than the upload limit; facts: limit (MB)."""


class NothingPending(Invalid):
    """好的, 算了 or 改成… with nothing that waits for it."""


class NothingToChange(Invalid):
    """改成… with no draft open; perhaps it is submitted already."""


class MediaGone(NotFound):
    """A picture or file that the platform does not give us: too large, too old, or not reachable for minutes."""
