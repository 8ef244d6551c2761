"""Flows of one test: published, opened, and who has a turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from domain.approvals import queries, service
from domain.approvals.run import locked
from domain.approvals.state import State
from domain.kernel.errors import DomainError
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from tests.approvals.conftest import LILEI

NAME = "用章"


class MonthLocked(DomainError):
    """What an owner's check may say."""

    kind = "refused"


@dataclass
class Book:
    """An effect: what was done and undone, and whether the month is locked."""

    locked: bool = False
    done: list[str] = field(default_factory=list)

    async def do(self, tx: Tx, case: service.CaseView) -> None:
        self.done.append("do")

    async def undo(self, tx: Tx, case: service.CaseView) -> None:
        self.done.append("undo")

    async def may_undo(self, tx: Tx, case: service.CaseView) -> None:
        if self.locked:
            raise MonthLocked()


def ask(node: str, *people: str, mode: str = "或签", **more: Any) -> dict[str, Any]:
    return {"id": node, "类型": "审批", "由谁": {"指定人": list(people)}, "方式": mode, **more}


async def opened(
    tx: Tx, nodes: list[dict[str, Any]], form: dict[str, Any] | None = None, **settings: Any
) -> service.CaseView:
    """李雷 hands in a form of a flow of these nodes."""
    await service.publish(tx, {"流程": NAME, "节点": nodes, "字段": {"金额": "amount"}, "设置": settings})
    return await service.open_case(
        tx, definition=NAME, applicant=LILEI, subject=tx.new_id("us"), form=form or {}, label="李雷 用章"
    )


async def turn(tx: Tx, person: PersonId) -> str:
    """The id of the one task that waits for a person."""
    (task,) = await queries.waiting(tx, person)
    return task.id


async def holders(tx: Tx, case: service.CaseView) -> list[tuple[str, str]]:
    return [(task.node, task.holder) for task in await queries.tasks_of(tx, case.id) if task.state == "open"]


async def states(tx: Tx, case: service.CaseView) -> list[tuple[str, str, str]]:
    return [(task.node, task.holder, task.state) for task in await queries.tasks_of(tx, case.id)]


async def state_of(tx: Tx, case: service.CaseView) -> State:
    """What the log adds up to."""
    return (await locked(tx, case.id)).state
