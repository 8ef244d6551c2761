"""The page of an announcement: for its receivers only, the receipt recorded once."""

from __future__ import annotations

from sqlalchemy import text

from tests.stage import Stage
from tests.web.visitor import visitor


async def published(stage: Stage, words: str = "公告:下周三停电居家,必读") -> str:
    await stage.say("wangfang", words)
    await stage.expect("wangfang", "公告预览")
    await stage.press_label("wangfang", "发送")
    await stage.expect("wangfang", "发完了")
    (found,) = await rows(stage, "select id from announcements_announcement order by made_at desc limit 1")
    return str(found[0])


async def rows(stage: Stage, sql: str) -> list[tuple[object, ...]]:
    assert stage.bot is not None
    async with stage.bot.database.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def test_read_on_the_page_once(stage: Stage) -> None:
    id = await published(stage)
    async with visitor(stage.base) as lilei:
        await lilei.log_in_to_demo("lilei")
        page = await lilei.get(f"/h5/announcements/{id}")
        assert "下周三停电居家" in page.words
        assert "我已阅读" in page.words
        assert (await lilei.post(f"/h5/announcements/{id}", {})).status == 303
        first = await rows(stage, "select read_at from announcements_receiver where read_at is not null")
        assert (await lilei.post(f"/h5/announcements/{id}", {})).status == 303
        assert "确认已阅读" in (await lilei.get(f"/h5/announcements/{id}")).words
        assert "下周三停电居家" in (await lilei.get("/h5/announcements")).words
    assert await rows(stage, "select read_at from announcements_receiver where read_at is not null") == first
    await stage.settle()
    open_ones = "select count(*) from bot_card where person = 'lilei' and open and template like 'announcements.%'"
    assert await rows(stage, open_ones) == [(0,)], "the card in the chat offers nothing any more"


async def test_nobody_elses(stage: Stage) -> None:
    id = await published(stage, "公告:研发部下午开会,必读")
    async with visitor(stage.base) as outsider:
        assert (await outsider.get(f"/h5/announcements/{id}")).status in (302, 401)
        await outsider.log_in_to_demo("lilei")
        assert (await outsider.get(f"/h5/announcements/{id}")).status == 404
        assert (await outsider.post(f"/h5/announcements/{id}", {})).status == 404
        assert (await outsider.get("/h5/announcements/an_nothing")).status == 404
    assert await rows(stage, "select count(read_at) from announcements_receiver") == [(0,)]


async def test_another_sites_form_reads_nothing(stage: Stage) -> None:
    id = await published(stage)
    async with visitor(stage.base) as lilei:
        await lilei.log_in_to_demo("lilei")
        assert (await lilei.post(f"/h5/announcements/{id}", {}, Origin="https://evil.example.com")).status == 403
    assert await rows(stage, "select count(read_at) from announcements_receiver") == [(0,)]
