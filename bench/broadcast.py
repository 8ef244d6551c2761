"""One announcement to many people on a strict fake WeCom: the plan beside the time it took, and who got it how often.

    .venv/bin/python -m bench.broadcast [--people 10000] [--rounds 3]

One process, a company of so many people on the embedded database, real HTTP. From the second round on the plan goes by
what calls have taken before. Exit status 1 when somebody got it twice, or not at all.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text

from bot import embedded
from domain.kernel import crypto
from tests.wecom.crowd import add, bulk_calls
from tests.wecom.stage import WeComStage, wecom_stage

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
LAST = text("select * from bot_broadcast order by planned_at desc limit 1")
PATIENCE = 300.0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def announced(stage: WeComStage, number: int) -> Counter[str]:
    """王芳 announces something of its own; how often each member got it."""
    what = f"第{number}次演练的安排"
    await stage.say("wangfang", f"公告:{what}")
    await stage.expect("wangfang", "公告预览", what, "[发送]", patience=PATIENCE)
    await stage.press_label("wangfang", "发送")
    await stage.expect("wangfang", "发完了", "用时", patience=PATIENCE)
    got: Counter[str] = Counter()
    for member, shown in stage.fake.seen.items():
        got[member] = sum(one.kind == "textcard" and what in one.body["description"] for one in shown)
    return +got


async def one_round(stage: WeComStage, number: int, people: int) -> bool:
    before = len(bulk_calls(stage.fake))
    got = await announced(stage, number)
    assert stage.bot is not None
    async with stage.bot.database.engine.connect() as connection:
        row = (await connection.execute(LAST)).one()
    real = (row.finished_at - row.planned_at).total_seconds()
    calls, twice = len(bulk_calls(stage.fake)) - before, sum(count > 1 for count in got.values())
    say(
        f"round {number}: {people} people   planned {row.planned_seconds:6.2f} s   took {real:6.2f} s   "
        f"calls {calls}   got it {len(got)}   twice {twice}   dropped {len(stage.fake.dropped)}"
    )
    return len(got) == people and not twice and not stage.fake.dropped


async def main(people: int, rounds: int, url: str, folder: Path) -> bool:
    async with wecom_stage(url, folder, NOW) as stage:
        await add(stage, people)
        return all([await one_round(stage, number, people) for number in range(1, rounds + 1)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    crypto.unlock(crypto.Keyring(keys={1: bytes(range(32))}, current=1, index_key=bytes(32)))
    with tempfile.TemporaryDirectory(prefix="hrbot-bench-") as where:
        server = embedded.start(Path(where))
        embedded.ensure_database(server)
        try:
            held = asyncio.run(main(chosen.people, chosen.rounds, server.url(), Path(where) / "data"))
        finally:
            server.stop()
    sys.exit(0 if held else 1)
