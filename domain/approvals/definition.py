"""Definitions as data: the Chinese document HR writes → the frozen tree that `step` walks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from domain.approvals.condition import Condition, holds, parse
from domain.approvals.errors import DefinitionInvalid
from domain.approvals.vocabulary import WORDS

Mode = Literal["any", "all"]
StandIn = Literal["department_head", "manager_line", "hr", "finance", "general_manager"]


@dataclass(frozen=True)
class Who:
    """Whom a node asks. kind: manager (level), role (name), person (name = id), department_head."""

    kind: str
    name: str = ""
    level: int = 0


@dataclass(frozen=True)
class Approval:
    """审批: these people decide; `any` 或签, `all` 会签."""

    id: str
    who: Who
    mode: Mode


@dataclass(frozen=True)
class Arm:
    """One way of a branch; without a condition it is the default."""

    when: Condition | None
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Branch:
    """分支: the first arm whose condition holds, from left to right."""

    arms: tuple[Arm, ...]


Node = Approval | Branch


@dataclass(frozen=True)
class Settings:
    """What holds for the whole definition. Stand-ins are asked in order when somebody is away or nobody is found.

    batch: `together` or `single`, whether several cases may be decided by one press; who does not say so, may not.
    """

    dedupe: str = "adjacent"
    withdraw_until: str = "final"
    absent: tuple[StandIn, ...] = ("department_head", "manager_line", "hr")
    empty: tuple[StandIn, ...] = ("department_head", "hr")
    own: tuple[StandIn, ...] = ("manager_line", "hr")
    batch: str = "single"
    reject_reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """A published definition. `fields` gives conditions' words their form keys."""

    code: str
    name: str
    nodes: tuple[Node, ...]
    settings: Settings
    fields: Mapping[str, str]

    def node(self, node_id: str) -> Approval:
        """The approval node of that id. Raises KeyError."""
        for node in _approvals(self.nodes):
            if node.id == node_id:
                return node
        raise KeyError(node_id)


def route(definition: Definition, form: Mapping[str, Any]) -> list[Approval]:
    """The approvals this form goes through, in order. Raises FieldMissing."""
    named = dict(form)
    for name, key in definition.fields.items():
        if key in form:
            named[name] = form[key]
    return list(_taken(definition.nodes, named))


def compile_definition(document: Mapping[str, Any]) -> Definition:
    """Check a document and make it walkable. Raises DefinitionInvalid with the place."""
    data = _translated(document, "document")
    if not data.get("name") or not isinstance(data.get("nodes"), list):
        raise DefinitionInvalid(what="incomplete", where=str(data.get("name", "")))
    definition = Definition(
        code=str(data.get("code") or data["name"]),
        name=str(data["name"]),
        nodes=_nodes(data["nodes"]),
        settings=_settings(data.get("settings") or {}),
        fields=dict(data.get("fields") or {}),
    )
    ids = [node.id for node in _approvals(definition.nodes)]
    if not ids:
        raise DefinitionInvalid(what="no_approval", where=definition.name)
    for node_id in ids:
        if ids.count(node_id) > 1:
            raise DefinitionInvalid(what="id_twice", where=node_id)
    return definition


def _approvals(nodes: tuple[Node, ...]) -> Iterator[Approval]:
    for node in nodes:
        if isinstance(node, Approval):
            yield node
        else:
            for arm in node.arms:
                yield from _approvals(arm.nodes)


def _taken(nodes: tuple[Node, ...], form: Mapping[str, Any]) -> Iterator[Approval]:
    for node in nodes:
        if isinstance(node, Approval):
            yield node
            continue
        for arm in node.arms:
            if arm.when is None or holds(arm.when, form):
                yield from _taken(arm.nodes, form)
                break


def _nodes(documents: list[Any]) -> tuple[Node, ...]:
    return tuple(node for document in documents for node in _node(document))


def _node(document: Any) -> tuple[Node, ...]:
    data = _translated(document, "node")
    kind = _word("kinds", data.get("kind"))
    if kind == "branch":
        arms = tuple(_arm(_translated(arm, "branch")) for arm in data.get("branches") or ())
        if not arms or any(arm.when is None for arm in arms[:-1]):
            raise DefinitionInvalid(what="branch_order", where=str(document))
        return (Branch(arms),)
    if not data.get("id"):
        raise DefinitionInvalid(what="id_missing", where=str(document))
    mode = cast(Mode, _word("modes", data["mode"])) if "mode" in data else "any"
    node = Approval(str(data["id"]), _who(data.get("who")), mode)
    if node.who.kind != "manager_chain":
        return (node,)
    # A chain is so many nodes one after the other; where the line ends early, adjacent repeats pass by themselves.
    levels = range(1, node.who.level + 1)
    return tuple(replace(node, id=f"{node.id}{level}", who=Who("manager", level=level)) for level in levels)


def _arm(data: dict[str, Any]) -> Arm:
    when = parse(str(data["when"])) if "when" in data else None
    return Arm(when, _nodes(data.get("nodes") or []))


def _who(document: Any) -> Who:
    if isinstance(document, str):
        document = {document: None}
    if not isinstance(document, Mapping) or len(document) != 1:
        raise DefinitionInvalid(what="who", where=str(document))
    word, value = next(iter(document.items()))
    kind = _word("who", word)
    if kind in {"manager", "manager_chain"}:
        if not isinstance(value, int) or value < 1:
            raise DefinitionInvalid(what="level", where=str(document))
        return Who(kind, level=value)
    if kind == "role":
        return Who(kind, name=_word("roles", value))
    if kind == "person" and not value:
        raise DefinitionInvalid(what="who", where=str(document))
    return Who(kind, name=str(value or ""))


def _settings(document: Mapping[str, Any]) -> Settings:
    data = _translated(document, "settings")
    for key in ("dedupe", "withdraw_until", "batch"):
        if key in data:
            data[key] = _word(key, data[key])
    for key in ("absent", "empty", "own"):
        if key in data:
            words = data[key] if isinstance(data[key], list) else [data[key]]
            data[key] = tuple(_word("stand_ins", word) for word in words)
    if "reject_reasons" in data:
        data["reject_reasons"] = _reasons(data["reject_reasons"])
    return Settings(**data)


def _reasons(said: Any) -> tuple[str, ...]:
    """They become buttons: a few words each."""
    if not isinstance(said, list) or not all(isinstance(one, str) and one.strip() for one in said):
        raise DefinitionInvalid(what="shape", where=str(said))
    return tuple(one.strip() for one in said)


def _translated(document: Any, section: str) -> dict[str, Any]:
    """The document with the engine's names for keys; an unknown key is an error, silence would hide a typing slip."""
    if not isinstance(document, Mapping):
        raise DefinitionInvalid(what="shape", where=str(document))
    return {_word(section, key): value for key, value in document.items()}


def _word(section: str, word: Any) -> str:
    known = WORDS[section]
    if word not in known:
        raise DefinitionInvalid(what="word", where=str(word))
    return known[word]
