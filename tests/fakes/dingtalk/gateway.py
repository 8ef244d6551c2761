"""The Stream gateway: tickets, connections, pushes to one of them at random, events again until SUCCESS."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import Any

from aiohttp import web

from tests.fakes.dingtalk.api import credentials
from tests.fakes.dingtalk.connection import JSON, TOPICS, Connection
from tests.fakes.dingtalk.errors import bad, denied
from tests.fakes.dingtalk.fields import mapping, string
from tests.fakes.dingtalk.records import Call, Frame, Pushed
from tests.fakes.dingtalk.world import World

TICKET_LIFE = 90.0
MOST_CONNECTIONS = 50


class Gateway(World):
    """Times are real seconds; tests may shorten them."""

    robot_seconds = 5.0
    """How long the fake waits for the ack of a robot message before it calls it late; it never sends it again."""
    card_seconds = 2.0
    event_seconds = 5.0
    redeliver_after = 0.2
    """Between two tries of an event; undocumented in reality."""
    disconnect_after = 10.0
    """From a disconnect frame to the end, when nothing was heard."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tickets: dict[str, tuple[float, set[tuple[str, str]]]] = {}
        self.connections: list[Connection] = []
        self.opened = 0
        """Connections that were ever made."""
        self.background: set[asyncio.Task[None]] = set()
        self.closers: set[asyncio.Task[None]] = set()

    def open_connection(self, call: Call) -> dict[str, Any]:
        """gateway/connections/open: a ticket for one connection within 90 s."""
        body = mapping(call.body, "body")
        credentials(self, string(body, "clientId"), string(body, "clientSecret"))
        wanted = body.get("subscriptions")
        if not isinstance(wanted, list) or not wanted:
            raise bad("subscriptions is not a list", "invalidParameter.subscriptions")
        subscriptions = {(mapping(one, "subscription").get("type"), one.get("topic")) for one in wanted}
        if unknown := subscriptions - set(TOPICS.values()):
            raise bad(f"this fake has no subscriptions {unknown}", "invalidParameter.subscriptions")
        if len(self.connections) >= MOST_CONNECTIONS:
            raise denied("ConnectionLimit", f"{MOST_CONNECTIONS} connections are open", 90018)  # unconfirmed
        ticket = secrets.token_urlsafe(24) + "=/+"
        self.tickets[ticket] = (self.now() + TICKET_LIFE, {(str(kind), str(topic)) for kind, topic in subscriptions})
        return {"endpoint": self.base.replace("http", "ws", 1) + "/connect", "ticket": ticket}

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket. A ticket that is unknown, used or old: 401 (unconfirmed)."""
        until, subscriptions = self.tickets.pop(request.query.get("ticket", ""), (0.0, set()))
        if self.now() > until:
            self.warnings.append("stream: connected with a ticket that is unknown, used or old")
            return web.Response(status=401)
        socket = web.WebSocketResponse(autoping=False, max_msg_size=1 << 20)
        await socket.prepare(request)
        self.opened += 1
        connection = Connection(f"c-{self.opened}", subscriptions, socket, request, self.warnings)
        self.connections.append(connection)
        try:
            await connection.read()
        finally:
            self.connections.remove(connection)
        return socket

    async def connected(self, count: int = 1, patience: float = 10.0) -> None:
        """Wait until at least so many connections take pushes."""
        deadline = time.monotonic() + patience
        while sum(not one.draining and not one.frozen for one in self.connections) < count:
            assert time.monotonic() < deadline, f"{len(self.connections)} connections, {count} wanted"
            await asyncio.sleep(0.005)

    async def streamed(
        self, kind: str, data: dict[str, Any], headers: dict[str, Any], attempt: int = 1
    ) -> Frame | None:
        """One frame on one live connection, and its ack or the end of the patience. None: no connection."""
        live = [one for one in self.connections if one.takes(kind)]
        if not live:
            return None
        connection = self.random.choice(live)
        return await self.framed(
            connection, *TOPICS[kind], Frame(kind, new_id(), data, connection.id, self.now(), attempt), headers
        )

    async def framed(
        self, connection: Connection, type_: str, topic: str, frame: Frame, headers: dict[str, Any] | None = None
    ) -> Frame:
        """Send it and wait. `time` comes as string or number (facts 2.1)."""
        stamp = self.millis()
        head = {
            "topic": topic,
            "messageId": frame.message_id,
            "contentType": JSON,
            "time": self.random.choice([stamp, str(stamp)]),
            "appId": "app-1",
            "connectionId": connection.id,
            **(headers or {}),
        }
        body = {"specVersion": "1.0", "type": type_, "headers": head}
        self.frames.append(frame)
        waiting = await connection.send(frame, json.dumps({**body, "data": json.dumps(frame.data)}))
        try:
            await asyncio.wait_for(waiting.over.wait(), self.patience(frame.kind))
        except TimeoutError:
            frame.late = True
        return frame

    def patience(self, kind: str) -> float:
        return {"robot": self.robot_seconds, "card": self.card_seconds, "ping": self.robot_seconds}.get(
            kind, self.event_seconds
        )

    async def stream_event(self, pushed: Pushed, headers: dict[str, Any]) -> None:
        """The first try; the others follow in the background, until SUCCESS."""
        if not await self.tried(pushed, headers):
            task = asyncio.create_task(self.redelivered(pushed, headers))
            self.background.add(task)
            task.add_done_callback(self.background.discard)

    async def tried(self, pushed: Pushed, headers: dict[str, Any]) -> bool:
        frame = await self.streamed("event", pushed.data, headers, len(pushed.tries) + 1)
        if frame is not None:
            pushed.tries.append(frame)
            pushed.done = frame.code == 200 and frame.acked and frame.answer["status"] == "SUCCESS"
        return pushed.done

    async def redelivered(self, pushed: Pushed, headers: dict[str, Any]) -> None:
        while not pushed.done:
            await asyncio.sleep(self.redeliver_after)
            await self.tried(pushed, headers)

    async def settled(self, patience: float = 10.0) -> None:
        """Wait until no event has to be sent again."""
        deadline = time.monotonic() + patience
        while self.background:
            assert time.monotonic() < deadline, f"{len(self.background)} events still without SUCCESS"
            await asyncio.sleep(0.01)

    async def ping(self) -> list[Frame]:
        """A SYSTEM ping on every connection; the frames, acked or not."""
        frames = []
        for one in list(self.connections):
            opaque = {"opaque": secrets.token_hex(8)}
            frames.append(self.framed(one, "SYSTEM", "ping", Frame("ping", new_id(), opaque, one.id, self.now())))
        return list(await asyncio.gather(*frames))

    async def disconnect(self, count: int | None = None, reason: str = "maintenance") -> None:
        """SYSTEM disconnect: no more pushes there; the end comes after `disconnect_after` of silence."""
        for one in self.connections[: len(self.connections) if count is None else count]:
            frame = Frame("disconnect", new_id(), {"reason": reason}, one.id, self.now())
            self.frames.append(frame)
            one.draining = True
            head = {"topic": "disconnect", "messageId": frame.message_id, "contentType": JSON}
            body = {"specVersion": "1.0", "type": "SYSTEM", "headers": head, "data": json.dumps(frame.data)}
            await one.socket.send_str(json.dumps(body))
            task = asyncio.create_task(self.closed_after_silence(one))
            self.closers.add(task)
            task.add_done_callback(self.closers.discard)

    async def closed_after_silence(self, connection: Connection) -> None:
        start = time.monotonic()
        while (left := max(start, connection.heard) + self.disconnect_after - time.monotonic()) > 0:
            await asyncio.sleep(left)
        await connection.socket.close()

    def cut(self, count: int | None = None) -> int:
        """Drop connections hard (all, or so many); how many that were."""
        dropped = self.connections[: len(self.connections) if count is None else count]
        for one in dropped:
            one.abort()
        return len(dropped)

    def freeze(self, count: int | None = None) -> None:
        """Half-open connections: they stay, but nothing is answered; pushes into them are lost."""
        for one in self.connections[: len(self.connections) if count is None else count]:
            one.frozen = True

    def unacked(self, *kinds: str) -> list[Frame]:
        """Frames without a right ack; those of connections that ended before count as well (`cut`)."""
        return [
            one
            for one in self.frames
            if one.kind != "disconnect" and not one.acked and (not kinds or one.kind in kinds)
        ]

    async def hang_up(self) -> None:
        tasks = [*self.background, *self.closers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.cut()


def new_id() -> str:
    return secrets.token_hex(16)
