"""Random flows, and random deeds of random people, for the model check."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

PEOPLE = ["a", "b", "c", "d", "e", "f"]
APPLICANT = "x"
MODES = {"any": "或签", "all": "会签", "ratio": "比例会签", "votes": "票签", "sequence": "依次", "random": "随机一人"}


@dataclass
class Spec:
    """A node as plainly as it can be: kind, name, people, arms as (threshold or None, nodes)."""

    kind: str
    id: str
    mode: str = ""
    need: int = 0
    handles: bool = False
    people: list[str] = field(default_factory=list)
    arms: list[tuple[int | None, list[Spec]]] = field(default_factory=list)


class Grower:
    """Grows a flow; every node has a name of its own."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.count = dice, 0

    def flow(self) -> list[Spec]:
        return [*self.row(2), self.ask()]

    def row(self, depth: int) -> list[Spec]:
        return [self.node(depth) for _ in range(self.dice.randint(1, 2))]

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def ask(self) -> Spec:
        mode = self.dice.choice(list(MODES))
        people = self.dice.sample(PEOPLE, 1 if mode == "random" else self.dice.randint(1, 4))
        need = self.dice.choice([30, 50, 67, 100]) if mode == "ratio" else self.dice.randint(1, 3)
        return Spec("ask", self.name(), mode, need, self.dice.random() < 0.1, people)

    def node(self, depth: int) -> Spec:
        kinds = ["ask"] * 6 + ["clock", "child", "do", "copy"] + (["if", "all", "some"] * 2 if depth else [])
        kind = self.dice.choice(kinds)
        if kind == "ask":
            return self.ask()
        if kind in {"if", "all", "some"}:
            arms = [(self.dice.randint(1, 5), self.row(depth - 1)) for _ in range(self.dice.randint(1, 2))]
            last = self.row(depth - 1) if self.dice.random() < 0.7 else []
            plain = [(None, nodes) for _, nodes in arms]
            return Spec(kind, self.name(), arms=[*(plain if kind == "all" else arms), (None, last)])
        return Spec(kind, self.name(), people=self.dice.sample(PEOPLE, 2) if kind == "copy" else [])


def document(flow: list[Spec], settings: dict[str, Any]) -> dict[str, Any]:
    """The flow as HR would write it."""
    return {"流程": "随机", "字段": {"数": "n"}, "节点": [_node(spec) for spec in flow], "设置": settings}


def _node(spec: Spec) -> dict[str, Any]:
    if spec.kind == "ask":
        node = {"id": spec.id, "类型": "办理" if spec.handles else "审批", "由谁": {"角色": "人事"}}
        number = {"ratio": {"比例": spec.need}, "votes": {"票数": spec.need}}.get(spec.mode, {})
        return {**node, "方式": MODES[spec.mode], **number}
    if spec.kind in {"if", "all", "some"}:
        word = {"if": "条件", "all": "并行", "some": "包容"}[spec.kind]
        return {"id": spec.id, "类型": word, "分支": [_arm(at_least, nodes) for at_least, nodes in spec.arms]}
    return {"id": spec.id, **OTHERS[spec.kind]}


def _arm(at_least: int | None, nodes: list[Spec]) -> dict[str, Any]:
    arm: dict[str, Any] = {"节点": [_node(one) for one in nodes]}
    return arm if at_least is None else {"当": f"数 >= {at_least}", **arm}


OTHERS: dict[str, dict[str, Any]] = {
    "clock": {"类型": "延迟", "时长": "4小时"},
    "child": {"类型": "子流程", "流程": "别的"},
    "do": {"类型": "触发", "执行": "记账"},
    "copy": {"类型": "抄送", "由谁": {"角色": "人事"}},
}
