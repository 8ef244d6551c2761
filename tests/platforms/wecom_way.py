"""WeCom's payloads: sealed and signed by wechatpy, posted to the callback, again with another nonce."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom.press import labelled
from tests.platforms.cases import Case
from tests.platforms.run import WRITER

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


@dataclass
class WeComWay:
    fake: FakeWeCom
    platform: str = "wecom"
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(7_400_000_000_000_000_001))

    def readers(self) -> list[str]:
        return list(self.fake.seen)

    def values(self) -> dict[str, Any]:
        return {
            "corp": self.fake.account.corp_id,
            "agent": self.fake.account.agent_id,
            "now": int(self.fake.now()),
            "id": next(self.numbers),
            "picture": self.fake.keep("image", "a.png", PICTURE),
            "file": self.fake.keep("file", "a.pdf", b"%PDF-1.7 " + bytes(64)),
        }

    def card(self, label: str) -> dict[str, Any]:
        found = labelled(self.fake.screen(WRITER), label)
        assert found, f"no card with [{label}]"
        shown, key, _ = found
        task = shown.task_id or ""
        code = self.fake.new_code(self.fake.messages[shown.msgid])
        return {"card": task.partition("@")[0], "task": task, "code": code, "action": key}

    async def say(self, text: str) -> None:
        await self.fake.say(WRITER, text)

    async def send(self, case: Case) -> str:
        posted = await self.fake.raw(case.payload)
        return "" if [(one.status, one.answer) for one in posted.tries] == [(200, b"")] else repr(posted.tries)

    async def send_again(self, case: Case) -> str:
        return await self.send(case)

    def odd(self, case: Case, body: dict[str, Any]) -> dict[str, Any]:
        return body
