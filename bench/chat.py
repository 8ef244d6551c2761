"""How long a person waits: sentence posted → answer in the mailbox, and the parts of it.

    .venv/bin/python -m bench.chat [--rounds 60]

One process, the demo company on the embedded database, real HTTP; each round one sentence after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from bot import embedded
from bot.understanding.roster import roster_file
from bot.understanding.understander import Understander
from domain.kernel import crypto
from tests.stage import Stage, demo_stage, free_port

SENTENCES = ("帮助", "我还有几天年假", "我想下周三下午请半天年假", "改成周四", "算了", "我的待办", "今天天气怎么样")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def told(name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    say(f"{name:44} p50 {statistics.median(ordered) * 1000:7.1f} ms   p95 {p95 * 1000:7.1f} ms   n {len(ordered)}")


async def floor(rounds: int) -> list[float]:
    """A bare aiohttp POST of the same body, on the same machine in the same run."""

    async def answer(request: web.Request) -> web.Response:
        await request.json()
        return web.json_response({}, status=202)

    app = web.Application()
    app.router.add_post("/console/api/messages", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with aiohttp.ClientSession() as http:
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            async with http.post(
                f"http://127.0.0.1:{port}/console/api/messages", json={"from": "lilei", "text": "帮助"}
            ):
                times.append(time.perf_counter() - began)
    await runner.cleanup()
    return times


async def answers(stage: Stage, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds until the message is stored and acknowledged, and until its answer is in the mailbox."""
    acknowledged, answered = [], []
    for number in range(rounds):
        began = time.perf_counter()
        await stage.say("lilei", SENTENCES[number % len(SENTENCES)])
        acknowledged.append(time.perf_counter() - began)
        while not stage.unread.get("lilei"):
            await stage.read("lilei", 2.0)
        answered.append(time.perf_counter() - began)
        await stage.settle()
        await stage.read("lilei")
        stage.forget_unread("lilei")
    return acknowledged, answered


async def main(rounds: int, url: str, folder: Path) -> None:
    understander = Understander.load(roster_file())
    understood = []
    for number in range(rounds * 20):
        began = time.perf_counter()
        understander.understand(SENTENCES[number % len(SENTENCES)], NOW)
        understood.append(time.perf_counter() - began)
    told("a sentence understood", understood)
    told("floor: bare aiohttp POST", await floor(rounds))
    async with demo_stage(url, folder, NOW) as stage:
        await answers(stage, len(SENTENCES))
        acknowledged, answered = await answers(stage, rounds)
    told("message stored durably and acknowledged", acknowledged)
    told("sentence → answer in the mailbox, idle", answered)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=70)
    chosen = parser.parse_args()
    crypto.unlock(crypto.Keyring(keys={1: bytes(range(32))}, current=1, index_key=bytes(32)))
    with tempfile.TemporaryDirectory(prefix="hrbot-bench-") as where:
        server = embedded.start(Path(where))
        embedded.ensure_database(server)
        try:
            asyncio.run(main(chosen.rounds, server.url(), Path(where) / "data"))
        finally:
            server.stop()
