"""What the log holds. A kind that was ever written stays readable; new fields have defaults for the same reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from domain.kernel.ids import PersonId


@dataclass(frozen=True)
class Note:
    """Why this person and not another: `why` absent left own concerned empty proxy line_ended nobody_else escalated;
    `by` which stand-in; `who` is meant."""

    why: str
    by: str | None = None
    who: PersonId | None = None


@dataclass(frozen=True)
class Seat:
    """A person the resolver found, with the id of the task that becomes theirs. `auto`: their own case, which the
    definition lets them pass."""

    task: str
    person: PersonId
    note: Note | None = None
    auto: bool = False


@dataclass(frozen=True, kw_only=True)
class Started:
    """`choices`: whom the applicant chose, by node."""

    applicant: PersonId
    form: dict[str, Any]
    choices: dict[str, list[PersonId]] = field(default_factory=dict)
    kind: Literal["started"] = "started"


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A node was reached and its people, as of that moment, are these; of nobody at all, what the node does then."""

    node: str
    seats: tuple[Seat, ...]
    empty: Literal["pass", "reject"] | None = None
    kind: Literal["entered"] = "entered"


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """`changes` of form fields that the node may edit; `then` is 后加签; `choices` whom they chose for later nodes;
    `seen` the version that their card showed."""

    task: str
    actor: PersonId
    comment: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    then: tuple[Seat, ...] = ()
    choices: dict[str, list[PersonId]] = field(default_factory=dict)
    seen: int | None = None
    kind: Literal["agreed"] = "agreed"


@dataclass(frozen=True, kw_only=True)
class Rejected:
    task: str
    actor: PersonId
    reason: str
    seen: int | None = None
    kind: Literal["rejected"] = "rejected"


@dataclass(frozen=True, kw_only=True)
class Transferred:
    """转交: the task ends for its holder and is the other's."""

    task: str
    actor: PersonId
    seat: Seat
    comment: str | None = None
    kind: Literal["transferred"] = "transferred"


@dataclass(frozen=True, kw_only=True)
class Delegated:
    """委派: the other advises, the holder decides."""

    task: str
    actor: PersonId
    seat: Seat
    comment: str | None = None
    kind: Literal["delegated"] = "delegated"


@dataclass(frozen=True, kw_only=True)
class Added:
    task: str
    actor: PersonId
    seats: tuple[Seat, ...]
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class AddedBefore(Added):
    """前加签: the holder waits for all of them."""

    kind: Literal["added_before"] = "added_before"


@dataclass(frozen=True, kw_only=True)
class AddedBeside(Added):
    """并加签: they decide with the holder and count."""

    kind: Literal["added_beside"] = "added_beside"


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """减签: who added a person takes them off again."""

    task: str
    actor: PersonId
    kind: Literal["dropped"] = "dropped"


@dataclass(frozen=True, kw_only=True)
class SentBack:
    """退回 to a node that was passed, or to the applicant (`to` is None). `direct`: 直达, else 重走."""

    task: str
    actor: PersonId
    to: str | None
    reason: str
    direct: bool = False
    kind: Literal["sent_back"] = "sent_back"


@dataclass(frozen=True, kw_only=True)
class Resubmitted:
    actor: PersonId
    changes: dict[str, Any] = field(default_factory=dict)
    kind: Literal["resubmitted"] = "resubmitted"


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """取回: one's own yes is void; `seat` is the turn that one has again."""

    task: str
    actor: PersonId
    seat: Seat
    kind: Literal["taken_back"] = "taken_back"


@dataclass(frozen=True, kw_only=True)
class Copied:
    actor: PersonId
    persons: tuple[PersonId, ...]
    kind: Literal["copied"] = "copied"


@dataclass(frozen=True, kw_only=True)
class Commented:
    actor: PersonId
    text: str
    mentions: tuple[PersonId, ...] = ()
    kind: Literal["commented"] = "commented"


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    actor: PersonId
    kind: Literal["withdrawn"] = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Urged:
    """All open tasks were urged; who may and how often is a policy of the service."""

    actor: PersonId
    kind: Literal["urged"] = "urged"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """An open task went from its holder to others, because the holder left or time ran out."""

    task: str
    seats: tuple[Seat, ...]
    kind: Literal["moved"] = "moved"


@dataclass(frozen=True, kw_only=True)
class Reassigned:
    """改派 by an administrator."""

    task: str
    actor: PersonId
    seats: tuple[Seat, ...]
    reason: str
    kind: Literal["reassigned"] = "reassigned"


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """跳过 by an administrator: this turn is not needed."""

    task: str
    actor: PersonId
    reason: str
    kind: Literal["skipped"] = "skipped"


@dataclass(frozen=True, kw_only=True)
class Terminated:
    """终止 by an administrator."""

    actor: PersonId
    reason: str
    kind: Literal["terminated"] = "terminated"


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """通过后撤销: the reverse case was approved."""

    actor: PersonId
    by_case: str
    kind: Literal["revoked"] = "revoked"


@dataclass(frozen=True, kw_only=True)
class Elapsed:
    """The clock of a 延迟 node ran out."""

    node: str
    visit: int
    kind: Literal["elapsed"] = "elapsed"


@dataclass(frozen=True, kw_only=True)
class Lapsed:
    """Nobody acted in time, and the node allows it by name that the task then decides itself."""

    task: str
    outcome: Literal["agree", "reject", "close"]
    kind: Literal["lapsed"] = "lapsed"


@dataclass(frozen=True, kw_only=True)
class ChildEnded:
    """The case of a 子流程 is over."""

    node: str
    visit: int
    outcome: Literal["approved", "rejected", "withdrawn"]
    reason: str | None = None
    kind: Literal["child_ended"] = "child_ended"


Action = Annotated[
    Started
    | Entered
    | Agreed
    | Rejected
    | Transferred
    | Delegated
    | AddedBefore
    | AddedBeside
    | Dropped
    | SentBack
    | Resubmitted
    | TakenBack
    | Copied
    | Commented
    | Withdrawn
    | Urged
    | Moved
    | Reassigned
    | Skipped
    | Terminated
    | Revoked
    | Elapsed
    | Lapsed
    | ChildEnded,
    Field(discriminator="kind"),
]
ACTION: TypeAdapter[Action] = TypeAdapter(Action)
