"""The frozen tree that `step` walks, and who may not decide a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from domain.approvals.condition import Condition, holds
from domain.approvals.errors import FieldMissing
from domain.kernel.ids import PersonId

Mode = Literal["any", "all", "ratio", "votes", "sequence", "random"]
StandIn = Literal["department_head", "manager_line", "hr", "finance", "general_manager", "administrator"]
LastWord = Literal["pass", "reject", "self", "skip"]
"""What a policy may say instead of naming a stand-in: empty → pass or reject, own → self (may decide) or skip."""


@dataclass(frozen=True)
class Who:
    """Whom a node asks. kind: manager (level), line (all up to a title, or up to `level`), role, person (names),
    department_head, post (title), group, form_person and form_head (name = field), applicant_choice,
    approver_choice, applicant, first (the first alternative whose condition holds)."""

    kind: str
    name: str = ""
    level: int = 0
    names: tuple[str, ...] = ()
    alternatives: tuple[tuple[Condition | None, Who], ...] = ()


@dataclass(frozen=True)
class Timer:
    """After so many working hours of the holder: remind, escalate, agree, reject or close."""

    hours: float
    do: str


@dataclass(frozen=True)
class Approval:
    """审批 or 办理 (`handles`: done, not decided). `need`: percent under ratio, people under votes. `editable` are the
    form's keys that its people may change. `empty` is the node's own policy."""

    id: str
    who: Who
    mode: Mode
    handles: bool = False
    need: int = 0
    editable: frozenset[str] = frozenset()
    timers: tuple[Timer, ...] = ()
    empty: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Copy:
    """抄送: these people may read the case."""

    id: str
    who: Who
    mode: Mode = "all"


@dataclass(frozen=True)
class Arm:
    """One way of a branch; without a condition it is the default."""

    when: Condition | None
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Branch:
    """条件: the first arm whose condition holds, from left to right."""

    id: str
    arms: tuple[Arm, ...]


@dataclass(frozen=True)
class Fork:
    """并行: all arms; `some` 包容: all whose condition holds, else the default. Goes on when all have arrived."""

    id: str
    arms: tuple[Arm, ...]
    some: bool = False


@dataclass(frozen=True)
class Delay:
    """延迟: so many working hours of the company's calendar."""

    id: str
    hours: float


@dataclass(frozen=True)
class Sub:
    """子流程 of another definition; `wait` 同步."""

    id: str
    code: str
    wait: bool


@dataclass(frozen=True)
class Trigger:
    """触发: an effect by name."""

    id: str
    effect: str


Node = Approval | Copy | Branch | Fork | Delay | Sub | Trigger
N = TypeVar("N")


class Place(NamedTuple):
    """Where a node stands: the next one in its row, the node and arm that the row belongs to, the fork arms around."""

    node: Node
    after: str | None
    parent: str | None
    arm: int
    forks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Settings:
    """What holds for the whole definition. Stand-ins are asked in order when somebody is away or nobody is found.

    batch: `together` or `single`, whether several cases may be decided by one press; who does not say so, may not.
    `allowed` names the kinds of action that people may take besides deciding, None all of them.
    """

    dedupe: str = "adjacent"
    withdraw_until: str = "final"
    absent: tuple[str, ...] = ("department_head", "manager_line", "hr")
    empty: tuple[str, ...] = ("department_head", "hr")
    own: tuple[str, ...] = ("manager_line", "hr")
    batch: str = "single"
    reject_reasons: tuple[str, ...] = ()
    allowed: frozenset[str] | None = None
    administrators: str = "hr"
    add_depth: int = 2
    reverse: str | None = None


@dataclass(frozen=True)
class Definition:
    """A published definition. `fields` gives conditions' words their form keys; `places` is the tree by node id."""

    code: str
    name: str
    nodes: tuple[Node, ...]
    settings: Settings
    fields: Mapping[str, str]
    places: Mapping[str, Place]

    def node(self, node_id: str) -> Approval:
        """The approval node of that id. Raises KeyError."""
        return self.at(node_id, Approval)

    def at(self, node_id: str, kind: type[N]) -> N:
        """The node of that id and kind. Raises KeyError."""
        node = self.places[node_id].node
        if not isinstance(node, kind):
            raise KeyError(node_id)
        return node

    def every(self, kind: type[N]) -> Iterator[N]:
        """All nodes of a kind, in the order of the document."""
        return (place.node for place in self.places.values() if isinstance(place.node, kind))


def named(definition: Definition, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form with the definition's own words for its keys, as conditions read it."""
    found = dict(form)
    for name, key in definition.fields.items():
        if key in form:
            found[name] = form[key]
    return found


def route(definition: Definition, form: Mapping[str, Any]) -> list[Approval]:
    """The approvals this form goes through, in order, as far as it is known now: a field that somebody on the way
    fills in is not missing yet. Raises FieldMissing."""
    later = {key for node in definition.every(Approval) for key in node.editable}
    filled_in = later | {name for name, key in definition.fields.items() if key in later}
    return list(_taken(definition.nodes, named(definition, form), filled_in))


def _taken(nodes: tuple[Node, ...], form: Mapping[str, Any], later: set[str]) -> Iterator[Approval]:
    for node in nodes:
        if isinstance(node, Approval):
            yield node
        elif isinstance(node, (Branch, Fork)):
            for arm in chosen_arms(node, form, later):
                yield from _taken(node.arms[arm].nodes, form, later)


def chosen_arms(node: Branch | Fork, form: Mapping[str, Any], later: set[str] | None = None) -> list[int]:
    """Which arms a form takes. Raises FieldMissing, but not for fields that are filled in later."""
    if isinstance(node, Fork) and not node.some:
        return list(range(len(node.arms)))
    found = [place for place, arm in enumerate(node.arms) if arm.when and _met(arm.when, form, later)]
    if not found:
        return [place for place, arm in enumerate(node.arms) if arm.when is None][:1]
    return found if isinstance(node, Fork) else found[:1]


def _met(condition: Condition, form: Mapping[str, Any], later: set[str] | None) -> bool:
    try:
        return holds(condition, form)
    except FieldMissing as missing:
        if later and missing.facts["field"] in later:
            return False
        raise


def chosen_at(definition: Definition, kind: str) -> set[str]:
    """The nodes whose people are chosen by the applicant (`applicant_choice`) or on the way (`approver_choice`)."""
    asking: list[Approval | Copy] = [*definition.every(Approval), *definition.every(Copy)]
    return {node.id for node in asking if _chooses(node.who, kind)}


def _chooses(who: Who, kind: str) -> bool:
    return who.kind == kind or any(_chooses(one, kind) for _, one in who.alternatives)


def concerned(form: Mapping[str, Any]) -> frozenset[PersonId]:
    """Whom a form is about besides its applicant: one person id, or a list of them."""
    about = form.get("concerned") or []
    return frozenset(PersonId(str(one)) for one in ([about] if isinstance(about, str) else about))


def parties(settings: Settings, applicant: PersonId, form: Mapping[str, Any]) -> frozenset[PersonId]:
    """Whose own case it is: they decide it only where the definition lets the applicant."""
    own = frozenset() if "self" in settings.own else frozenset({applicant})
    return concerned(form) | own
