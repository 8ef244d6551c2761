"""设置一体机密码: who gets a starting PIN where, and who is told."""

from __future__ import annotations

import pytest

from bot.demo import company
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import queries
from domain.people.errors import NobodyNamed, PinHrOnly
from domain.people.pins import pin
from handlers.chat import Chat
from handlers.people_kiosk import kiosk_pin
from tests.conftest import RecordingOutbox
from tests.people.test_handlers import said


async def chat(tx: Tx, person: str, text: str, platform: str = "wecom") -> Chat:
    return Chat(tx, await queries.person(tx, PersonId(person)), "direct", text=text, platform=platform)


@pytest.mark.parametrize(
    "words",
    ["设置一体机密码", "我的一体机密码", "我忘了一体机密码", "一体机上的密码怎么改", "帮我重置一下一体机登录密码。"],
)
async def test_somebody_with_an_account_gets_their_own(tx: Tx, words: str) -> None:
    await company.seed(tx)
    reply = await kiosk_pin(await chat(tx, "lilei", words))
    assert (reply.private, reply.data["own"]) == (True, True)
    assert pin(reply.data["given"].pin) is not None
    assert "您的一体机初始密码" in said(reply)
    assert "再设一个自己的 6 位密码" in said(reply)


async def test_in_the_web_chat_nobody_gets_their_own(tx: Tx) -> None:
    await company.seed(tx)
    for person, words in (("lilei", "设置一体机密码"), ("wangfang", "给王芳设置一体机密码")):
        reply = await kiosk_pin(await chat(tx, person, words, "console"))
        assert reply.template == "people.kiosk_pin_there"
        assert "请在一体机的登录页按“改密码”" in said(reply)


async def test_hr_gives_one_and_the_person_is_told(tx: Tx, outbox: RecordingOutbox) -> None:
    await company.seed(tx)
    outbox.notices.clear()
    reply = await kiosk_pin(await chat(tx, "wangfang", "给韩梅梅设置一体机密码", "console"))
    assert "韩梅梅的一体机初始密码" in said(reply)
    assert "只显示这一次" in said(reply)
    [notice] = outbox.notices
    assert (notice.to, notice.template, notice.data) == ("hanmeimei", "people.kiosk_pin_given", {"by": "王芳"})


@pytest.mark.parametrize("who", ["lilei", "xuli"])
async def test_others_give_none(tx: Tx, who: str) -> None:
    await company.seed(tx)
    with pytest.raises(PinHrOnly):
        await kiosk_pin(await chat(tx, who, "给韩梅梅设置一体机密码"))


@pytest.mark.parametrize(
    "words",
    [
        "别重置黄磊的一体机密码",
        "黄磊的一体机密码是多少",
        "黄磊设过一体机密码吗",
        "一体机密码规则是什么",
        "重置我的一体机密码吗",
    ],
)
async def test_nothing_is_given_that_was_only_asked_about(tx: Tx, words: str) -> None:
    """What is given ends the PIN before it."""
    await company.seed(tx)
    assert (await kiosk_pin(await chat(tx, "wangfang", words))).template == "people.kiosk_pin_there"


async def test_nobody_is_guessed(tx: Tx) -> None:
    await company.seed(tx)
    with pytest.raises(NobodyNamed):
        await kiosk_pin(await chat(tx, "wangfang", "给李磊磊设置一体机密码"))
