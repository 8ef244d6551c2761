"""A callback route on a TCP port, and how it is treated badly: raw bytes, part by part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from yarl import URL

from tests.dingtalk.shelf import Door as DingTalkDoor
from tests.dingtalk.shelf import Shelf
from tests.fakes.dingtalk import FakeDingTalk
from tests.platforms.wire import status, talk
from tests.wecom.door import opened
from tests.wecom.sealed import post


@dataclass(frozen=True)
class Push:
    """A good callback as it goes over the wire."""

    path: str
    body: bytes
    headers: tuple[str, ...] = ()

    def head(self, *headers: str) -> bytes:
        lines = [f"POST {self.path} HTTP/1.1", "Host: x", "Connection: close", *self.headers, *headers]
        return "\r\n".join([*lines, "", ""]).encode()

    @property
    def whole(self) -> bytes:
        return self.head(f"Content-Length: {len(self.body)}") + self.body


@dataclass
class Abused:
    """`push` makes a good callback, `kept` is what was stored, `forged` the answer to what is not signed."""

    platform: str
    port: int
    kept: dict[str, Any]
    push: Callable[[], Push]
    forged: int
    good: Push = field(init=False)

    def __post_init__(self) -> None:
        self.good = self.push()

    async def talk(self, *parts: bytes, pause: float = 0.0) -> bytes:
        return await talk(self.port, *parts, pause=pause)

    async def send(self) -> int:
        """The status of the answer to another good one."""
        return status(await self.talk(self.push().whole))


@asynccontextmanager
async def on_wecom() -> AsyncIterator[Abused]:
    numbers = iter(range(1_000_000))

    def push() -> Push:
        sent = post(nonce=str(next(numbers)))
        return Push(sent.path, sent.body)

    async with opened(body_seconds=0.3) as door:
        yield Abused("wecom", door.port, door.shelf.kept, push, forged=403)


@asynccontextmanager
async def on_dingtalk() -> AsyncIterator[Abused]:
    async with FakeDingTalk(members={"lilei"}) as fake, DingTalkDoor(fake, Shelf(), body_seconds=0.3) as door:
        said = await fake.say("lilei", "查年假")
        url, headers, body = said.tries[0].request
        door.shelf.kept.clear()
        port = URL(url).port or 0

        def push() -> Push:
            return Push("/callback/dingtalk", body, tuple(f"{name}: {value}" for name, value in headers.items()))

        yield Abused("dingtalk", port, door.shelf.kept, push, forged=401)


DOORS = {"wecom": on_wecom, "dingtalk": on_dingtalk}
