"""A document, as HR writes it, checked and made into a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any, cast

from domain.approvals.condition import parse
from domain.approvals.definition.tree import (
    Approval,
    Arm,
    Branch,
    Copy,
    Definition,
    Delay,
    Fork,
    Mode,
    Node,
    Place,
    Sub,
    Trigger,
    Who,
)
from domain.approvals.definition.words import (
    hours,
    settings_of,
    stand_ins,
    timers_of,
    translated,
    who_of,
    word,
)
from domain.approvals.errors import DefinitionInvalid

CHAIN_SIGN = "#"


def compile_definition(document: Mapping[str, Any]) -> Definition:
    """Check a document and make it walkable. Raises DefinitionInvalid with the place."""
    data = translated(document, "document")
    if not data.get("name") or not isinstance(data.get("nodes"), list):
        raise DefinitionInvalid(what="incomplete", where=str(data.get("name", "")))
    fields = {str(name): str(key) for name, key in (data.get("fields") or {}).items()}
    nodes = _Reader(fields).row(data["nodes"], CHAIN_SIGN)
    definition = Definition(
        code=str(data.get("code") or data["name"]),
        name=str(data["name"]),
        nodes=nodes,
        settings=settings_of(data.get("settings") or {}),
        fields=fields,
        places=dict(_places(nodes, None, 0, ())),
    )
    _check(definition)
    return definition


def _check(definition: Definition) -> None:
    if not any(True for _ in definition.every(Approval)):
        raise DefinitionInvalid(what="no_approval", where=definition.name)
    ids = [node.id for node in _all(definition.nodes)]
    for node_id in ids:
        if ids.count(node_id) > 1:
            raise DefinitionInvalid(what="id_twice", where=node_id)
        if len(node_id) > 60:
            raise DefinitionInvalid(what="id_long", where=node_id[:60])
    for sub in definition.every(Sub):
        if sub.code in {definition.code, definition.name}:
            raise DefinitionInvalid(what="sub_itself", where=sub.id)


def _all(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if isinstance(node, (Branch, Fork)):
            for arm in node.arms:
                yield from _all(arm.nodes)


def _places(
    nodes: tuple[Node, ...], parent: str | None, arm: int, forks: tuple[tuple[str, int], ...]
) -> Iterator[tuple[str, Place]]:
    for node, following in zip_longest(nodes, nodes[1:]):
        after = following.id if following else None
        yield node.id, Place(node, after, parent, arm, forks)
        if isinstance(node, (Branch, Fork)):
            for number, one in enumerate(node.arms):
                around = (*forks, (node.id, number)) if isinstance(node, Fork) else forks
                yield from _places(one.nodes, node.id, number, around)


class _Reader:
    """Reads nodes; `fields` are the form's keys by the words that the document has for them."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields

    def row(self, documents: Any, place: str) -> tuple[Node, ...]:
        """`place` names nodes that need no name of their own (分支, 并行, …): `#1`, `#1.2`."""
        if not isinstance(documents, list):
            raise DefinitionInvalid(what="shape", where=str(documents))
        return tuple(
            node for number, document in enumerate(documents, 1) for node in self._node(document, f"{place}{number}")
        )

    def _node(self, document: Any, place: str) -> tuple[Node, ...]:
        data = translated(document, "node")
        kind = word("kinds", data.get("kind"))
        if kind in {"branch", "fork", "some"}:
            return (self._forking(data, kind, str(data.get("id") or place), document),)
        if not data.get("id"):
            raise DefinitionInvalid(what="id_missing", where=str(document))
        node_id = str(data["id"])
        if kind in {"approval", "handle"}:
            return self._asking(data, node_id, handles=kind == "handle")
        if kind == "copy":
            return (Copy(node_id, who_of(data.get("who"))),)
        if kind == "delay":
            return (Delay(node_id, hours(data.get("hours"))),)
        if kind == "sub":
            return (
                Sub(
                    node_id,
                    _text(data.get("code"), node_id),
                    word("waits", data["wait"]) == "wait" if "wait" in data else True,
                ),
            )
        return (Trigger(node_id, _text(data.get("effect"), node_id)),)

    def _forking(self, data: dict[str, Any], kind: str, node_id: str, document: Any) -> Branch | Fork:
        arms = tuple(
            self._arm(translated(arm, "branch"), f"{node_id}.{number}.")
            for number, arm in enumerate(data.get("branches") or (), 1)
        )
        conditions = [arm.when is not None for arm in arms]
        ordered = not any(conditions) if kind == "fork" else all(conditions[:-1])
        if not arms or not ordered:
            raise DefinitionInvalid(what="fork_condition" if kind == "fork" else "branch_order", where=str(document))
        return Branch(node_id, arms) if kind == "branch" else Fork(node_id, arms, some=kind == "some")

    def _arm(self, data: dict[str, Any], place: str) -> Arm:
        when = parse(str(data["when"])) if "when" in data else None
        return Arm(when, self.row(data.get("nodes") or [], place))

    def _asking(self, data: dict[str, Any], node_id: str, *, handles: bool) -> tuple[Node, ...]:
        who = who_of(data.get("who"))
        mode = cast(Mode, word("modes", data["mode"])) if "mode" in data else "any"
        if who.kind == "line":
            mode = "sequence"
        editable = data.get("editable") or []
        node = Approval(
            node_id,
            who,
            mode,
            handles=handles,
            need=_need(mode, data),
            editable=frozenset(self.fields.get(str(one), str(one)) for one in editable),
            timers=timers_of(data.get("timers") or {}),
            empty=stand_ins(data["empty"], "empty") if "empty" in data else None,
        )
        if who.kind != "manager_chain":
            return (node,)
        # A chain is so many nodes one after the other; where the line ends early, adjacent repeats pass by themselves.
        levels = range(1, who.level + 1)
        return tuple(replace(node, id=f"{node.id}{level}", who=Who("manager", level=level)) for level in levels)


def _need(mode: str, data: dict[str, Any]) -> int:
    """Percent of the people (比例会签) or a number of them (票签)."""
    if mode not in {"ratio", "votes"}:
        return 0
    need, most = data.get("share" if mode == "ratio" else "votes"), 100 if mode == "ratio" else 1000
    if not isinstance(need, int) or isinstance(need, bool) or not 1 <= need <= most:
        raise DefinitionInvalid(what="need", where=str(data.get("id")))
    return need


def _text(said: Any, where: str) -> str:
    if not isinstance(said, str) or not said.strip():
        raise DefinitionInvalid(what="named", where=where)
    return said.strip()
