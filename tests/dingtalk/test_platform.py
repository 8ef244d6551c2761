"""The adapter inside the sender's transaction: answers where they are looked for, people, files."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest

from bot.files import FileStore
from bot.platforms.dingtalk.tables import Session
from bot.platforms.port import Media, TryLater, Undeliverable
from cards.card import Card
from domain.kernel.tx import Tx
from tests.dingtalk.phones import Phones
from tests.dingtalk.sending import (
    AGREED,
    ASKING,
    GROUP,
    LI,
    SEND,
    TEAM,
    WEBHOOK,
    XU,
    Sending,
    plain,
    read,
)
from tests.fakes.dingtalk import preview


@pytest.fixture
async def phones(out: Sending, tx: Tx, tmp_path: Path) -> AsyncIterator[Phones]:
    yield Phones(out, tx, FileStore(tmp_path))
    assert out.fake.warnings == []


# ---- words


async def test_an_answer_goes_where_the_message_came_from(phones: Phones) -> None:
    await phones.wrote()
    await phones.send(plain("年假还有 5 天"))
    assert [shown.kind for shown in phones.fake.seen[LI]] == ["webhook.text"]
    assert phones.out.calls(SEND) == 0


async def test_a_notice_never_does(phones: Phones) -> None:
    await phones.wrote()
    await phones.send(plain("工资已发 8000 元", preview="您有一条新消息"), answers=None)
    (shown,) = phones.fake.seen[LI]
    assert (shown.kind, preview(shown)) == ("sampleMarkdown", "您有一条新消息")
    assert phones.out.calls(WEBHOOK) == 0


async def test_an_answer_to_somebody_else_does_not_either(phones: Phones) -> None:
    await phones.wrote(XU)
    await phones.send(plain("你好"))
    assert (phones.out.calls(WEBHOOK), read(phones.fake)) == (0, ["你好"])


async def test_a_refused_address_is_not_tried_again(phones: Phones) -> None:
    await phones.wrote()
    phones.fake.inject(WEBHOOK, "errcode", code=300001)
    await phones.send(plain("一"))
    await phones.send(plain("二"))
    assert (read(phones.fake), phones.out.calls(WEBHOOK)) == (["一", "二"], 1)
    await phones.wrote()
    await phones.send(plain("三"))
    assert phones.out.calls(WEBHOOK) == 2


async def test_an_old_address_is_not_used_and_not_kept(phones: Phones) -> None:
    await phones.wrote()
    phones.out.pass_by(90 * 60 + 10)
    await phones.send(plain("一"))
    assert phones.out.calls(WEBHOOK) == 0
    await phones.wrote(XU)
    assert await phones.tx.session.get(Session, ("direct", LI)) is None


@pytest.mark.parametrize("url", ["https://evil.example/robot/sendBySession?session=1", "http://169.254.169.254/x"])
async def test_a_forged_address_is_never_called(phones: Phones, url: str) -> None:
    await phones.wrote(reply_to=(url, phones.out.time.now.timestamp() + 600))
    await phones.send(plain("你好"))
    assert read(phones.fake) == ["你好"]


async def test_a_silent_address_is_an_unknown_outcome(phones: Phones) -> None:
    await phones.wrote()
    phones.fake.inject(WEBHOOK, "reset")
    with pytest.raises(TryLater) as told:
        await phones.send(plain("你好"))
    assert told.value.fault is False
    assert phones.out.calls(SEND) == 0


async def test_a_group_is_answered_in_the_group(phones: Phones) -> None:
    await phones.wrote(LI, TEAM)
    await phones.send(plain("大家好"), person=TEAM, conversation=TEAM)
    await phones.send(plain("放假通知"), person=TEAM, conversation=TEAM, answers=None)
    assert [shown.kind for shown in phones.fake.seen_group[TEAM]] == ["webhook.text", "sampleMarkdown"]
    assert phones.out.calls(GROUP) == 1
    assert phones.fake.seen[LI] == []


# ---- people who cannot be reached (P6)


@pytest.mark.parametrize("card", [plain("你好"), ASKING])
async def test_who_is_not_there_ends_in_the_dead_letters(phones: Phones, card: Card) -> None:
    with pytest.raises(Undeliverable):
        await phones.send(card, person="nobody")


@pytest.mark.parametrize("card", [plain("你好"), ASKING])
async def test_who_gets_too_much_waits(phones: Phones, card: Card) -> None:
    phones.fake.flow_controlled = {LI}
    with pytest.raises(TryLater) as told:
        await phones.send(card)
    assert told.value.fault is False
    phones.fake.flow_controlled = set()
    await phones.send(card)
    assert len(phones.fake.screen(LI)) == 1


# ---- files


async def kept(phones: Phones, name: str, content: bytes) -> str:
    row = await phones.files.keep(phones.tx, LI, name, "application/octet-stream", content)
    await phones.tx.session.flush()
    return row.id


async def test_a_file_comes_after_its_words(phones: Phones) -> None:
    await phones.send(plain("请查收"), file_id=await kept(phones, "考勤.xlsx", b"123"))
    await phones.send(plain("日历"), file_id=await kept(phones, "假期.ics", b"BEGIN"))
    words, sheet, _, packed = phones.fake.seen[LI]
    assert (words.text, sheet.file) == ("请查收", ("考勤.xlsx", b"123"))
    assert packed.file is not None
    assert zipfile.ZipFile(BytesIO(packed.file[1])).read("假期.ics") == b"BEGIN"


async def test_a_file_comes_with_a_changed_card_too(phones: Phones) -> None:
    await phones.send(ASKING)
    file_id = await kept(phones, "考勤.xlsx", b"123")
    await phones.send(AGREED, updates=True, answers="press", file_id=file_id)
    assert [shown.kind for shown in phones.fake.screen(LI)] == ["card", "sampleFile"]


async def test_nothing_is_said_while_the_file_cannot_be_had(phones: Phones) -> None:
    file_id = await kept(phones, "考勤.xlsx", b"123")
    phones.fake.inject("media/upload", "busy")
    with pytest.raises(TryLater):
        await phones.send(plain("请查收"), file_id=file_id)
    with pytest.raises(Undeliverable):
        await phones.send(plain("请查收"), file_id="gone")
    assert phones.fake.seen[LI] == []


async def test_a_file_that_was_sent_is_fetched(phones: Phones) -> None:
    platform = await phones.platform()
    code = phones.fake.keep("file", "发票.pdf", b"%PDF")
    assert (await platform.fetch(Media(code, "发票.pdf"))).content == b"%PDF"
    with pytest.raises(Undeliverable):
        await platform.fetch(Media(phones.fake.keep("file", "大.pdf", bytes(1001)), "大.pdf"))
