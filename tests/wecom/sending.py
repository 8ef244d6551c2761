"""What the tests of the client say and look at."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

import pytest

from bot.platforms.port import TryLater
from bot.platforms.wecom.api import WeComApi
from tests.fakes.wecom import Account, FakeWeCom

UPDATE = "message/update_template_card"


class Connect(Protocol):
    """Makes a client of this address."""

    def __call__(self, base: str, account: Account | None = None, patience: float = 2.0) -> Awaitable[WeComApi]: ...


def text(words: str, to: str = "zhangsan") -> dict[str, Any]:
    return {"touser": to, "msgtype": "text", "text": {"content": words}, "enable_duplicate_check": 1}


def card(task: str) -> dict[str, Any]:
    inside = {
        "card_type": "button_interaction",
        "task_id": task,
        "main_title": {"title": "请假审批"},
        "button_list": [{"text": "同意", "style": 1, "key": "agree"}],
    }
    return {"touser": "lisi", "msgtype": "template_card", "template_card": inside}


async def later(api: WeComApi, words: str = "你好") -> TryLater:
    """What the sender is told; a fault of the platform's never counts against the message."""
    with pytest.raises(TryLater) as told:
        await api.send(text(words))
    assert told.value.fault is False
    return told.value


def read(wecom: FakeWeCom, who: str = "zhangsan") -> list[str]:
    return [shown.text for shown in wecom.seen[who]]
