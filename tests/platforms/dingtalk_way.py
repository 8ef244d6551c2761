"""DingTalk's payloads: as frames of the Stream, or signed (events sealed by dingtalk-sdk) over HTTP."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.dingtalk import FakeDingTalk, Frame
from tests.fakes.dingtalk.connection import TOPICS
from tests.fakes.dingtalk.records import Pushed
from tests.fakes.dingtalk.seen import buttons
from tests.platforms.cases import Case
from tests.platforms.run import WRITER

GROUP = "cidGroup=="
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
HEADERS = {"EventType": "eventType", "eventId": "eventId", "CorpId": "eventCorpId", "EventTime": "eventBornTime"}
"""Where a frame says what stands flat in the body of an event over HTTP."""


@dataclass
class DingTalkWay:
    """`pushed`: how many of them count against the month."""

    fake: FakeDingTalk
    way: str
    platform: str = "dingtalk"
    pushed: int = 0
    posted: dict[str, Frame] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def readers(self) -> list[str]:
        return [*self.fake.seen, *self.fake.groups]

    def values(self) -> dict[str, Any]:
        (own, until), (group, _) = self.fake.webhook(WRITER, None), self.fake.webhook(WRITER, GROUP)
        millis = self.fake.millis()
        return {
            "corp": self.fake.account.corp_id,
            "robot": self.fake.account.robot_code,
            "id": f"msg{self.way}{next(self.numbers)}",
            "single": self.fake.conversation(WRITER),
            "group": GROUP,
            "webhook": own,
            "group_webhook": group,
            "until": until,
            "until_text": str(until),
            "millis": millis,
            "millis_text": str(millis),
            "picture": self.fake.keep("image", "a.png", PICTURE),
            "file": self.fake.keep("file", "a.pdf", b"%PDF-1.7 " + bytes(64)),
        }

    def card(self, label: str) -> dict[str, Any]:
        for card in reversed(self.fake.cards.values()):
            for button in buttons(card.view(WRITER)) if WRITER in card.users else ():
                if button["text"] == label:
                    task = card.out_track_id
                    return {"card": task.partition("@")[0], "task": task, "action": str(button["id"])}
        raise AssertionError(f"no card with [{label}]")

    async def say(self, text: str) -> None:
        self.pushed += 1
        await self.fake.say(WRITER, text)

    async def send(self, case: Case) -> str:
        self.pushed += case.counts
        frame = await (self._streamed(case) if self.way == "stream" else self._posted(case))
        self.posted[case.name] = frame
        wanted = self._wanted(case)
        right = frame.in_time and frame.answer == wanted if wanted is not None else not frame.faulty
        return "" if right else f"{frame.code} {frame.answer!r} {frame.faulty}"

    async def send_again(self, case: Case) -> str:
        """The very same frame or request; of what is told to the connection itself another."""
        first = self.posted[case.name]
        if first.kind not in TOPICS:
            return await self.send(case)
        self.pushed += case.counts
        if self.way == "http":
            frame = await self.fake.repost(first)
        else:
            same = Frame(first.kind, first.message_id, first.data, None, first.at)
            frame = await self.fake.framed(self.fake.connections[0], *TOPICS[first.kind], same, self._head(case))
        return "" if frame.in_time else f"{frame.code} {frame.faulty}"

    def odd(self, case: Case, body: dict[str, Any]) -> dict[str, Any]:
        """A message brings an address for its answer, a press does not."""
        if case.kind != "card":
            body["reply_to"] = [case.payload["sessionWebhook"], int(case.payload["sessionWebhookExpiredTime"]) / 1000]
        return body

    def _wanted(self, case: Case) -> object:
        """The data of a right acknowledgement; None: there is none."""
        answers: dict[str, dict[str, object]] = {
            "robot": {"stream": {"response": None}, "http": b""},
            "card": {"stream": {"response": {}}, "http": {}},
            "event": {"stream": {"status": "SUCCESS", "message": ""}, "http": "success"},
            "ping": {"stream": case.payload.get("data")},
        }
        return answers.get(self._family(case), {}).get(self.way)

    def _family(self, case: Case) -> str:
        if "EventType" in case.payload:
            return "event"
        if case.payload.get("type") == "SYSTEM":
            return str(case.payload["headers"]["topic"])
        return "card" if "outTrackId" in case.payload else "robot"

    async def _posted(self, case: Case) -> Frame:
        family = self._family(case)
        if family == "robot":
            return await self.fake.posted_robot(case.payload)
        if family == "card":
            return await self.fake.posted_card(case.payload, None)
        pushed = Pushed("event", case.payload)
        await self.fake.posted_event(pushed)
        return pushed.tries[-1]

    async def _streamed(self, case: Case) -> Frame:
        family = self._family(case)
        if family == "disconnect":
            before = self.fake.opened
            await self.fake.disconnect(1, case.payload["data"]["reason"])
            await self.fake.connected(2)
            return Frame(family, "", {}, None, 0.0, faulty="" if self.fake.opened > before else "not replaced")
        if family == "ping":
            frame = Frame("ping", secrets.token_hex(8), case.payload["data"], None, 0.0)
            return await self.fake.framed(self.fake.connections[0], "SYSTEM", "ping", frame)
        head = self._head(case)
        body = {name: value for name, value in case.payload.items() if not head or name not in HEADERS}
        found = await self.fake.streamed(family, body, head)
        assert found is not None, "no connection"
        return found

    def _head(self, case: Case) -> dict[str, str]:
        """Of an event's frame."""
        found = case.payload.items() if self._family(case) == "event" else ()
        return {HEADERS[name]: str(value) for name, value in found if name in HEADERS}
