"""Thousands of people beside the demo's, made in the database and on the fake at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import text

from tests.fakes.wecom import FakeWeCom
from tests.wecom.stage import WeComStage

MADE = (
    """insert into people_person (id, number, name, pinyin, sort_key, created_at)
       select 'crowd' || n, 'crowd' || n, '同事' || n, 'tongshi' || n, 'zz' || lpad(n::text, 6, '0'), now()
       from generate_series(1, :count) as n""",
    """insert into people_employment (id, person, hired_on)
       select 'ec' || n, 'crowd' || n, date '2020-01-01' from generate_series(1, :count) as n""",
    """insert into people_terms (id, person, valid_from, worker_type, legal_entity, city)
       select 'tc' || n, 'crowd' || n, date '2020-01-01', 'full_time', t.legal_entity, t.city
       from generate_series(1, :count) as n, (select legal_entity, city from people_terms limit 1) as t""",
    "analyze people_person, people_employment, people_terms",
)
ASKED = "公告:下周三停电居家,全员必读"
SAID = "下周三停电居家"


async def add(stage: WeComStage, total: int) -> None:
    """So many that the company has `total` people."""
    assert stage.bot is not None
    more = total - len(stage.fake.members)
    async with stage.bot.database.engine.begin() as connection:
        for statement in MADE:
            await connection.execute(text(statement), {"count": more} if ":count" in statement else {})
    stage.fake.members |= {f"crowd{n}" for n in range(1, more + 1)}
    await stage.bot.accounts.refresh()


def bulk_calls(fake: FakeWeCom) -> list[Any]:
    """Requests that went to many."""
    return [call for call in fake.calls["message/send"] if "|" in call.body["touser"]]


def got(fake: FakeWeCom) -> Counter[str]:
    """How often each member sees the announcement."""
    return Counter(
        {
            member: sum(shown.kind == "textcard" and SAID in shown.body["description"] for shown in shown_to)
            for member, shown_to in fake.seen.items()
        }
    )


async def announced(stage: WeComStage) -> None:
    """王芳 announces to everybody."""
    await stage.say("wangfang", ASKED)
    await stage.expect("wangfang", "公告预览", "[发送]")
    await stage.press_label("wangfang", "发送")


async def kept(stage: WeComStage) -> dict[str, Any]:
    """The broadcast's row."""
    assert stage.bot is not None
    async with stage.bot.database.engine.connect() as connection:
        row = (await connection.execute(text("select * from bot_broadcast"))).mappings().one()
    return dict(row)
