"""One message for many people: who did not get it is known by name, and a repeat is the same request."""

from __future__ import annotations

import pytest

from bot.platforms.wecom.api import MOST_RECEIVERS, WeComApi
from tests.fakes.wecom import FakeWeCom
from tests.wecom.gates import SEND
from tests.wecom.sending import read

BODY = {"msgtype": "text", "text": {"content": "五一放假"}}


async def test_everybody_gets_it_by_one_call(api: WeComApi, wecom: FakeWeCom) -> None:
    sent = await api.send_many(["lisi", "ZhangSan", "lisi"], BODY)
    assert sent.invalid == frozenset()
    assert (read(wecom, "lisi"), read(wecom, "zhangsan"), len(wecom.calls[SEND])) == (["五一放假"], ["五一放假"], 1)


async def test_who_did_not_get_it_is_named(api: WeComApi, wecom: FakeWeCom) -> None:
    wecom.unlicensed = {"ZhangSan"}
    sent = await api.send_many(["lisi", "ZhangSan", "Nobody"], BODY)
    assert sent.invalid == {"zhangsan", "nobody"}
    assert read(wecom, "lisi") == ["五一放假"]


async def test_nobody_left_is_no_error(api: WeComApi) -> None:
    assert (await api.send_many(["Nobody", "u9"], BODY)).invalid == {"nobody", "u9"}


async def test_the_same_people_are_the_same_request(api: WeComApi, wecom: FakeWeCom) -> None:
    once = {**BODY, "enable_duplicate_check": 1}
    await api.send_many(["lisi", "ZhangSan"], once)
    await api.send_many(["ZhangSan", "lisi"], once)
    assert read(wecom, "lisi") == ["五一放假"]
    assert len(wecom.duplicates) == 1


@pytest.mark.parametrize("count", [0, MOST_RECEIVERS + 1])
async def test_so_many_are_no_one_call(api: WeComApi, wecom: FakeWeCom, count: int) -> None:
    with pytest.raises(ValueError, match="receivers"):
        await api.send_many([f"u{number}" for number in range(count)], BODY)
    assert wecom.calls[SEND] == []
