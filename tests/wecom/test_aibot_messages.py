"""What people say to the bot, as the shell gets it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.platforms.port import DIRECT, Undeliverable, Update
from bot.platforms.wecom.aibot import media
from bot.platforms.wecom.aibot.media import Shelf
from bot.platforms.wecom.aibot.messages import Foreign, Media, Reader
from tests.fakes.wecom import FakeWeCom

READER = Reader("B", ("HR 助手", "HR助手"))
NOW = 1_795_000_000.0


def body(kind: str = "text", content: Any = None, **more: Any) -> dict[str, Any]:
    said = {"content": "查年假"} if content is None else content
    return {"msgid": "M1", "aibotid": "B", "from": {"userid": "ZhangSan"}, "msgtype": kind, kind: said, **more}


def single(kind: str = "text", content: Any = None, **more: Any) -> Update:
    update = READER.read(body(kind, content, chattype="single", **more), "r1", NOW).update
    assert update is not None
    return update


def in_group(text: str, **more: Any) -> Update:
    given = body("text", {"content": text}, chattype="group", chatid="C1", **more)
    update = READER.read(given, "r1", NOW).update
    assert update is not None
    return update


def test_a_single_chat_is_the_persons_direct_chat() -> None:
    update = single()
    assert (update.platform, update.message_id, update.sender) == ("wecom", "aibot:M1", "ZhangSan")
    assert (update.conversation, update.text, update.reply_to) == (DIRECT, "查年假", None)


def test_a_group_is_a_conversation_of_its_own_that_is_answered_by_req_id() -> None:
    update = in_group("@HR助手 查年假")
    assert (update.conversation, update.text) == ("aibot:C1", "查年假")
    assert update.reply_to == ("r1", NOW + 350)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("@HR助手 我还有几天年假", "我还有几天年假"),
        ("@HR 助手 我还有几天年假", "我还有几天年假"),
        ("@HR助手\u2005我还有几天年假", "我还有几天年假"),
        ("@HR助手我还有几天年假", "我还有几天年假"),
        ("  @小助手 年假", "年假"),
        ("年假 @HR助手", "年假 @HR助手"),
        ("@HR助手 转给@徐丽 处理", "转给@徐丽 处理"),
        ("@HR助手", ""),
    ],
)
def test_the_bots_name_is_not_what_was_said(said: str, heard: str) -> None:
    assert in_group(said).text == heard


def test_in_a_single_chat_a_name_stays() -> None:
    assert single(content={"content": "@徐丽 在吗"}).text == "@徐丽 在吗"


def test_speech_is_what_was_said() -> None:
    assert single("voice", {"content": "明天请一天假"}).text == "明天请一天假"
    assert single("voice", {}).unread == "voice"


def test_words_and_pictures_together() -> None:
    items = [
        {"msgtype": "text", "text": {"content": "病假条"}},
        {"msgtype": "image", "image": {"url": "https://x.qpic.cn/1", "aeskey": "k"}},
        {"msgtype": "text", "text": {"content": "请看"}},
    ]
    update = single("mixed", {"msg_item": items})
    assert (update.text, len(update.media)) == ("病假条\n请看", 1)
    assert update.media[0].id == 'aibot:{"url": "https://x.qpic.cn/1", "aeskey": "k"}'


def test_a_quoted_picture_belongs_to_what_is_said_about_it() -> None:
    quote = {"msgtype": "image", "image": {"url": "https://x.qpic.cn/2"}}
    assert len(single(quote=quote).media) == 1
    assert single(quote={"msgtype": "text", "text": {"content": "查工资"}}).text == "查年假"


@pytest.mark.parametrize(("kind", "unread"), [("video", "video"), ("location", "other"), ("image", "other")])
def test_what_cannot_be_read_gets_a_word(kind: str, unread: str) -> None:
    assert single(kind, {}).unread == unread


@pytest.mark.parametrize(
    "odd",
    [
        {"from": None},
        {"from": {"userid": ""}},
        {"from": {"userid": "x" * 65}},
        {"text": {"content": "  "}},
        {"text": "not an object", "chattype": "single"},
        {"chattype": "group"},
        {"chattype": "group", "chatid": "C" * 60},
    ],
)
def test_nothing_to_handle(odd: dict[str, Any]) -> None:
    assert READER.read({**body(chattype="single"), **odd}, "r1", NOW).update is None


def test_another_bots_message_is_refused() -> None:
    with pytest.raises(Foreign):
        READER.read({**body(), "aibotid": "other"}, "r1", NOW)


def test_long_or_missing_ids_are_told_apart() -> None:
    ids = {single(msgid=given).message_id for given in ("", "x" * 101, "M1")}
    assert len(ids) == 3
    assert all(len(one) <= 120 for one in ids)


# files


async def test_a_picture_is_fetched_and_opened(wecom: FakeWeCom) -> None:
    shelf = Shelf(1000, frozenset({"127.0.0.1"}))
    for sealed in (True, False):
        update = single("image", wecom.aibot.keep(b"\x89PNG 12", sealed=sealed))
        assert (await shelf.fetch(update.media[0])).content == b"\x89PNG 12"


async def test_a_picture_that_is_gone_too_large_or_not_to_be_opened(wecom: FakeWeCom) -> None:
    shelf = Shelf(100, frozenset({"127.0.0.1"}))
    large, kept = wecom.aibot.keep(b"x" * 500), wecom.aibot.keep(b"x")
    gone = {"url": kept["url"] + "0", "aeskey": kept["aeskey"]}
    wrong = {**kept, "aeskey": wecom.aibot.keep(b"y")["aeskey"]}
    for lies in (large, gone, wrong, {**kept, "aeskey": "§"}, {**kept, "aeskey": "AAAA"}):
        with pytest.raises(Undeliverable):
            await shelf.fetch(single("image", lies).media[0])


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "http://x.qpic.cn/1",
        "https://x.qpic.cn:8443/1",
        "https://qq.com.evil.example/1",
        "https://evilqq.com/1",
        "file:///etc/passwd",
        "nothing",
    ],
)
async def test_nothing_else_is_fetched(address: str) -> None:
    with pytest.raises(Undeliverable, match=r"elsewhere|address"):
        await Shelf(100).fetch(Media(f'aibot:{{"url": "{address}"}}', ""))


def test_padding_is_checked() -> None:
    for sealed in (b"", b"x" * 15, b"x" * 32):
        with pytest.raises(Undeliverable):
            media.opened(sealed, bytes(32))
