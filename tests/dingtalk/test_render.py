"""Cards on our template and in words: the limits hold for any card, and nothing of it is nowhere to be read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.dingtalk import limits, render
from bot.platforms.dingtalk.markdown import markdown
from bot.platforms.dingtalk.render import FULL, MARKDOWN, TEXT, VARIABLES, Drawn
from bot.platforms.dingtalk.uploads import parcel
from bot.platforms.dingtalk.wording import Wording
from cards.card import Action, Card, Field
from cards.said import bare, field_told, told
from tests.dingtalk.sending import AGREED, ASKING, FORM, plain
from tests.fakes.dingtalk.seen import lines
from tests.wecom.drawing import recorded
from tests.wecom.test_render_limits import CARDS

WORDING = Wording.load()
TEMPLATE = Path(__file__).parents[2] / "docs" / "dingtalk" / "card-template.json"


def drawn(card: Card, *, group: bool = False) -> Drawn:
    return render.variables(card, group=group, wording=WORDING)


def said(card: Card, *, notice: bool = False) -> str:
    return "\n".join(
        (message.param.get("text") or message.param["content"])
        for message in render.messages(card, notice=notice, wording=WORDING)
    )


def buttons(card: Card) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(drawn(card).params["buttons"])
    return found


# cards


def test_a_card_says_its_words_first() -> None:
    params = drawn(ASKING).params
    assert set(params) == set(VARIABLES)
    assert (params["title"], params["subtitle"], params["status"]) == ("请假审批", "LV-7", "waiting")
    assert params["text1"] == "李雷 年假 1 天，3月18日(周三)  \n  余额 5 天  \n  时长：1 天"
    assert (params["text2"], params["rows"], params["greyed"]) == ("", "[]", "")
    assert buttons(ASKING) == [
        {"id": "agree", "text": "同意", "color": "blue"},
        {"id": "reject", "text": "驳回", "color": "red"},
    ]


def test_a_card_without_buttons_says_how_it_ended() -> None:
    params = drawn(AGREED).params
    assert (params["status"], params["buttons"], params["greyed"]) == ("approved", "[]", "已通过")


def test_a_form_asks_for_everything() -> None:
    fields = json.loads(drawn(FORM).params["form"])["fields"]
    assert [(field["name"], field["type"]) for field in fields] == [
        ("kind", "SELECT"),
        ("reason", "TEXT"),
        ("day", "DATE"),
        ("start", "TIME"),
    ]
    assert fields[0]["options"] == [{"value": "年假", "text": "年假"}, {"value": "事假", "text": "事假"}]
    assert fields[0]["defaultValue"] == {"index": 1, "value": "事假"}
    assert fields[2]["defaultValue"] == "2026-03-18"
    assert all(field["required"] for field in fields)


def test_with_several_buttons_nothing_is_required() -> None:
    """The client would insist on a reason for agreeing, too."""
    both = replace(FORM, actions=(*FORM.actions, Action("cancel", "取消", "do")))
    assert not any(field["required"] for field in json.loads(drawn(both).params["form"])["fields"])


def test_a_group_sees_no_buttons_but_can_type() -> None:
    params = drawn(ASKING, group=True).params
    assert (params["buttons"], params["form"]) == ("[]", '{"fields":[]}')
    assert params["text1"].endswith("直接回复即可：同意、驳回")


def test_long_words_make_room_by_rows_and_then_stand_behind_a_button() -> None:
    many = tuple(Field(f"第{number}项", "很长的内容" * 16) for number in range(12))
    rows = drawn(replace(ASKING, fields=many))
    assert rows.whole
    assert json.loads(rows.params["rows"])
    too_long = drawn(replace(ASKING, body="没完没了" * 2000))
    assert not too_long.whole
    assert json.loads(too_long.params["buttons"])[-1]["id"] == FULL
    assert too_long.params["text3"].endswith("…")


def test_a_long_ending_can_be_read_in_full() -> None:
    """The grey button would stand in the place of the one that gives it all."""
    params = drawn(replace(AGREED, body="没完没了" * 2000)).params
    assert (params["greyed"], params["subtitle"]) == ("", "已通过 LV-7")
    assert [one["id"] for one in json.loads(params["buttons"])] == [FULL]


def test_an_older_copy_cannot_be_pressed() -> None:
    params = render.outdated(WORDING)
    assert (params["status"], params["buttons"], params["greyed"]) == ("replaced", "[]", "已有新卡片")


def hold(found: Drawn, group: bool) -> None:
    assert set(found.params) == set(VARIABLES)
    for name, value in found.params.items():
        assert len(value.encode()) <= 1024, name
    assert found.params["title"]
    shown = json.loads(found.params["buttons"])
    assert len({one["id"] for one in shown}) == len(shown)
    assert all(one["text"] and set(one) == {"id", "text", "color"} for one in shown)
    assert not (shown and found.params["greyed"])
    assert all(row["label"] or row["text"] for row in json.loads(found.params["rows"]))
    names = [field["name"] for field in json.loads(found.params["form"])["fields"]]
    assert len(set(names)) == len(names)
    assert found.whole or group or shown[-1]["id"] == FULL


@settings(max_examples=150, deadline=None)
@given(CARDS, st.booleans())
def test_the_limits_hold_for_any_card(card: Card, group: bool) -> None:
    found = drawn(card, group=group)
    hold(found, group)
    assert set(found.params) == set(VARIABLES)


def readable(text: str) -> str:
    """As a phone shows it, white space and our full-width twins aside."""
    return bare(text.translate(str.maketrans("［］＜＞｀＊＿＼＃－＆～．", "[]<>`*_\\#-&~.")))


def lost(card: Card, shown: str) -> list[str]:
    """What of the card cannot be read."""
    seen = readable(shown)
    pieces = [card.title, card.subtitle or "", card.body or "", *(action.label for action in card.actions)]
    missing = [piece for piece in pieces if piece.strip() and not told(readable(piece), seen)]
    fields = [Field(readable(field.label), readable(field.value)) for field in card.fields]
    return missing + [field.label for field in fields if not field_told(field, seen) and (field.label + field.value)]


@settings(max_examples=150, deadline=None)
@given(CARDS, st.booleans())
def test_nothing_is_lost_of_any_card(card: Card, notice: bool) -> None:
    assert lost(card, said(card, notice=notice) + "".join(said(card, notice=notice).split())) == []
    found = drawn(card)
    if found.whole:
        assert lost(card, "".join(found.params.values()) + "\n".join(lines(found.params))) == []


@pytest.mark.parametrize("card", recorded(), ids=lambda card: f"{card.template}-{card.state}-{len(card.actions)}")
def test_a_real_card_says_all_without_the_button(card: Card) -> None:
    found = drawn(card)
    assert found.whole
    hold(found, group=False)
    assert len(render.messages(card, notice=True, wording=WORDING)) == 1


# words


def test_an_answer_is_a_text_and_a_notice_gives_nothing_away() -> None:
    (answer,) = render.messages(plain("年假还有 4.5 天"), notice=False, wording=WORDING)
    assert (answer.key, answer.param) == (TEXT, {"content": "年假还有 4.5 天"})
    assert answer.webhook == {"msgtype": "text", "text": {"content": "年假还有 4.5 天"}}
    (notice,) = render.messages(plain("年假还有 4.5 天"), notice=True, wording=WORDING)
    assert (notice.key, notice.param) == (MARKDOWN, {"title": "您有一条新消息", "text": "年假还有 4.5 天"})
    assert notice.webhook["markdown"]["title"] == "您有一条新消息"


def test_without_a_template_labels_are_typed() -> None:
    (shown,) = render.messages(ASKING, notice=False, wording=WORDING)
    assert shown.param["title"] == "请假审批"
    assert shown.param["text"].splitlines()[-1].strip() == "直接回复即可：同意、驳回"
    (notice,) = render.messages(ASKING, notice=True, wording=WORDING)
    assert notice.param["title"] == ASKING.preview


def test_a_picture_is_shown_and_only_a_picture_of_ours() -> None:
    assert said(replace(AGREED, image="https://hr.example/a.png")).endswith("![](https://hr.example/a.png)")
    for image in ("http://hr.example/a.png", "https://hr.example/a.png)[x](https://evil.example", "data:image/png,x"):
        assert "![" not in said(replace(AGREED, image=image))


def test_long_words_are_parted() -> None:
    long = plain("".join(f"第{number}句话。" for number in range(2000)))
    shown = render.messages(long, notice=False, wording=WORDING)
    assert len(shown) > 1
    assert all(len(json.dumps(each.param, ensure_ascii=False).encode()) < 15_000 for each in shown)
    assert bare("".join(each.param["content"] for each in shown)) == bare(long.text)


LINK = re.compile(r"\[[^\]]*\]\s*[(\[:]|<[^>]*>|!\[|(?<!\\)`|\*\*|__|~~|^\s*(#|>|---|===|\d+[.)]\s)", re.MULTILINE)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[点我](https://evil.example)", "［点我］(https://evil.example)"),
        ("![](https://evil.example/1.png)", "!［］(https://evil.example/1.png)"),
        ("<a href='x'>", "＜a href='x'＞"),
        ("&lt;b&gt;", "＆lt;b＆gt;"),
        ("# 大标题", "＃ 大标题"),
        ("> 引用", "＞ 引用"),
        ("甲\n---", "甲  \n  －－－"),
        ("3. 第三", "3． 第三"),
        ("- 一", "－ 一"),
        ("9:00~18:00，4.5 天", "9:00~18:00，4.5 天"),
        ("a_b*c`d\\", "a＿b＊c｀d＼"),
    ],
)
def test_what_people_write_stays_words(written: str, shown: str) -> None:
    assert markdown(written) == shown


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="[]()!<>#*_`~-=>&;.1 a字\n\\", max_size=40))
def test_no_words_become_a_link(written: str) -> None:
    assert not LINK.search(markdown(written))


# files


def test_files_of_other_kinds_are_packed() -> None:
    assert (parcel("工资.xlsx", b"1").kind, parcel("a.PNG", b"1").kind) == ("file", "image")
    packed = parcel("假期.ics", b"BEGIN")
    assert packed.name == "假期.ics.zip"
    assert packed.message("@m").param == {"mediaId": "@m", "fileName": "假期.ics.zip", "fileType": "zip"}
    assert packed.content == parcel("假期.ics", b"BEGIN").content


# the template and the words


def test_the_template_to_import_knows_every_variable() -> None:
    template: dict[str, Any] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    assert [variable["name"] for variable in template["variables"]] == list(VARIABLES)


def test_the_words_are_short() -> None:
    words = [WORDING.source, WORDING.full, WORDING.replaced, *WORDING.grey.values()]
    assert all(0 < len(word) <= 10 for word in words)
    assert (files("cards.bot") / "dingtalk.yaml").is_file()
    assert limits.VALUE_BYTES == 1024
