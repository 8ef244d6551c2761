"""`hrbot chat --as ID`: talk in the terminal, with the demo that runs, or with one started for it."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import aiohttp
import typer
import uvloop

from bot import logs, process
from bot.cli.fail import fail, known
from bot.cli.run import clock_at
from bot.demo import start
from bot.process import Roles
from config.settings import Settings, default_data_dir
from domain.kernel.clock import Clock

FIRST_ANSWER = 10.0
MORE = 0.4


def register(app: typer.Typer) -> None:
    app.command("chat")(chat)


def chat(
    person: Annotated[str, typer.Option("--as", help="Whose words these are, such as lilei.")],
    port: Annotated[int, typer.Option(help="Port of the running demo.")] = 8080,
    data_dir: Annotated[Path | None, typer.Option(help="Used when no demo runs.")] = None,
    now: Annotated[str | None, typer.Option(help="Business time, when no demo runs.")] = None,
) -> None:
    """Write a line, read the answer; a button is pressed by typing its label. End with Ctrl+D."""
    logs.configure(level=50)
    settings = Settings(data_dir=data_dir or default_data_dir(), port=port, trace=True)
    try:
        uvloop.run(_talk(settings, clock_at(now), person))
    except known() as error:
        fail(str(error))


async def _talk(settings: Settings, clock: Clock, person: str) -> None:
    async with _demo(settings, clock) as base, aiohttp.ClientSession() as http:
        talk = Talk(http, base, person)
        await talk.begin()
        while line := await asyncio.to_thread(_line):
            if line.strip():
                await talk.turn(line.strip())


def _line() -> str:
    if sys.stdin.isatty():
        sys.stderr.write("> ")
        sys.stderr.flush()
    return sys.stdin.readline()


class Talk:
    """One person at the terminal."""

    def __init__(self, http: aiohttp.ClientSession, base: str, person: str) -> None:
        self.http, self.base, self.person, self.after = http, base, person, 0

    async def begin(self) -> None:
        """Skip what was read before. Unknown people end the command."""
        while messages := await self._fetch(0):
            self.after = messages[-1]["seq"]

    async def turn(self, text: str) -> None:
        """Send one line and print what comes back."""
        body = {"from": self.person, "text": text, "message_id": uuid4().hex}
        async with self.http.post(f"{self.base}/console/api/messages", json=body) as response:
            if response.status != 202:
                fail(f"the message was not taken ({response.status})")
        wait = FIRST_ANSWER
        while messages := await self._fetch(wait):
            for message in messages:
                typer.echo(said(message))
            self.after, wait = messages[-1]["seq"], MORE
        if wait == FIRST_ANSWER:
            fail("no answer within 10 s; `hrbot doctor` tells what is wrong")

    async def _fetch(self, wait: float) -> list[dict[str, Any]]:
        query = {"person": self.person, "after": str(self.after), "wait": str(wait)}
        async with self.http.get(f"{self.base}/console/api/inbox", params=query) as response:
            if response.status == 404:
                fail(f"nobody has the id {self.person}; try lilei or xuli")
            messages: list[dict[str, Any]] = (await response.json())["messages"]
            return messages


def said(message: dict[str, Any]) -> str:
    """The message in words; the buttons as one can type them."""
    text: str = message["text"]
    labels = [f"[{action['label']}]" for action in message.get("card", {}).get("actions", ())]
    return text if all(label in text for label in labels) else f"{text}\n{' '.join(labels)}"


@asynccontextmanager
async def _demo(settings: Settings, clock: Clock) -> AsyncIterator[str]:
    base = f"http://127.0.0.1:{settings.port}"
    if _answers(settings.port):
        yield base
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own = settings.model_copy(update={"port": probe.getsockname()[1]})
    process.unlock(own, demo=True)
    async with process.database_url(own) as url:
        bot = await start.prepared(own, url, clock)
        async with process.running(bot, Roles(web=True, work=True, console=True)):
            await start.until_ready(bot)
            yield f"http://127.0.0.1:{own.port}"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0
