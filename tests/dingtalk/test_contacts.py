"""user_leave_org on DingTalk, and a stranger there who sends a code."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import text

from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.dingtalk.stage import dingtalk_stage


async def test_leavers_and_newcomers(company: CompanyFactory, tmp_path: Path) -> None:
    async with dingtalk_stage(await company(NOW), tmp_path, shanghai(NOW)) as stage:
        await stage.fake.event("user_leave_org", {"userId": ["lilei", "nobody"]}, times=2)
        await stage.fake.event("user_modify_org", {"userId": ["lilei"]})
        await stage.expect("wangfang", "李雷", "钉钉账号已从通讯录移除")
        assert stage.bot is not None
        async with stage.bot.database.engine.connect() as connection:
            assert (await connection.execute(text("select count(*) from bot_contact_event"))).scalar_one() == 1
        stage.fake.members |= {"u900"}
        await stage.say("u900", "你好")
        await stage.expect("u900", "要一个绑定码")
        await stage.say("wangfang", "给李雷发绑定码")
        told = await stage.expect("wangfang", "李雷的绑定码")
        code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", told["text"])
        assert code
        await stage.say("u900", code[0])
        await stage.expect("u900", "李雷，您好！账号绑定好了")
        await stage.say("u900", "我还有几天年假")
        await stage.expect("u900", "年假")
