"""The fault rig: a real demo process that is killed, and a checker that looks at what it left."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from bot import embedded
from tests.stage import Stage, free_port

HRBOT = Path(sys.executable).parent / "hrbot"
START = "2026-03-11T10:30"


@dataclass
class Victim:
    """`hrbot demo` as a process of its own, on a data directory that outlives it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    ready_after: list[float] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def points(self) -> Path:
        return self.folder.with_suffix(".points")

    async def start(self, failpoints: str = "") -> None:
        """Start and wait until a message would be answered."""
        log = self.folder.with_suffix(f".log{self.starts}").open("wb")
        environment = {
            **os.environ,
            "HRBOT_FAILPOINTS": failpoints,
            "HRBOT_FAILPOINTS_LOG": str(self.points),
            "HRBOT_CHAT_WORKERS": "4",
            "HRBOT_SEND_WORKERS": "2",
        }
        # later starts go on from where business time has come to
        command = [str(HRBOT), "demo", "--port", str(self.port), "--data-dir", str(self.folder), "--now", self._now()]
        began = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        log.close()
        self.starts += 1
        async with aiohttp.ClientSession() as http:
            while time.monotonic() - began < 60:
                assert self.process.poll() is None, self.log()
                try:
                    async with http.get(f"{self.base}/readyz") as response:
                        if response.status == 200:
                            self.ready_after.append(time.monotonic() - began)
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        raise AssertionError(f"not ready: {self.log()}")

    def _now(self) -> str:
        return f"2026-03-11T{10 + self.starts}:30"

    def log(self) -> str:
        return self.folder.with_suffix(f".log{self.starts - 1}").read_text(errors="replace")[-3000:]

    @property
    def dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> tuple[int, float]:
        """SIGTERM; exit code and seconds."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(timeout=30), time.monotonic() - began

    def passed(self) -> set[str]:
        return set(self.points.read_text().split()) if self.points.exists() else set()


async def send_all(victim: Victim, messages: Iterable[tuple[str, str, str]]) -> set[str]:
    """Send (id, person, text); a message that was not acknowledged is sent again, as a platform would.

    The process is started again when it died, then without failpoints. Returns the acknowledged ids.
    """
    acknowledged: set[str] = set()
    async with aiohttp.ClientSession() as http:
        stage = Stage(victim.base, http)
        for message_id, person, text in messages:
            while message_id not in acknowledged:
                if victim.dead:
                    await victim.start()
                try:
                    await stage.say(person, text, message_id=message_id)
                    acknowledged.add(message_id)
                except (aiohttp.ClientError, OSError):
                    await asyncio.sleep(0.05)
    return acknowledged


async def press_all(victim: Victim, presses: Iterable[tuple[str, str, str]]) -> None:
    """Press (person, card, action), again until it is acknowledged."""
    async with aiohttp.ClientSession() as http:
        stage = Stage(victim.base, http)
        for person, card, action in presses:
            while True:
                if victim.dead:
                    await victim.start()
                try:
                    assert await stage.press(person, card, action) == 202
                    break
                except (aiohttp.ClientError, OSError):
                    await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Left:
    """The database of a stopped or running victim."""

    folder: Path

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        server = embedded.start(self.folder)
        try:
            with server.connect(embedded.DATABASE) as connection:
                return list(connection.execute(sql, values).fetchall())
        finally:
            server.stop()


async def settled(victim: Victim, patience: float = 60.0) -> None:
    """Until every update is final and every message sent; the process is started again when it died."""
    deadline = time.monotonic() + patience
    left = Left(victim.folder)
    while time.monotonic() < deadline:
        if victim.dead:
            await victim.start()
        try:
            waiting = left.rows(
                """select (select count(*) from bot_inbox where state = 'waiting')
                     + (select count(*) from bot_outbox where state = 'waiting')
                     + (select count(*) from procrastinate_jobs where status in ('todo', 'doing'))"""
            )[0][0]
        except psycopg.OperationalError:
            waiting = -1
        if waiting == 0:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{waiting} still wait; {victim.log()}")


def check(left: Left, acknowledged: set[str]) -> dict[str, int]:
    """I1 one row for each acknowledged update, I2 each final, I3 effects once, I4 sent once, I7 the chain whole."""
    stored = dict(left.rows("select message_id, count(*) from bot_inbox group by message_id"))
    assert all(stored.get(message_id) == 1 for message_id in acknowledged), "I1: an acknowledged update is missing"
    states = dict(left.rows("select state, count(*) from bot_inbox group by state"))
    assert set(states) <= {"done"}, f"I2: {states}"
    answered = left.rows(
        """select i.message_id, count(distinct o.id) from bot_inbox i
           left join bot_outbox o on o.inbox_id = i.id and o.state = 'sent' group by i.message_id"""
    )
    assert all(count >= 1 for _, count in answered), "an update got no answer"
    twice = left.rows("select delivery_id, person from console_message group by 1, 2 having count(*) > 1")
    assert not twice, f"I4: delivered twice {twice}"
    unsent = left.rows("select count(*) from bot_outbox where state <> 'sent'")[0][0]
    assert unsent == 0, f"I4: {unsent} messages were not sent"
    undelivered = left.rows(
        "select count(*) from bot_outbox o left join console_message m on m.delivery_id = o.id where m.seq is null"
    )[0][0]
    assert undelivered == 0, f"I4: {undelivered} messages did not arrive"
    return {"updates": len(stored), "messages": left.rows("select count(*) from bot_outbox")[0][0]}


def copy_company(source: Path, target: Path) -> None:
    """A data directory with the demo company, as it lay when its process had ended."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
