"""Cards as WeCom shows them, by example."""

from __future__ import annotations

from bot.platforms.shared.fitting import labels
from bot.platforms.wecom import render
from bot.platforms.wecom.choices import option_value
from cards.card import Action, Field, Input
from tests.wecom.drawing import TASK, WORDING, changed, drawn, made, sent


def test_an_answer_in_words_is_a_text_and_a_notice_shows_its_preview_only() -> None:
    card = made(title="", text="张三催您审批年假 3 天")
    assert sent(card) == ({"msgtype": "text", "text": {"content": card.text}},)
    notice = drawn(card, notice=True)
    assert notice["card_type"] == "text_notice"
    assert notice["main_title"] == {"title": "有一张卡片"}
    assert notice["sub_title_text"] == card.text
    assert "action_menu" not in notice


def test_a_long_answer_is_parted_at_lines_and_a_long_notice_has_the_menu() -> None:
    card = made(title="", text="\n".join(f"第{one}行：" + "年" * 100 for one in range(20)))
    texts = [body["text"]["content"] for body in sent(card)]
    assert len(texts) > 1
    assert "\n".join(texts) == card.text
    notice = drawn(card, notice=True)
    assert notice["action_menu"]["action_list"] == [{"text": WORDING.full, "key": render.FULL}]
    assert notice["sub_title_text"].endswith("年…")


def test_a_colleagues_words_become_no_link() -> None:
    (body,) = sent(made(title="", text='理由：<a href="https://bad.example">点我</a>'))
    assert "<a" not in body["text"]["content"]


def test_buttons_have_the_actions_as_keys_and_one_style_each() -> None:
    actions = (
        Action("agree", "同意", "do", "primary"),
        Action("drop", "放弃", "do", "danger"),
        Action("more", "更多", "do"),
    )
    card = drawn(made(actions=actions))
    assert [(one["key"], one["text"], one["style"]) for one in card["button_list"]] == [
        ("agree", "同意", 1),
        ("drop", "放弃", 4),
        ("more", "更多", 2),
    ]
    assert card["task_id"] == TASK


def test_words_that_fit_are_the_paragraph_and_others_are_laid_out_by_fields() -> None:
    fields = (Field("年假", "3月18日(周三) 1 天"), Field("在岗", "三" * 100), Field("审批", "徐丽"))
    text = "李雷 申请年假 1 天：3月18日(周三) 1 天。\n[同意]"
    short = drawn(made("同意", text=text, fields=fields[:1]))
    assert short["sub_title_text"] == "李雷 申请年假 1 天：3月18日(周三) 1 天。"
    assert "horizontal_content_list" not in short
    long = drawn(made("同意", text=f"李雷 申请年假 1 天：\n{'五' * 200}\n[同意]", fields=fields))
    assert long["sub_title_text"] == f"李雷 申请年假 1 天：\n年假：3月18日(周三) 1 天\n在岗：{'三' * 100}"
    assert long["horizontal_content_list"] == [{"keyname": "审批", "value": "徐丽"}]


def test_labels_stay_distinct_when_they_are_shortened() -> None:
    assert labels(["年假 3月18日(周三)", "事假 11月18日(周三)"], 10) == ["年假 3月18日", "事假 11月18日"]
    assert labels(["一二三四五六七八九十甲"] * 2, 10) == ["1.一二三四五…十甲", "2.一二三四五…十甲"]


def test_more_than_six_actions_are_a_vote_behind_the_words() -> None:
    names = [f"选项{one}" for one in range(1, 25)]
    *before, vote = sent(made(*names, fields=(Field("说明", "选一个"),)))
    card = vote["template_card"]
    assert card["card_type"] == "vote_interaction"
    assert [one["id"] for one in card["checkbox"]["option_list"]] == [f"a{one}" for one in range(20)]
    assert card["submit_button"]["key"] == render.SUBMIT
    assert "选项24" in before[0]["text"]["content"]
    assert all(body["msgtype"] == "template_card" for body in sent(made(*names), notice=True))
    assert drawn(made(*names[:7], text="选哪个？"))["main_title"] == {"title": "标题", "desc": "选哪个？"}


def test_choices_are_asked_without_choosing_for_the_person() -> None:
    day = Input("day", "choice", "日期", ("周一", "#2", "三" * 60))
    card = drawn(made("提交", text="", inputs=(day, Input("slot", "choice", "班次", ("上班", "下班"), "下班"))))
    assert card["card_type"] == "multiple_interaction"
    first, second = card["select_list"]
    assert [one["id"] for one in first["option_list"]] == ["#0", "周一", "#2", "#3"]
    assert first["option_list"][0]["text"] == WORDING.choose
    assert [option_value(day, one) for one in ("#0", "周一", "#2", "#3", "#9")] == [None, "周一", "#2", "三" * 60, None]
    assert (second["selected_id"], len(second["option_list"])) == ("下班", 2)
    both = drawn(made("提交", "取消", inputs=(day, Input("why", "text", "理由"))))
    assert both["card_type"] == "button_interaction"
    assert both["button_selection"]["question_key"] == "day"


def test_a_card_that_is_over_has_one_grey_button() -> None:
    card = changed(made(state="rejected", text="", fields=(Field("结果", "已驳回：人手不足"),)))
    assert (card["card_type"], card["replace_text"]) == ("button_interaction", "已驳回")
    assert len(card["button_list"]) == 1
    assert card["sub_title_text"] == "结果：已驳回：人手不足"
    assert render.greyed("已有新卡片") == {"button": {"replace_name": "已有新卡片"}}


def test_a_picture_is_shown_when_it_has_an_address() -> None:
    shown = drawn(made(image="https://hr.example/a.png"))
    assert (shown["card_type"], shown["card_image"]["url"]) == ("news_notice", "https://hr.example/a.png")
    assert drawn(made(image="data:image/png;base64,AAAA"), notice=True)["card_type"] == "text_notice"
