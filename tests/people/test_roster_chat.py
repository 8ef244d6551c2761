"""The roster through the running bot: template, preview, import; the newcomer is there afterwards."""

from __future__ import annotations

from bot.files import XLSX
from tests.org.test_import import newcomer, workbook
from tests.stage import Stage


async def test_hr_imports_a_roster_in_the_chat(stage: Stage) -> None:
    await stage.say("wangfang", "给我花名册模板")
    await stage.expect("wangfang", "花名册模板发给您了")
    await stage.send_file("wangfang", "花名册.xlsx", workbook(newcomer(直接上级工号="1007")), XLSX)
    await stage.expect("wangfang", "花名册导入预览", "新增 1 人", "[导入]", "[取消]")
    await stage.press_label("wangfang", "导入")
    await stage.expect("wangfang", "花名册已导入", "新增 1 人")
    people = await stage.get("/console/api/people")
    assert [(one["department"], one["manager"]) for one in people if one["name"] == "曾小贤"] == [("研发部", "zhoujie")]
    await stage.send_file("wangfang", "花名册.xlsx", workbook(newcomer(直接上级工号="1007")), XLSX)
    await stage.expect("wangfang", "花名册导入预览", "不需要导入", "无变化 1 人")


async def test_others_do_not_get_at_the_roster(stage: Stage) -> None:
    await stage.say("lilei", "给我花名册模板")
    await stage.expect("lilei", "花名册只能由 HR 导入")
    await stage.send_file("lilei", "花名册.xlsx", workbook(newcomer()), XLSX)
    await stage.read("lilei", 2.0)
    assert not any("预览" in message["text"] for message in stage.unread["lilei"])
