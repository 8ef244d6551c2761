"""Expected refusals. Their kind sets the tone, their code finds the words in `cards/<context>/errors.yaml`."""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """An expected no. Facts fill the words: `InsufficientBalance(left=…, asked=…)`."""

    kind: ClassVar[str] = "refused"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts

    @property
    def code(self) -> str:
        """Context + class, such as `leave.InsufficientBalance`."""
        parts = type(self).__module__.split(".")
        return f"{parts[1] if parts[0] == 'domain' else parts[0]}.{type(self).__name__}"


class Invalid(DomainError):
    """What was said cannot be used as it is; the words ask again."""

    kind = "invalid"


class Refused(DomainError):
    """A rule says no; the words name it and who may decide otherwise."""

    kind = "refused"


class Forbidden(DomainError):
    """Not theirs to do or see; the words say only no."""

    kind = "forbidden"


class NotFound(DomainError):
    """There is no such thing, or none that they may see."""

    kind = "not_found"


class Conflict(DomainError):
    """It has changed meanwhile; the words show how things stand."""

    kind = "conflict"
