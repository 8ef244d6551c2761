"""How many must agree: what the turns at a visit add up to."""

from __future__ import annotations

from typing import Literal

from domain.approvals.definition import Approval
from domain.approvals.state import UNDECIDED, YES, Position, Task, Turn
from domain.approvals.step.work import LET_GO, Work

Result = Literal["pass", "fail", "open"]
HOLDS = frozenset({Turn.WAITING, Turn.DELEGATED})
NOT_COUNTED = LET_GO | {Turn.PASSED_OVER}


def settle(work: Work, at: Position) -> Result:
    """Give turns back whose advice is in, let the next in order begin, and say what the votes come to."""
    node = work.approval(at.node)
    tasks = work.visit(at.visit)
    if any(task.turn in HOLDS for task in tasks):
        _give_back(work, tasks)
        tasks = work.visit(at.visit)
    result = _votes(node, tasks)
    after = [task for task in tasks if task.role == "after" and task.turn in UNDECIDED]
    if result == "pass":
        rest = [task for task in tasks if task.turn in UNDECIDED and root(work, task).role == "vote"]
        work.end_all(rest, Turn.SKIPPED, work.by)
        return "open" if after else "pass"
    if result == "open" and node.mode == "sequence" and not after:
        _next_in_order(work, tasks)
    return result


def root(work: Work, task: Task) -> Task:
    """The task whose vote, or whose own turn after a vote, this one serves."""
    while task.role not in {"vote", "after"} and task.parent is not None:
        task = work.tasks[task.parent]
    return task


def _give_back(work: Work, tasks: list[Task]) -> None:
    for task in tasks:
        if task.turn in HOLDS and not any(child.turn in UNDECIDED for child in asked_by(work, task)):
            work.reopen(task)


def asked_by(work: Work, task: Task) -> list[Task]:
    """Whom the holder waits for."""
    return [child for child in work.children(task) if child.role in {"before", "advice"}]


def _votes(node: Approval, tasks: list[Task]) -> Result:
    counted = [task.turn for task in tasks if task.role == "vote" and task.turn not in NOT_COUNTED]
    yes = len([turn for turn in counted if turn in YES])
    undecided = len([turn for turn in counted if turn in UNDECIDED])
    if not counted:
        return "pass"  # an administrator skipped them all
    if node.mode in {"any", "random"}:
        return "pass" if yes else "open"
    if node.mode in {"all", "sequence"}:
        return "open" if undecided else "pass"
    need = -(-node.need * len(counted) // 100) if node.mode == "ratio" else min(node.need, len(counted))
    if yes >= need:
        return "pass"
    return "fail" if yes + undecided < need else "open"


def _next_in_order(work: Work, tasks: list[Task]) -> None:
    votes = [task for task in tasks if task.role == "vote"]
    if any(task.turn is Turn.OPEN or task.turn in HOLDS for task in votes):
        return
    pending = [task for task in votes if task.turn is Turn.PENDING]
    if pending:
        work.reopen(min(pending, key=lambda task: task.rank))
