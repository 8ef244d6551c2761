"""Leave asked for somebody without an account, on WeCom: what they are told waits in the web chat for them."""

from __future__ import annotations

from pathlib import Path

from domain.kernel.clock import shanghai
from tests.chats import without_account
from tests.conftest import NOW, CompanyFactory
from tests.stage import holds, shown
from tests.wecom.stage import wecom_stage

WORKER, BOSS = "huanglei", "wangjianguo"


async def test_the_person_reads_it_in_the_web_chat(company: CompanyFactory, tmp_path: Path) -> None:
    async with wecom_stage(await company(NOW), tmp_path / "data", shanghai(NOW)) as stage:
        await without_account(stage, WORKER)
        await stage.say(BOSS, "帮黄磊请下周二一天年假")
        await stage.expect(BOSS, "请假确认", "黄磊")
        await stage.press_label(BOSS, "提交")
        await stage.expect(BOSS, "黄磊 申请年假")
        await stage.press_label(BOSS, "同意")
        await stage.expect(BOSS, "黄磊的年假已批准")
        await stage.settle()
        told = (await stage.get("/console/api/inbox", person=WORKER, after="0", wait="0"))["messages"]
        assert any(holds(shown(message), ("年假已提交", "由王建国代您申请", "[撤回]")) for message in told)
        assert any(holds(shown(message), ("年假已批准",)) for message in told)
        assert not stage.fake.seen[WORKER]
        assert not any("黄磊的年假" in shown(message) for message in told)
