"""One WebSocket of the Stream gateway, and what a right ack looks like (facts 2.1)."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.dingtalk.records import Frame

ROBOT = "/v1.0/im/bot/messages/get"
CARD = "/v1.0/card/instances/callback"
TOPICS = {"robot": ("CALLBACK", ROBOT), "card": ("CALLBACK", CARD), "event": ("EVENT", "*")}
JSON = "application/json"


@dataclass
class Waiting:
    """A frame and whoever waits for its ack."""

    frame: Frame
    since: float
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class Connection:
    """Live until cut, closed, or told to disconnect."""

    id: str
    subscriptions: set[tuple[str, str]]
    socket: web.WebSocketResponse
    request: web.Request
    warnings: list[str]
    draining: bool = False
    """A disconnect frame was sent: no more pushes (unconfirmed)."""
    frozen: bool = False
    """Half-open: nothing is read or answered any more, not even pings; pushes into it are lost."""
    heard: float = field(default_factory=time.monotonic)
    pings: int = 0
    """WebSocket pings of the client."""
    pending: dict[str, Waiting] = field(default_factory=dict)

    def takes(self, kind: str) -> bool:
        return TOPICS[kind] in self.subscriptions and not self.draining and not self.socket.closed

    async def send(self, frame: Frame, text: str) -> Waiting:
        waiting = Waiting(frame, time.monotonic())
        self.pending[frame.message_id] = waiting
        if self.frozen:
            return waiting
        try:
            await self.socket.send_str(text)
        except ConnectionError:  # gone a moment ago
            frame.cut = True
            waiting.over.set()
        return waiting

    async def read(self) -> None:
        """Until the connection ends."""
        try:
            async for message in self.socket:
                if self.frozen:
                    continue
                self.heard = time.monotonic()
                if message.type is WSMsgType.TEXT:
                    self.ack(message.data)
                elif message.type is WSMsgType.PING:
                    self.pings += 1
                    await self.socket.pong(message.data)
                elif message.type is WSMsgType.BINARY:
                    self.warnings.append("stream: a binary frame")
        finally:
            for waiting in self.pending.values():
                waiting.frame.cut = waiting.frame.code is None
                waiting.over.set()

    def ack(self, text: str) -> None:
        """Note the answer with the frame it belongs to."""
        try:
            ack = json.loads(text)
            message_id = ack["headers"]["messageId"]
        except (ValueError, TypeError, KeyError):
            self.warnings.append(f"stream: not an ack: {text[:200]}")
            return
        waiting = self.pending.get(message_id)
        if waiting is None or waiting.frame.code is not None:
            self.warnings.append(f"stream: ack of an unknown or already acked frame: {message_id}")
            return
        frame = waiting.frame
        frame.seconds = time.monotonic() - waiting.since
        frame.code = ack.get("code") if isinstance(ack.get("code"), int) else -1
        frame.faulty = fault_of(frame, ack)
        frame.acked = not frame.faulty
        if frame.faulty:
            self.warnings.append(f"stream: {frame.kind}: {frame.faulty}: {text[:200]}")
        waiting.over.set()

    def abort(self) -> None:
        """Hard, as a network does it."""
        if self.request.transport is not None:
            self.request.transport.abort()


def fault_of(frame: Frame, ack: dict[str, Any]) -> str:
    """What is wrong with an ack; sets the frame's `answer`."""
    if ack.get("code") not in (200, 404, 500):
        return f"code {ack.get('code')!r}"
    if ack["headers"].get("contentType") != JSON:
        return "headers.contentType is not application/json"
    if not isinstance(ack.get("message"), str) or not isinstance(ack.get("data"), str):
        return "message or data is not a string"
    try:
        frame.answer = json.loads(ack["data"])
    except ValueError:
        return "data is not JSON"
    if ack["code"] != 200:
        return ""
    data = frame.answer if isinstance(frame.answer, dict) else {}
    if frame.kind == "ping" and data.get("opaque") != frame.data["opaque"]:
        return "another opaque"
    if frame.kind == "event" and data.get("status") not in ("SUCCESS", "LATER"):
        return "status is neither SUCCESS nor LATER"
    if frame.kind == "robot" and "response" not in data:
        return "no response"
    if frame.kind == "card" and not isinstance(data.get("response"), dict):
        return "response is not an object"
    return ""
