"""Where a messenger cannot show or ask for everything, the message leads to the card's page; nothing else is in it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.dingtalk import render as dingtalk
from bot.platforms.dingtalk.limits import VALUE_BYTES
from bot.platforms.dingtalk.wording import Wording as DingTalkWording
from bot.platforms.shared.links import card_page
from bot.platforms.wecom import render as wecom
from cards.card import Action, Card, Field, Input
from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.fakes.wecom import cards as strict
from tests.fakes.wecom.seen import shown_text
from tests.stage import Stage
from tests.web.entrance import Entrance, demo_entrance
from tests.web.visitor import WECOM, visitor
from tests.wecom.drawing import TASK, URL, WORDING, made
from tests.wecom.test_render_limits import CARDS

PAGE = "https://hr.example.com/h5/card/cd_01J8"
SAYS = DingTalkWording.load()
SHORT = made("同意", "驳回", text="李雷 年假 0.5 天")
LONG = replace(SHORT, text="没完没了的说明。" * 400, fields=())
ASKS = replace(SHORT, inputs=(Input("reason", "text", "理由"),))


def drawn(card: Card, *, page: str | None = PAGE, notice: bool = False) -> list[dict[str, Any]]:
    links = wecom.Links(URL, page)
    bodies = wecom.messages(card, task_id=TASK, notice=notice, links=links, wording=WORDING)
    return [body["template_card"] for body in bodies if body["msgtype"] == "template_card"]


def test_a_link_holds_the_cards_id_and_nothing_else() -> None:
    assert card_page("https://hr.example.com", "cd_01J8") == PAGE
    assert card_page(None, "cd_01J8") is None
    assert card_page("https://hr.example.com", None) is None


def test_on_wecom_a_card_that_shows_all_has_no_link() -> None:
    (card,) = drawn(SHORT)
    assert "jump_list" not in card


def test_on_wecom_a_card_that_was_cut_keeps_its_menu_and_leads_to_the_page() -> None:
    (card,) = drawn(LONG)
    assert card["action_menu"]["action_list"][0]["key"] == wecom.FULL
    assert card["jump_list"] == [{"type": 1, "title": WORDING.open, "url": PAGE}]
    assert "jump_list" not in drawn(LONG, page=None)[0]


@pytest.mark.parametrize("kind", ["text", "date", "time"])
def test_on_wecom_what_cannot_be_asked_is_asked_on_the_page(kind: str) -> None:
    (card,) = drawn(replace(SHORT, inputs=(Input("x", kind, "哪天"),)))
    assert card["jump_list"] == [{"type": 1, "title": WORDING.fill, "url": PAGE}]
    changed = wecom.changed(ASKS, task_id=TASK, wording=WORDING, page=PAGE)["template_card"]
    assert changed["jump_list"][0]["title"] == WORDING.fill


def test_on_wecom_a_choice_that_a_selector_asks_needs_no_page() -> None:
    one = Input("kind", "choice", "类型", ("年假", "事假"))
    assert "jump_list" not in drawn(replace(SHORT, inputs=(one,)))[0]
    assert "jump_list" in drawn(replace(SHORT, inputs=(one, replace(one, id="other"))))[0]


def test_on_wecom_a_tap_on_a_notice_opens_the_card() -> None:
    done = replace(SHORT, actions=(), state="approved")
    assert drawn(done, notice=True)[0]["card_action"] == {"type": 1, "url": PAGE}
    assert drawn(done, notice=True, page=None)[0]["card_action"] == {"type": 1, "url": URL}


@settings(max_examples=150, deadline=None)
@given(CARDS, st.booleans())
def test_on_wecom_cards_with_links_keep_the_limits(card: Card, notice: bool) -> None:
    for body in drawn(card, notice=notice):
        strict.check(body)
    strict.check(wecom.changed(card, task_id=TASK, wording=WORDING, page=PAGE)["template_card"], updating=True)


def test_on_dingtalk_a_line_leads_to_the_page_where_something_was_cut() -> None:
    cut = dingtalk.variables(LONG, group=False, wording=SAYS, page=PAGE)
    assert cut.params["text3"].endswith(f"[{SAYS.open}]({PAGE})")
    assert not cut.whole
    whole = dingtalk.variables(SHORT, group=False, wording=SAYS, page=PAGE)
    assert PAGE not in json.dumps(whole.params)


def test_on_dingtalk_what_the_form_cannot_ask_is_asked_on_the_page() -> None:
    many = tuple(Input(f"i{number}", "text", f"问题{number}" * 8) for number in range(20))
    drawn = dingtalk.variables(replace(SHORT, inputs=many), group=False, wording=SAYS, page=PAGE)
    texts = drawn.params["text1"] + drawn.params["text2"] + drawn.params["text3"]
    assert texts.endswith(f"[{SAYS.fill}]({PAGE})")


def test_on_dingtalk_words_lead_to_the_page_where_words_cannot_ask() -> None:
    (asking,) = dingtalk.messages(ASKS, notice=False, wording=SAYS, page=PAGE)
    assert asking.param["text"].endswith(f"[{SAYS.fill}]({PAGE})")
    (plain,) = dingtalk.messages(SHORT, notice=False, wording=SAYS, page=PAGE)
    assert PAGE not in plain.param["text"]


@settings(max_examples=150, deadline=None)
@given(CARDS)
def test_on_dingtalk_cards_with_links_keep_the_limits(card: Card) -> None:
    for group in (False, True):
        found = dingtalk.variables(card, group=group, wording=SAYS, page=PAGE)
        assert all(len(value.encode()) <= VALUE_BYTES for value in found.params.values())
        assert not group or PAGE not in json.dumps(found.params)


@pytest.fixture
async def door(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Entrance]:
    async with demo_entrance(await company(NOW), tmp_path / "data", shanghai(NOW)) as entrance:
        entrance.wecom.callback_url = f"{entrance.base}/callback/wecom"
        yield entrance


async def test_from_the_link_in_wecom_to_the_decision_and_back_into_the_chat(door: Entrance) -> None:
    fake = door.wecom
    await fake.say("lilei", "我想下周三下午请半天年假")
    await fake.expect("lilei", "请假确认")
    await fake.press_label("lilei", "提交")
    await fake.expect("xuli", "李雷")
    await fake.press_label("xuli", "驳回")
    asked = await fake.expect("xuli", "驳回理由")
    link = asked.card["jump_list"][0]["url"]
    assert re.fullmatch(rf"{door.base}/h5/card/cd_\w{{26}}", link)
    path = link.removeprefix(door.base)
    async with visitor(door.base, WECOM) as phone:
        first = await phone.get(path)
        assert first.location == f"/h5/login?next={path}"
        assert (await door.log_in(phone, "xuli", path)).location == path
        page = await phone.get(path)
        pressed = await phone.press(page, path.rpartition("/")[2], "other", reason="那天要盘点")
        assert "已驳回" in (await phone.settled(pressed)).words
    await Stage(door.base, phone.http, door.bot).settle()
    assert "那天要盘点" in shown_text(fake.card("xuli", asked.task_id))
    assert fake.card("xuli", asked.task_id).updated
    await fake.expect("lilei", "那天要盘点")
    assert fake.warnings == []


def test_a_field_with_a_link_in_it_is_no_link_of_ours() -> None:
    tricky = replace(SHORT, fields=(Field("原因", f"[点我]({PAGE})"),), actions=(Action("a", "同意", "x"),))
    found = dingtalk.variables(tricky, group=False, wording=SAYS, page=None)
    assert f"[点我]({PAGE})" not in json.dumps(found.params, ensure_ascii=False)
