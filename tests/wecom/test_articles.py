"""Messages that are no cards: what WeCom would refuse or cut is never sent, and nothing is split silently."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.platforms.wecom import articles, limits
from bot.platforms.wecom.articles import Article
from bot.platforms.wecom.wording import Wording
from cards.card import Card, Field
from tests.fakes.wecom import messages
from tests.fakes.wecom.fields import Part

WORDING = Wording.load()
LINK = "https://hr.example.com/h5/announcement/1"
NOTICE = Card("announcements.notice", "五一放假通知\n5月1日至5月5日放假，5月6日上班。", "公告", title="五一放假通知")


def checked(body: dict[str, object]) -> list[str]:
    """What the fake says about it: it raises for what is refused; warnings are cuts and unknown fields."""
    kind = str(body["msgtype"])
    content = body[kind]
    assert isinstance(content, dict)
    part = Part(content, kind, [])
    {"text": messages.text, "markdown": messages.markdown, "textcard": messages.textcard, "news": messages.news}[kind](
        part
    )
    part.done()
    return part.warnings


def said(body: dict[str, object]) -> str:
    content = body[str(body["msgtype"])]
    assert isinstance(content, dict)
    return str(content.get("content") or content.get("description"))


def test_with_a_link_it_is_a_textcard() -> None:
    body = articles.announcement(NOTICE, link=LINK, wording=WORDING)
    assert body == {
        "msgtype": "textcard",
        "textcard": {
            "title": "五一放假通知",
            "description": "5月1日至5月5日放假，5月6日上班。",
            "url": LINK,
            "btntxt": "查看全文",
        },
    }
    assert checked(body) == []


def test_markup_is_shown_as_markup_where_it_fits() -> None:
    card = Card("announcements.notice", "**停电**通知\n> 今晚 22:00 起", "公告")
    assert articles.announcement(card, link=None, wording=WORDING) == {
        "msgtype": "markdown",
        "markdown": {"content": "**停电**通知\n> 今晚 22:00 起"},
    }


def test_a_heading_of_markdown_is_bold() -> None:
    card = Card("announcements.notice", "停电\n**今晚**十点起", "公告", title="停电")
    assert said(articles.announcement(card, link=None, wording=WORDING)) == "**停电**\n**今晚**十点起"


def test_plain_words_are_a_text() -> None:
    body = articles.announcement(NOTICE, link=None, wording=WORDING)
    assert body == {"msgtype": "text", "text": {"content": NOTICE.text}}


def test_what_is_too_long_is_cut_and_says_so() -> None:
    card = Card("announcements.notice", "**须知**\n" + "请大家准时参加消防演练。" * 100, "公告")
    body = articles.announcement(card, link=None, wording=WORDING)
    assert body["msgtype"] == "text"
    assert said(body).startswith("须知\n请大家")
    assert said(body).endswith("。…\n全文请对我说“查看公告”。")
    assert checked(body) == []


def test_a_textcard_draws_no_tags_of_others() -> None:
    card = Card(
        "announcements.notice", '<a href="https://evil.example">领红包</a>\n<div>好</div>', "公告", title="<b>急"
    )
    body = articles.announcement(card, link=LINK, wording=WORDING)
    assert "<" not in said(body).replace("<br>", "")
    assert body["textcard"]["title"] == "＜b>急"  # type: ignore[index]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://x/\n", "https://" + "a" * 2048, "", "hr.example.com"])
def test_an_address_that_wecom_would_not_take_is_none(link: str) -> None:
    assert articles.announcement(NOTICE, link=link, wording=WORDING)["msgtype"] == "text"


def test_fields_are_said() -> None:
    card = Card("a.b", "通知", "公告", title="通知", fields=(Field("时间", "5月1日"), Field("地点", "一楼")))
    assert said(articles.announcement(card, link=LINK, wording=WORDING)) == "时间：5月1日<br>地点：一楼"


def test_news_has_eight_entries_at_most() -> None:
    body = articles.news([Article("安全" * 60, LINK, "读一读" * 200, "https://hr.example.com/1.png")] * 9)
    assert len(body["news"]["articles"]) == 8  # type: ignore[index]
    assert checked(body) == []
    with pytest.raises(ValueError, match="has an article"):
        articles.news([])


@given(st.text(max_size=900), st.text(max_size=300), st.sampled_from([None, LINK]))
@example("", ">", None)  # nothing but markup
def test_whatever_it_says_the_limits_hold(words: str, title: str, link: str | None) -> None:
    body = articles.announcement(Card("a.b", words, "公告", title=title), link=link, wording=WORDING)
    assert checked(body) == []
    assert said(body).strip()
    if body["msgtype"] == "textcard":
        assert len(said(body)) <= limits.TEXTCARD_WORDS


def test_lines_count_as_they_are_drawn() -> None:
    card = Card("a.b", "\n".join("一" * 300), "公告", title="清单")
    assert len(said(articles.announcement(card, link=LINK, wording=WORDING))) <= limits.TEXTCARD_WORDS
