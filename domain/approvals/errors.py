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


class UrgedEnough(Refused):
    """Facts: times (a day, at most), label."""


class NothingSaid(Invalid):
    """A comment, or the reason of an administrator, is empty. Facts: label."""


class CardStale(Conflict):
    """The form was changed after the presser's card was made. Facts: label."""


class NotYourTurnYet(Refused):
    """Others come first: those asked before (加签, 委派), or the order (依次). Facts: names (list), label."""


class ActionNotAllowed(Refused):
    """The definition does not let people do this. Facts: label."""


class PersonIsYou(Invalid):
    """A task cannot be handed to oneself. Facts: label."""


class PersonThereAlready(Refused):
    """They have, or had, a turn at this node. Facts: label."""


class PersonConcerned(Refused):
    """It is their own case. Facts: label."""


class PersonGone(Refused):
    """They have left the company. Facts: name."""


class AddedTooDeep(Refused):
    """Whoever was added may not add any further. Facts: label."""


class AddedInTurn(Refused):
    """Nobody can be added here: people decide one after the other, or this turn serves another's. Facts: label."""


class ActedAlready(Conflict):
    """The person who was added has acted. Facts: label."""


class NotYourAddition(Forbidden):
    """Only who added a person takes them off."""


class TargetUnreachable(Refused):
    """A case is sent back to a node it passed, not into a parallel arm. Facts: label."""


class NoWayStraight(Refused):
    """From within a parallel arm the case goes the whole way again. Facts: label."""


class OnlyAdvice(Refused):
    """They were asked for their advice; whoever asked decides. Facts: label."""


class NextHasActed(Conflict):
    """It cannot be taken back: somebody after it has acted. Facts: label."""


class EffectsRan(Refused):
    """It cannot be taken back: effects were executed. Facts: label."""


class NotTakingPart(Forbidden):
    """Only who takes part in a case speaks in it or is named in it."""


class NotReturned(Conflict):
    """It was not sent back. Facts: label."""


class FieldNotYours(Forbidden):
    """The node does not let its people change this field."""


class HandledNotRejected(Refused):
    """What is to be done (办理) is done or sent back. Facts: label."""


class NotAdministrator(Forbidden):
    """Only who administrates the flow does this, and never to their own case."""


class NotReversible(Refused):
    """Only an approved case is undone by another, and a reversal is not. Facts: state, label."""


class ProxyRefused(Invalid):
    """Facts: why (self, span, left, twice, unknown)."""


class ChainTooLong(Refused):
    """Flows open each other more than five deep. Facts: node."""
