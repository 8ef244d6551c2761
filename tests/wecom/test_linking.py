"""A stranger on WeCom becomes somebody by HR's code, through encrypted callbacks."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from tests.wecom.stage import WeComStage
from tests.wecom.test_accounts import running, stored

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


async def code_for(phones: WeComStage, name: str) -> str:
    await phones.say("wangfang", f"给{name}发绑定码")
    told = await phones.expect("wangfang", f"{name}的绑定码：")
    found = CODE.search(told["text"])
    assert found, told["text"]
    return found[0]


async def audited(phones: WeComStage, action: str) -> list[str]:
    async with running(phones).database.engine.connect() as connection:
        rows = await connection.execute(text("select facts from kernel_audit where action = :it"), {"it": action})
        return [str(row[0]) for row in rows]


async def test_a_stranger_is_linked_and_greeted(phones: WeComStage) -> None:
    phones.fake.members |= {"Newcomer"}
    await phones.say("newcomer", "你好")
    await phones.expect("newcomer", "花名册里没有找到您", "要一个绑定码，直接发到这里")
    code = await code_for(phones, "李雷")
    await phones.say("newcomer", f" {code.lower()}。")
    await phones.expect("newcomer", "李雷，您好！账号绑定好了")
    await phones.say("newcomer", "我还有几天年假")
    await phones.expect("newcomer", "年假")
    assert (await stored(phones))[-1] == ("lilei", "done")
    await running(phones).accounts.refresh()
    await phones.say("lilei", "我还有几天年假")
    assert (await stored(phones))[-1][0] != "lilei", "the account before is nobody's now"
    assert len(await audited(phones, "people.use_code")) == 1
    assert not any(code.replace("-", "") in facts for facts in await audited(phones, "people.issue_code"))


async def test_a_wrong_a_used_and_an_old_code_read_alike(phones: WeComStage) -> None:
    phones.fake.members |= {"guesser", "other"}
    await phones.say("guesser", "绑定码：ABCD-2345")
    await phones.expect("guesser", "这个绑定码不对、已过期或已经用过")
    code = await code_for(phones, "李雷")
    await phones.say("other", code)
    await phones.expect("other", "李雷，您好")
    await phones.say("guesser", code)
    await phones.expect("guesser", "这个绑定码不对、已过期或已经用过")
    code = await code_for(phones, "韩梅梅")
    assert phones.clock is not None
    phones.clock.set(datetime(2026, 3, 12, 10, 31, tzinfo=ZoneInfo("Asia/Shanghai")))
    await phones.say("guesser", code)
    await phones.expect("guesser", "这个绑定码不对、已过期或已经用过")
    assert len(await audited(phones, "people.link_refused")) == 3


async def test_after_five_wrong_codes_the_right_one_waits(phones: WeComStage) -> None:
    phones.fake.members |= {"guesser"}
    for number in range(2, 7):
        await phones.say("guesser", f"ABCD234{number}")
        await phones.expect("guesser", "这个绑定码不对")
    await phones.say("guesser", await code_for(phones, "李雷"))
    await phones.expect("guesser", "今天已经试错 5 次")


async def test_who_is_somebody_cannot_take_a_colleagues_code(phones: WeComStage) -> None:
    code = await code_for(phones, "李雷")
    await phones.say("hanmeimei", code)
    await phones.expect("hanmeimei", "这个绑定码是发给别人的")
    await phones.say("lilei", code)
    await phones.expect("lilei", "您的账号已经绑定好了")
    await phones.settle()
    async with running(phones).database.engine.connect() as connection:
        refused = await connection.execute(text("select principal from kernel_audit where action = 'refused'"))
        assert [row[0] for row in refused] == ["hanmeimei"]
