"""kill -9 in the middle of a roster's import: it goes on by itself, every row once."""

from __future__ import annotations

import aiohttp

from bot.files import XLSX
from tests.faults.rig import Left, Victim, settled
from tests.org.test_bulk_import import many
from tests.org.test_import import workbook
from tests.stage import Stage


async def test_killed_in_the_second_part(victim: Victim) -> None:
    await victim.start("reaction.before_commit=kill@2")
    async with aiohttp.ClientSession() as http:
        stage = Stage(victim.base, http)
        await stage.send_file("wangfang", "花名册.xlsx", workbook(*many(150)), XLSX)
        await stage.expect("wangfang", "花名册导入预览", "新增 150 人")
        await stage.press_label("wangfang", "导入")
        first = await stage.expect("wangfang", "正在导入 0/150")
        await settled(victim)
        assert victim.starts == 3, "it died once"
        await stage.expect("wangfang", "正在导入 50/150")
        await stage.expect("wangfang", "正在导入 100/150")
        ended = await stage.expect("wangfang", "花名册已导入", "新增 150 人")
        assert ended["card"]["id"] == first["card"]["id"]
        victim.terminate()
    left = Left(victim.folder)
    assert left.rows("select count(*), count(distinct number) from people_person where number like '4___'") == [
        (150, 150)
    ]
    assert left.rows("select count(*) from org_assignment a join people_person p on p.id = a.person"
                     " where p.number like '4___'") == [(150,)]  # fmt: skip
    assert left.rows("select state, done, total, new from org_import") == [("done", 150, 150, 150)]
    assert left.rows("select count(*) from org_import_part") == [(0,)]
