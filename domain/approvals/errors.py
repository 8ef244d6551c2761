"""What approvals refuse; the words are in `cards/approvals/errors.yaml`.

`label` comes with `whose` (`views.Spoken`): how the case is called towards the one who is refused.
"""

from __future__ import annotations

from domain.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused


class DefinitionInvalid(Invalid):
    """A definition cannot be published. Facts: what (a code), where (the text of the place)."""


class DefinitionUnknown(NotFound):
    """No definition of that name or code is published. Facts: definition."""


class FieldMissing(Invalid):
    """A condition asks about a field that the form does not hold. Facts: field."""


class CaseUnknown(NotFound):
    """There is no such case, or none that they may see. Facts: code (may be None)."""


class TaskUnknown(NotFound):
    """There is no such task."""


class NobodyToAsk(Refused):
    """No fallback leads to anybody who could decide. Facts: node."""


class AlreadyOpen(Conflict):
    """The subject has a live case already. Facts: code, label."""


class AlreadyDecided(Conflict):
    """The task's node is decided. Facts: name, at, outcome (agreed | rejected), mine, label."""


class AlreadyAgreed(AlreadyDecided):
    """Somebody, perhaps the presser, has agreed."""


class AlreadyRejected(AlreadyDecided):
    """Somebody, perhaps the presser, has rejected."""


class TaskMoved(Conflict):
    """The task went to others. Facts: names (list), label."""


class NotYourTask(Forbidden):
    """Only the holder of a task decides it."""


class NotYourCase(Forbidden):
    """Only the applicant withdraws; only the applicant and HR urge."""


class CaseClosed(Conflict):
    """Nothing more can be done to this case. Facts: state (approved | rejected | withdrawn), label."""


class WithdrawTooLate(Refused):
    """The case is approved, or its definition forbids it after the first decision. Facts: state, kind, label."""


class ReasonMissing(Invalid):
    """A rejection says why. Facts: label."""


class UrgedTooSoon(Refused):
    """Facts: again_at (aware instant from which urging works again), hours, label."""


class UrgeQuietHours(Refused):
    """Nobody is urged at night. Facts: quiet_from, quiet_to (times of day), label."""
