"""People ask the bot in groups and alone: through the whole demo, answers read on the fake's phones."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from bot.tables import InboxRow, OutboxRow
from tests.wecom.bots import until
from tests.wecom.later import Later
from tests.wecom.stage import WeComStage

GROUP = "C-1"


def gather(phones: WeComStage, *people: str) -> None:
    phones.fake.aibot.groups[GROUP] = set(people)


async def count(phones: WeComStage, state: str) -> int:
    assert phones.bot is not None
    async with phones.bot.database.sessions() as session:
        return await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == state)) or 0


async def test_a_public_question_is_answered_in_the_group_by_its_stream(phones: WeComStage) -> None:
    gather(phones, "lilei", "hanmeimei")
    await phones.say("lilei", "帮助", conversation=GROUP)
    await phones.expect("hanmeimei", "直接说就行")
    [said] = phones.fake.aibot.sent
    assert (said.cmd, said.chat) == ("aibot_respond_msg", GROUP)


async def test_a_personal_answer_is_never_in_a_group(phones: WeComStage) -> None:
    gather(phones, "lilei", "hanmeimei")
    for question in ("我还有几天年假", "我的工资", "从下周一起请8天年假", "我的待办"):
        await phones.say("lilei", question, conversation=GROUP)
    await phones.expect("lilei", "年假可用 5 天")
    await phones.settle()
    said = phones.fake.aibot.texts(GROUP)
    assert len(said) >= 4
    assert not [text for text in said if "年假" in text or "5" in text], said


async def test_a_stranger_in_a_group_gets_one_sentence_that_holds_nothing(phones: WeComStage) -> None:
    gather(phones, "lilei", "stranger")
    phones.fake.aibot.ciphers["stranger"] = "woAbC_Stranger"
    await phones.say("stranger", "李雷还有几天年假", conversation=GROUP)
    await phones.expect("lilei", "没有告诉我您是谁")
    await phones.settle()
    assert len(phones.fake.aibot.sent) == 1
    assert await count(phones, "dead") == 0, "nothing was sent to nobody"


async def test_a_cipher_is_asked_about_once_and_is_a_colleague_then(phones: WeComStage) -> None:
    gather(phones, "lilei", "hanmeimei")
    phones.fake.aibot.ciphers["lilei"] = "woAbC_LiLei"
    for _ in range(2):
        await phones.say("lilei", "我还有几天年假", conversation=GROUP)
        await phones.expect("lilei", "年假可用 5 天")
    assert len(phones.fake.calls["batch/openuserid_to_userid"]) == 1


async def test_a_question_about_a_cipher_waits_for_an_answer(phones: WeComStage, later: Later) -> None:
    gather(phones, "lilei", "hanmeimei")
    phones.fake.aibot.ciphers["lilei"] = "woAbC_LiLei"
    phones.fake.inject("batch/openuserid_to_userid", "errcode", code=-1)
    await phones.say("lilei", "我还有几天年假", conversation=GROUP)
    await phones.expect("lilei", "年假可用 5 天", patience=15.0)
    assert len(phones.fake.calls["batch/openuserid_to_userid"]) == 2


async def test_alone_with_the_bot_the_answer_stands_in_the_apps_chat(phones: WeComStage) -> None:
    await phones.fake.aibot.connected()
    await phones.fake.aibot.say("lilei", "我还有几天年假")
    await phones.expect("lilei", "年假可用 5 天")
    await until(lambda: phones.fake.aibot.sent)
    [words] = phones.fake.aibot.texts("lilei")
    assert "应用" in words
    assert "5" not in words


async def test_a_draft_made_with_the_bot_is_confirmed_in_the_app(phones: WeComStage) -> None:
    await phones.fake.aibot.connected()
    await phones.fake.aibot.say("lilei", "我想下周三下午请半天年假")
    await phones.expect("lilei", "0.5 天")
    await phones.press_label("lilei", "提交")
    assert "[撤回]" in (await phones.expect("lilei", "年假已提交"))["text"]


async def test_a_name_alone_in_a_group_gets_an_answer(phones: WeComStage) -> None:
    gather(phones, "lilei", "hanmeimei")
    await phones.say("lilei", "", conversation=GROUP)
    await until(lambda: phones.fake.aibot.texts(GROUP))
    assert phones.fake.aibot.texts(GROUP)[0].strip()


async def test_a_message_that_comes_again_is_handled_once(phones: WeComStage) -> None:
    gather(phones, "lilei", "hanmeimei")
    await phones.fake.aibot.connected()
    said = await phones.fake.aibot.say("lilei", "帮助", GROUP)
    await until(lambda: phones.fake.aibot.sent)
    await phones.fake.aibot.again(said)
    await phones.settle()
    assert phones.bot is not None
    async with phones.bot.database.sessions() as session:
        kept = await session.scalar(
            select(func.count()).select_from(InboxRow).where(InboxRow.message_id == f"aibot:{said.body['msgid']}")
        )
    assert (kept, len(phones.fake.aibot.sent)) == (1, 1)


async def test_too_late_for_the_stream_it_is_a_message_of_its_own(phones: WeComStage) -> None:
    gather(phones, "lilei", "hanmeimei")
    phones.fake.aibot.stream_life = -1.0
    await phones.say("lilei", "帮助", conversation=GROUP)
    await phones.expect("hanmeimei", "直接说就行")
    assert [(command.cmd, code) for command, code in phones.fake.aibot.refused] == [("aibot_respond_msg", 846608)]
    assert [command.cmd for command in phones.fake.aibot.sent] == ["aibot_send_msg"]


async def test_an_unknown_req_id_falls_back_too(phones: WeComStage) -> None:
    gather(phones, "lilei", "hanmeimei")
    phones.fake.aibot.codes["aibot_respond_msg"].append(846605)
    await phones.say("lilei", "帮助", conversation=GROUP)
    await phones.expect("hanmeimei", "直接说就行")
    assert [command.cmd for command in phones.fake.aibot.sent] == ["aibot_send_msg"]


async def test_a_groups_limit_delays_and_drops_nothing(phones: WeComStage, later: Later) -> None:
    gather(phones, "lilei", "hanmeimei")
    sent = phones.fake.aibot.sent
    for number in range(35):
        await phones.say("lilei" if number % 2 else "hanmeimei", "帮助", conversation=GROUP)
    await until(lambda: len(sent) >= 27, 20.0)
    await asyncio.sleep(0.3)
    assert len(sent) < 30
    await later.pass_by(62)
    await until(lambda: len(sent) == 35, 20.0)
    assert phones.fake.aibot.over == []


async def test_a_picture_sent_to_the_bot_arrives(phones: WeComStage) -> None:
    await phones.fake.aibot.connected()
    await phones.fake.aibot.message("lilei", "image", phones.fake.aibot.keep(b"\x89PNG\r\n\x1a\n" + bytes(64)))
    assert "文件收到了" in (await phones.expect("lilei", "文件收到了"))["text"]
