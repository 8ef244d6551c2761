"""A card on its page: only its own person's, pressed as in the chat, and judged again on the server."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from bot.tables import CardRow, InboxRow
from bot.web.h5_cards import OwnCard
from cards.card import Action, Card, Input
from tests.stage import Stage
from tests.web.visitor import Visitor, visitor


@pytest.fixture
async def lilei(stage: Stage) -> AsyncIterator[Visitor]:
    async with visitor(stage.base) as browser:
        await browser.log_in_to_demo("lilei")
        yield browser


async def draft(stage: Stage, person: str = "lilei") -> str:
    """A draft that waits for its person; its card's id."""
    await stage.say(person, "我想下周三下午请半天年假")
    return str((await stage.expect(person, "请假确认"))["card"]["id"])


async def presses(stage: Stage) -> int:
    """Updates that pages stored."""
    assert stage.bot is not None
    async with stage.bot.database.sessions() as session:
        by_page = select(func.count()).select_from(InboxRow).where(InboxRow.message_id.startswith("h5."))
        return int(await session.scalar(by_page) or 0)


async def test_the_whole_card_is_there_and_its_button_does_what_it_does_in_the_chat(
    stage: Stage, lilei: Visitor
) -> None:
    id = await draft(stage)
    page = await lilei.get(f"/h5/card/{id}")
    assert page.status == 200
    for piece in ("请假确认", "年假", "3月18日(周三)", "0.5天", "提交", "修改", "取消", "待您确认"):
        assert piece in page.words
    pressed = await lilei.press(page, id, "submit")
    assert pressed.status == 303
    after = await lilei.settled(pressed)
    assert "已处理" in after.words
    assert "等待处理" in after.words
    await stage.expect("lilei", "审批中")
    await stage.expect("xuli", "李雷")


async def test_home_lists_what_waits_and_for_whom(stage: Stage, lilei: Visitor) -> None:
    assert "没有进行中的事项" in (await lilei.get("/h5/")).words
    id = await draft(stage)
    page = await lilei.get("/h5/")
    assert f"/h5/card/{id}" in page.text
    assert "李雷，您好" in page.words
    async with visitor(stage.base) as other:
        await other.log_in_to_demo("hanmeimei")
        assert f"/h5/card/{id}" not in (await other.get("/h5/")).text


async def test_others_cards_and_none_at_all_look_the_same(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage, "hanmeimei")
    theirs, none = await lilei.get(f"/h5/card/{id}"), await lilei.get("/h5/card/cd_nothing")
    assert (theirs.status, none.status) == (404, 404)
    assert theirs.text == none.text
    for path in (f"/h5/card/{id}/state", "/h5/card/cd_nothing/state"):
        assert (await lilei.get(path, Accept="application/json")).status == 404
    async with visitor(stage.base) as hers:
        await hers.log_in_to_demo("hanmeimei")
        page = await hers.get(f"/h5/card/{id}")
    tried = await lilei.press(page, id, "submit")
    assert tried.status == 404
    assert await presses(stage) == 0


async def test_a_card_of_a_group_has_no_page(stage: Stage, lilei: Visitor) -> None:
    assert stage.bot is not None
    id = await draft(stage)
    async with stage.bot.database.sessions() as session, session.begin():
        row = await session.get(CardRow, id)
        assert row is not None
        row.conversation = "unit_service"
    assert (await lilei.get(f"/h5/card/{id}")).status == 404


async def test_a_double_press_is_one(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    page = await lilei.get(f"/h5/card/{id}")
    first, second = await lilei.press(page, id, "submit"), await lilei.press(page, id, "submit")
    assert first.status == second.status == 303
    await lilei.settled(first)
    await stage.settle()
    assert await presses(stage) == 1
    third = await lilei.press(page, id, "submit")
    assert "stale" in third.location
    assert await presses(stage) == 1
    assert "没有生效" in (await lilei.follow(third)).words


async def test_a_page_from_before_the_card_changed_is_refused_and_shown_anew(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    page = await lilei.get(f"/h5/card/{id}")
    await stage.press_label("lilei", "取消")
    await stage.settle()
    late = await lilei.press(page, id, "submit")
    shown = await lilei.follow(late)
    assert await presses(stage) == 0
    assert "没有生效" in shown.words
    assert 'value="submit"' not in shown.text


async def test_only_a_button_of_the_card_can_be_pressed(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    for action in ("agree", "", "full$", "leave.submit", "submit\n"):
        tried = await lilei.press(await lilei.get(f"/h5/card/{id}"), id, action)
        assert "stale" in tried.location
    assert await presses(stage) == 0


async def test_a_reason_is_asked_for_filled_in_and_kept(stage: Stage) -> None:
    await draft(stage)
    await stage.press_label("lilei", "提交")
    await stage.expect("xuli", "李雷")
    await stage.press_label("xuli", "驳回")
    id = str((await stage.expect("xuli", "驳回理由"))["card"]["id"])
    async with visitor(stage.base) as xuli:
        await xuli.log_in_to_demo("xuli")
        page = await xuli.get(f"/h5/card/{id}")
        assert "<textarea" in page.text
        long = await xuli.press(page, id, "other", reason="长" * 1001)
        assert long.status == 422
        assert "最多1000字" in long.words
        assert "长长长" in long.text
        assert 'aria-invalid="true" aria-describedby="input-1-problem"' in long.text
        assert await presses(stage) == 0
        pressed = await xuli.press(page, id, "other", reason="那天要<b>盘点</b>，换一天吧")
        await xuli.settled(pressed)
    told = await stage.expect("lilei", "盘点")
    assert "<b>盘点</b>" in told["text"]


ASKING = Card(
    template="t",
    text="",
    preview="",
    title="外出登记",
    inputs=(
        Input("kind", "choice", "类型", ("公事", "私事")),
        Input("day", "date", "日期"),
        Input("at", "time", "时间"),
        Input("why", "text", "事由", optional=True),
    ),
    actions=(Action("go", "提交", "x.go"), Action("no", "取消", "x.no", bare=True)),
)
FILLED = {"kind": "公事", "day": "2026-03-18", "at": "09:30", "why": ""}


@pytest.mark.parametrize(
    ("action", "filled", "problems"),
    [
        ("go", {}, {}),
        ("go", {"kind": "", "day": " "}, {"kind": "missing", "day": "missing"}),
        ("no", {"kind": "", "day": "", "at": ""}, {}),
        ("go", {"kind": "别的"}, {"kind": "wrong"}),
        ("go", {"day": "2026-02-30"}, {"day": "wrong"}),
        ("go", {"day": "20260318"}, {"day": "wrong"}),
        ("go", {"at": "25:00"}, {"at": "wrong"}),
        ("go", {"at": "9:30"}, {"at": "wrong"}),
        ("go", {"why": "长" * 1001}, {"why": "long"}),
        ("no", {"kind": "别的"}, {"kind": "wrong"}),
    ],
)
def test_what_was_filled_in_is_checked_again(action: str, filled: dict[str, str], problems: dict[str, str]) -> None:
    own = OwnCard("cd_1", 1, "wecom", True, ASKING)
    assert own.problems(action, {**FILLED, **filled}) == problems
    assert own.offers(action)
    assert not OwnCard("cd_1", 2, "wecom", False, ASKING).offers(action)


async def test_what_a_person_wrote_is_never_markup(stage: Stage, lilei: Visitor) -> None:
    await stage.say(
        "lilei", "明天请一天事假,原因</dl><script src=/h5/assets/card.js></script><img src=x onerror=alert(1)>"
    )
    id = str((await stage.expect("lilei", "事假"))["card"]["id"])
    page = await lilei.get(f"/h5/card/{id}")
    assert "<img" not in page.text
    assert page.text.count("<script") == 1
    assert "&lt;img src=x" in page.text


async def test_the_answer_to_a_press_is_shown_on_the_page_too(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    pressed = await lilei.press(await lilei.get(f"/h5/card/{id}"), id, "edit")
    after = await lilei.settled(pressed)
    assert "已在聊天里回复您" in after.words
    await stage.expect("lilei", "")


async def test_a_press_from_elsewhere_is_refused(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    page = await lilei.get(f"/h5/card/{id}")
    sent = {**page.fields(), "action": "submit"}
    for origin in ("http://evil.example", "null", "", "http://localhost"):
        assert (await lilei.post(f"/h5/card/{id}", sent, Origin=origin)).status == 403
    assert await presses(stage) == 0


async def test_a_press_of_one_session_is_not_seen_in_another(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    pressed = await lilei.press(await lilei.get(f"/h5/card/{id}"), id, "edit")
    await lilei.settled(pressed)
    await lilei.log_in_to_demo("lilei")
    assert "已在聊天里回复您" not in (await lilei.get(pressed.location)).words


async def test_a_form_that_no_page_of_ours_holds_is_refused(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    page = await lilei.get(f"/h5/card/{id}")
    for press in ("", "x", "a" * 65, "a b" * 10, "'" * 30):
        tried = await lilei.post(f"/h5/card/{id}", {**page.fields(), "press": press, "action": "submit"})
        assert tried.status == 400
    huge = await lilei.post(f"/h5/card/{id}", {**page.fields(), "action": "submit", "in.x": "y" * 70_000})
    assert huge.status == 413
    assert await presses(stage) == 0


async def test_the_page_asks_without_prolonging_the_session(stage: Stage, lilei: Visitor) -> None:
    id = await draft(stage)
    answer = await lilei.get(f"/h5/card/{id}/state", Accept="application/json")
    assert answer.status == 200
    assert '"waiting": false' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


async def test_nobody_sees_a_page_without_a_login(stage: Stage) -> None:
    async with visitor(stage.base) as nobody:
        page = await nobody.get("/h5/card/cd_1")
        assert (page.status, page.location) == (302, "/h5/login?next=/h5/card/cd_1")
        assert (await nobody.get("/h5/card/cd_1/state", Accept="application/json")).status == 401
        late = await nobody.post("/h5/card/cd_1", {"action": "agree"})
        assert late.status == 401
        assert "刚才的操作没有提交" in late.words
        assert "/h5/login?next=/h5/card/cd_1" in late.text
        for odd in ("%00", "%2e%2e", "a" * 41, "%E5%8D%A1"):
            assert (await nobody.get(f"/h5/card/{odd}")).status == 404
