"""200 people on DingTalk get an announcement by ten paid calls; what the month does not have is refused before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.dingtalk.stage import DingTalkStage, dingtalk_stage
from tests.wecom.crowd import MADE

SEND = "robot/oToMessages/batchSend"
STATES = "select state, reason, count(*) from bot_broadcast_person group by 1, 2 order by 1, 2"


@pytest.fixture
async def robot(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[DingTalkStage]:
    """The demo on DingTalk, with people up to 200."""
    async with dingtalk_stage(await company(NOW), tmp_path / "data", shanghai(NOW)) as stage:
        assert stage.bot is not None
        more = 200 - len(stage.fake.members)
        async with stage.bot.database.engine.begin() as connection:
            for statement in MADE:
                await connection.execute(text(statement), {"count": more} if ":count" in statement else {})
        stage.fake.members |= {f"crowd{n}" for n in range(1, more + 1)}
        yield stage


async def states(stage: DingTalkStage) -> list[tuple[object, ...]]:
    assert stage.bot is not None
    async with stage.bot.database.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(STATES))]


async def used_up(stage: DingTalkStage, calls: int) -> None:
    """The month has used so many."""
    assert stage.bot is not None
    await stage.bot.sender.platforms["dingtalk"].api.usage()  # type: ignore[attr-defined]
    async with stage.bot.database.engine.begin() as connection:
        await connection.execute(text("update dingtalk_usage set calls = :calls"), {"calls": calls})


async def previewed(stage: DingTalkStage) -> None:
    await stage.say("wangfang", "公告:下周三停电居家")


async def test_ten_calls_for_two_hundred(robot: DingTalkStage) -> None:
    robot.fake.members -= {"crowd1", "crowd2"}
    await previewed(robot)
    await robot.expect("wangfang", "公告预览", "钉钉 200 人")
    await robot.press_label("wangfang", "发送")
    await robot.expect("wangfang", "198 人已发到", "2 人没能送达", "同事1、同事2")
    batches = [call for call in robot.fake.calls[SEND] if len(call.body["userIds"]) > 1]
    assert [len(call.body["userIds"]) for call in batches] == [20] * 10
    assert len({user for call in batches for user in call.body["userIds"]}) == 200
    assert await states(robot) == [("failed", "invalid", 2), ("sent", None, 198)]
    assert all(len(robot.fake.seen[f"crowd{n}"]) == 1 for n in range(3, 150))


async def test_who_got_too_much_gets_it_later(robot: DingTalkStage) -> None:
    robot.fake.flow_controlled = {"crowd5"}
    await previewed(robot)
    await robot.expect("wangfang", "公告预览")
    await robot.press_label("wangfang", "发送")
    await robot.expect("lilei", "下周三停电居家")
    assert robot.bot is not None
    await robot.settle()
    later = "select count(*) from bot_broadcast_batch where state <> 'done' and due_at > now() + interval '30 seconds'"
    async with robot.bot.database.engine.connect() as connection:
        assert (await connection.execute(text(later))).scalar_one() == 1
    assert await states(robot) == [("sent", None, 199), ("waiting", None, 1)]


async def test_a_month_that_has_not_enough_refuses(robot: DingTalkStage) -> None:
    await used_up(robot, 4_995)
    await previewed(robot)
    await robot.expect("wangfang", "公告预览", "这条公告要 10 次", "发不了")
    with pytest.raises(AssertionError, match="发送"):
        await robot.press_label("wangfang", "发送")


async def test_calls_used_up_between_the_preview_and_the_sending(robot: DingTalkStage) -> None:
    await previewed(robot)
    await robot.expect("wangfang", "公告预览")
    await used_up(robot, 4_995)
    await robot.press_label("wangfang", "发送")
    await robot.expect("wangfang", "0 人已发到", "200 人没能送达", "额度不足")
    assert await states(robot) == [("failed", "quota", 200)]
    assert all(len(call.body["userIds"]) == 1 for call in robot.fake.calls[SEND])


async def test_a_month_that_would_be_short_is_a_warning(robot: DingTalkStage) -> None:
    assert robot.bot is not None
    platform: Any = robot.bot.sender.platforms["dingtalk"]
    platform.real_now = lambda: shanghai(NOW)  # on a month's last day nothing is kept back
    await used_up(robot, 4_900)
    await previewed(robot)
    await robot.expect("wangfang", "公告预览", "要用 10 次", "可能不够", "[发送]")
    assert await states(robot) == []
