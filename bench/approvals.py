"""What an approval costs: a step, a step with its log read and written, and the to-do list among many open cases.

    .venv/bin/python -m bench.approvals [--cases 100000]

The first two need no database: a case's log is its state. The last two run on an embedded PostgreSQL of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot import embedded
from domain.approvals import queries, service
from domain.approvals.definition import Definition, compile_definition
from domain.approvals.state import ACTION, Action, Agreed, Entered, NeedPeople, Seat, Started, State
from domain.approvals.step import replay, step
from domain.kernel import crypto
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.ids import PersonId
from domain.kernel.tables import Base
from domain.kernel.tx import Tx
from tests.approvals.conftest import LILEI, XULI, found
from tests.conftest import RecordingOutbox, import_models

ROUNDS = 3_000
NOW = "2026-03-11T10:30"
DOCUMENT: dict[str, Any] = {
    "流程": "采购",
    "字段": {"金额": "amount"},
    "节点": [
        {"id": "直属上级", "类型": "审批", "由谁": {"上级": 1}},
        {
            "类型": "条件",
            "分支": [
                {
                    "当": "金额 > 1000",
                    "节点": [{"id": "会签", "类型": "审批", "由谁": {"角色": "财务"}, "方式": "会签"}],
                }
            ],
        },
        {
            "类型": "并行",
            "分支": [{"节点": [{"id": side, "类型": "审批", "由谁": {"角色": "人事"}}]} for side in "甲乙"],
        },
        {"id": "总经理", "类型": "审批", "由谁": {"角色": "总经理"}},
    ],
}
ASKED = {"直属上级": ["a"], "会签": ["b", "c", "d"], "甲": ["e"], "乙": ["f", "g"], "总经理": ["h"]}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def told(name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p50, p95 = statistics.median(ordered) * 1e6, ordered[int(len(ordered) * 0.95)] * 1e6
    say(f"{name:52} p50 {p50:9.1f} µs   p95 {p95:9.1f} µs   n {len(ordered)}")


def whole_case(definition: Definition) -> list[Action]:
    """The log of a case from its start to 已通过."""
    log: list[Action] = []
    state = State()
    waiting: list[Action] = [Started(applicant=PersonId("x"), form={"amount": "5000"})]
    while waiting:
        state, effects = step(definition, state, waiting[0])
        log.append(waiting.pop(0))
        for effect in effects:
            if isinstance(effect, NeedPeople):
                seats = tuple(Seat(f"{effect.node}{who}", PersonId(who)) for who in ASKED[effect.node])
                waiting.append(Entered(node=effect.node, seats=seats))
        if not waiting and state.open_tasks():
            task = state.open_tasks()[0]
            waiting.append(Agreed(task=task.id, actor=task.holder))
    return log


def steps() -> None:
    definition = compile_definition(DOCUMENT)
    log = whole_case(definition)
    one, stored = [], []
    for _ in range(ROUNDS // len(log) * 10):
        state = State()
        for action in log:
            began = time.perf_counter()
            state, _ = step(definition, state, action)
            one.append(time.perf_counter() - began)
    kept = [ACTION.dump_json(action).decode() for action in log]
    for _ in range(ROUNDS):
        began = time.perf_counter()
        state = replay(definition, [ACTION.validate_python(json.loads(line)) for line in kept[:-1]])
        step(definition, state, log[-1])
        ACTION.dump_json(log[-1])
        stored.append(time.perf_counter() - began)
    told(f"a step (a case of {len(log)} actions)", one)
    told(f"its {len(log) - 1} actions read, a step, the action written", stored)


async def lists(cases: int) -> None:
    with tempfile.TemporaryDirectory(prefix="hrbot-bench-") as folder:
        server = embedded.start(Path(folder))
        try:
            embedded.ensure_database(server, "bench")
            import_models()
            engine = create_async_engine(server.url("bench"))
            async with engine.begin() as connection:
                await connection.execute(text("create extension if not exists btree_gist"))
                await connection.run_sync(Base.metadata.create_all)
            await _measure(engine, cases)
            await engine.dispose()
        finally:
            server.stop()


def _tx(session: AsyncSession) -> Tx:
    return Tx(session=session, clock=FixedClock(shanghai(NOW)), outbox=RecordingOutbox())


async def _measure(engine: AsyncEngine, cases: int) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        await found(_tx(session))
        for number in range(10):
            await _open(_tx(session), number)
    await _timed(engine, "待我审批, 10 open cases")
    async with engine.begin() as connection:
        await connection.execute(text(MANY_CASES), {"cases": cases})
        await connection.execute(text(MANY_TASKS))
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("analyze"))
    await _timed(engine, f"待我审批, {cases:,} open cases of 2,000 approvers")
    opened, agreed = [], []
    for number in range(10, 110):
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            began = time.perf_counter()
            case = await _open(_tx(session), number)
            opened.append(time.perf_counter() - began)
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            (task,) = await queries.tasks_of(_tx(session), case.id)
            began = time.perf_counter()
            await service.agree(_tx(session), XULI, task.id)
            agreed.append(time.perf_counter() - began)
    told("open_case, rows, events and audit (uncommitted)", opened)
    told("agree, the same", agreed)


async def _open(tx: Tx, number: int) -> service.CaseView:
    form = {"days": "1", "leave_type": "annual", "code": f"LV-{number}"}
    return await service.open_case(
        tx, definition="请假", applicant=LILEI, subject=f"lv_{number}", form=form, label="李雷 年假 1 天"
    )


async def _timed(engine: AsyncEngine, name: str) -> None:
    seconds = []
    for _ in range(200):
        async with AsyncSession(engine) as session, session.begin():
            began = time.perf_counter()
            found_tasks = await queries.waiting(_tx(session), XULI)
            seconds.append(time.perf_counter() - began)
    told(f"{name} ({len(found_tasks)} shown)", seconds)


MANY_CASES = """
insert into approvals_case (id, code, definition_id, definition, kind, applicant, subject_id, label, form, state,
  version, opened_at)
select 'apc_many' || n, 'AP-M' || n, (select id from approvals_definition where code = 'leave'), '请假', 'leave',
  'lilei',
  'lv_many' || n, '李雷 年假 1 天', '{"days": "1"}', 'running', 2, now() from generate_series(1, :cases) n
"""
MANY_TASKS = """
insert into approvals_task (id, case_id, position, node, holder, turn, opened_at, urged)
select 'apt_many' || substr(id, 9), id, 1, '直属上级',
  case when substr(id, 9)::int % 2000 = 0 then 'xuli' else 'p' || substr(id, 9)::int % 2000 end, 'open', now(), 0
from approvals_case where id like 'apc_many%'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    asked = parser.parse_args()
    crypto.unlock(crypto.Keyring(keys={1: bytes(range(32))}, current=1, index_key=bytes(32)))
    steps()
    asyncio.run(lists(asked.cases))


if __name__ == "__main__":
    main()
