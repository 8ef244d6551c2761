"""The intelligent bot's long connection (facts 2B), strict: one live connection, one subscription, limits, windows.

What the facts do not say is decided like this and marked: a message that was pushed shortly before a cut, or while
nobody was connected, is pushed again with the same msgid and a new req_id (unconfirmed).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import secrets
import time
from base64 import b64encode
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.fakes.wecom.aibot_commands import COMMANDS, Command
from tests.fakes.wecom.errors import WRONG_SECRET
from tests.fakes.wecom.records import Shown

if TYPE_CHECKING:
    from tests.fakes.wecom.world import World

MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
NOT_SUBSCRIBED = 846600  # invented
REPEATED = 1.0
"""Seconds before a cut, of whose pushes it is not known whether they arrived (unconfirmed)."""


@dataclass
class Pushed:
    """One message or event, and how often it was pushed."""

    body: dict[str, Any]
    at: float
    cmd: str = MESSAGE
    req_ids: list[str] = field(default_factory=list)
    finished: bool = False
    """It was answered for good."""

    @property
    def chat(self) -> str:
        return str(self.body.get("chatid") or self.body["from"]["userid"])


@dataclass(eq=False)
class Line:
    """A WebSocket."""

    socket: web.WebSocketResponse
    request: web.Request
    subscribed: bool = False
    pings: int = 0
    answering: set[str] = field(default_factory=set)
    """req_ids of commands that are not acknowledged yet."""

    def abort(self) -> None:
        """Hard, as a network does it."""
        if self.request.transport is not None:
            self.request.transport.abort()


class Aibot:
    """Belongs to a fake WeCom, on whose members' screens it speaks. Times are real seconds; tests may shorten them."""

    name = "HR助手"

    def __init__(self, world: World) -> None:
        self.world = world
        self.bot_id, self.secret = "bot-" + secrets.token_hex(6), secrets.token_urlsafe(24)
        self.base = ""
        self.groups: dict[str, set[str]] = {}
        """Members by chatid."""
        self.ciphers: dict[str, str] = {}
        """What some members are called on the connection."""
        self.lines: list[Line] = []
        self.subscribes: list[tuple[float, int]] = []
        """When somebody subscribed, and the errcode."""
        self.pushed: list[Pushed] = []
        self.waiting: list[Pushed] = []
        self.sent: list[Command] = []
        """Commands that were taken."""
        self.refused: list[tuple[Command, int]] = []
        self.over: list[Command] = []
        """Commands beyond the limit of a conversation."""
        self.limits: dict[str, deque[float]] = defaultdict(deque)
        self.per_minute, self.per_hour = 30, 1000
        self.ack_after, self.stream_life, self.welcome_life = 0.0, 360.0, 5.0
        self.mute = False
        """Nothing is acknowledged any more."""
        self.codes: dict[str, deque[int]] = defaultdict(deque)
        """Errcodes that the next commands of a kind are refused with."""
        self.media: dict[str, bytes] = {}
        self.numbers = itertools.count(1)

    # the server's side

    @property
    def url(self) -> str:
        return self.base.replace("http", "ws", 1) + "/aibot"

    @property
    def live(self) -> Line | None:
        return next((line for line in self.lines if line.subscribed and not line.socket.closed), None)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=True, max_msg_size=1 << 20)
        await socket.prepare(request)
        line = Line(socket, request)
        self.lines.append(line)
        tasks: set[asyncio.Task[None]] = set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    task = asyncio.create_task(self._taken(line, json.loads(message.data)))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
        finally:
            self.lines.remove(line)
            recent = [one for one in self.pushed if time.monotonic() - one.at < REPEATED and not one.finished]
            if line.subscribed:
                self.waiting += [one for one in recent if one not in self.waiting]
        return socket

    async def _taken(self, line: Line, frame: dict[str, Any]) -> None:
        command = Command(frame.get("cmd", ""), frame["headers"]["req_id"], frame.get("body") or {}, self.world.now())
        if command.req_id in line.answering:
            self.world.warnings.append(f"aibot: two at a time of one req_id: {command.cmd}")
        line.answering.add(command.req_id)
        if self.ack_after:
            await asyncio.sleep(self.ack_after)
        code = await self._judged(line, command)
        line.answering.discard(command.req_id)
        if self.mute or line.socket.closed:
            return
        text = {"headers": {"req_id": command.req_id}, "errcode": code, "errmsg": "ok" if code == 0 else "refused"}
        await line.socket.send_str(json.dumps(text))
        if command.cmd == "aibot_subscribe" and code == 0:
            await self._again(line)

    async def _judged(self, line: Line, command: Command) -> int:
        if command.cmd == "aibot_subscribe":
            return await self._subscribed(line, command)
        if not line.subscribed:
            self.world.warnings.append(f"aibot: {command.cmd} before a subscription")
            return NOT_SUBSCRIBED
        if command.cmd == "ping":
            line.pings += 1
            return 0
        if self.codes[command.cmd]:
            code = self.codes[command.cmd].popleft()
        else:
            code = COMMANDS[command.cmd](self, command) if command.cmd in COMMANDS else 40058
        if code == 0:
            self.sent.append(command)
        else:
            self.refused.append((command, code))
        return code

    async def _subscribed(self, line: Line, command: Command) -> int:
        right = command.body.get("bot_id") == self.bot_id and command.body.get("secret") == self.secret
        code = self.codes["aibot_subscribe"].popleft() if self.codes["aibot_subscribe"] else 0
        code = code or (0 if right else WRONG_SECRET)
        self.subscribes.append((self.world.now(), code))
        if line.subscribed:
            self.world.warnings.append("aibot: subscribed twice on one connection")
        if code == 0:
            for other in [one for one in self.lines if one.subscribed]:
                await self._disconnected(other)
            line.subscribed = True
        return code

    async def _disconnected(self, line: Line) -> None:
        line.subscribed = False
        event = {"msgtype": "event", "aibotid": self.bot_id, "event": {"eventtype": "disconnected_event"}}
        frame = {"cmd": EVENT, "headers": {"req_id": secrets.token_hex(8)}, "body": event}
        await line.socket.send_str(json.dumps(frame))
        await line.socket.close()

    async def _again(self, line: Line) -> None:
        waiting, self.waiting = self.waiting, []
        for pushed in waiting:
            await self._push(line, pushed)

    # what people do

    async def say(self, user: str, text: str, group: str | None = None, **more: Any) -> Pushed:
        """In a group with the bot's name before it; `msgid` and `mention` may be given."""
        mention = more.pop("mention", f"@{self.name} ") if group else ""
        return await self.message(user, "text", {"content": mention + text}, group, **more)

    async def message(
        self, user: str, kind: str, content: dict[str, Any], group: str | None = None, **more: Any
    ) -> Pushed:
        body = {"msgtype": kind, kind: content, **more}
        return await self.push(user, body, group)

    async def event(self, user: str, kind: str, content: dict[str, Any] | None = None) -> Pushed:
        event = {"eventtype": kind, **({kind: content} if content else {})}
        return await self.push(user, {"msgtype": "event", "event": event}, None, EVENT)

    async def push(self, user: str, body: dict[str, Any], group: str | None, cmd: str = MESSAGE) -> Pushed:
        head = {"msgid": f"M{next(self.numbers)}", "aibotid": self.bot_id, "create_time": int(self.world.now())}
        chat = {"chattype": "group", "chatid": group} if group else {"chattype": "single"}
        sender = {"userid": self.ciphers.get(user, user)}
        pushed = Pushed({**head, **chat, "from": sender, **body}, time.monotonic(), cmd)
        self.pushed.append(pushed)
        if (line := self.live) is None:
            self.waiting.append(pushed)
        else:
            await self._push(line, pushed)
        return pushed

    async def again(self, pushed: Pushed) -> None:
        """The same message once more."""
        assert self.live is not None
        await self._push(self.live, pushed)

    async def _push(self, line: Line, pushed: Pushed) -> None:
        pushed.req_ids.append(f"cb-{secrets.token_hex(8)}")
        frame = {"cmd": pushed.cmd, "headers": {"req_id": pushed.req_ids[-1]}, "body": pushed.body}
        try:
            await line.socket.send_str(json.dumps(frame))
        except ConnectionError:
            self.waiting.append(pushed)

    def keep(self, content: bytes, *, sealed: bool = True) -> dict[str, str]:
        """A file in the bot's store: its address and key."""
        number, key = f"f{next(self.numbers)}", os.urandom(32)
        if sealed:
            pad = 32 - len(content) % 32
            encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
            self.media[number] = encryptor.update(content + bytes([pad]) * pad) + encryptor.finalize()
            return {"url": f"{self.base}/aibot/media/{number}", "aeskey": b64encode(key).decode().rstrip("=")}
        self.media[number] = content
        return {"url": f"{self.base}/aibot/media/{number}"}

    async def file(self, request: web.Request) -> web.Response:
        content = self.media.get(request.match_info["number"])
        return web.Response(status=404) if content is None else web.Response(body=content, content_type="image/png")

    # what tests look at

    async def connected(self, patience: float = 10.0) -> None:
        deadline = time.monotonic() + patience
        while self.live is None:
            assert time.monotonic() < deadline, f"nobody subscribed: {self.subscribes}"
            await asyncio.sleep(0.005)

    def cut(self) -> int:
        """Hard; how many connections."""
        for line in list(self.lines):
            line.abort()
        return len(self.lines)

    def find(self, req_id: str) -> Pushed | None:
        return next((one for one in self.pushed if req_id in one.req_ids), None)

    def members(self, chat: str) -> set[str]:
        plain = {cipher: user for user, cipher in self.ciphers.items()}
        return self.groups.get(chat) or {plain.get(chat, chat)}

    def show(self, chat: str, kind: str, text: str) -> None:
        """On the screens of everybody in the conversation."""
        number = secrets.token_hex(6)
        for member in self.members(chat):
            shown = Shown(kind, text, number, self.world.now(), body={"chat": chat})
            self.world.seen[member.lower()].append(shown)

    def texts(self, chat: str) -> list[str]:
        """What the bot said there."""
        return [command.words for command in self.sent if command.chat == chat]
