"""Cards inside the sender's transaction: changed where they lie, or sent to where they are looked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.files import FileStore
from bot.platforms.dingtalk import copies
from bot.platforms.port import Ticket, TryLater
from domain.kernel.tx import Tx
from tests.dingtalk.phones import Phones
from tests.dingtalk.sending import (
    AGREED,
    ASKING,
    CREATE,
    LI,
    SEND,
    TEAM,
    UPDATE,
    Sending,
    delivery,
    plain,
)
from tests.fakes.dingtalk import preview


@pytest.fixture
async def phones(out: Sending, tx: Tx, tmp_path: Path) -> AsyncIterator[Phones]:
    yield Phones(out, tx, FileStore(tmp_path))
    assert out.fake.warnings == []


# ---- cards


async def test_a_card_is_changed_where_it_lies(phones: Phones) -> None:
    await phones.send(ASKING, answers=None)
    assert preview(phones.fake.seen[LI][0]) == ASKING.preview
    await phones.send(AGREED, updates=True, answers=None)
    assert (phones.card()["greyed"], phones.card()["buttons"]) == ("已通过", "[]")
    assert len(phones.fake.screen(LI)) == 1
    assert (phones.out.calls(CREATE), phones.out.calls(UPDATE), phones.out.calls(SEND)) == (1, 1, 0)


async def test_a_press_is_answered_in_place(phones: Phones) -> None:
    await phones.send(ASKING)
    await phones.send(AGREED, updates=True, answers="press")
    assert len(phones.fake.screen(LI)) == 1


async def test_words_are_answered_at_the_end_and_the_older_card_is_old(phones: Phones) -> None:
    await phones.send(ASKING)
    await phones.send(replace(ASKING, subtitle="LV-7 改"), updates=True)
    assert phones.card("cd_1@1")["greyed"] == "已有新卡片"
    assert phones.card("cd_1@1")["status"] == "replaced"
    assert phones.card("cd_1@2")["subtitle"] == "LV-7 改"
    before = phones.out.calls(UPDATE)
    await phones.send(AGREED, updates=True, answers=None)
    assert phones.card("cd_1@2")["greyed"] == "已通过"
    assert phones.out.calls(UPDATE) == before + 1


async def test_an_answer_without_buttons_is_words(phones: Phones) -> None:
    await phones.send(ASKING)
    await phones.wrote()
    await phones.send(AGREED, updates=True)
    assert phones.fake.seen[LI][-2].kind == "webhook.markdown"
    assert phones.card()["greyed"] == "已有新卡片"


async def test_a_card_that_is_gone_is_sent_anew(phones: Phones) -> None:
    await phones.send(ASKING, answers=None)
    phones.fake.inject(UPDATE, "code", code="param.cardNotExist")
    await phones.send(replace(ASKING, subtitle="催办"), updates=True, answers=None)
    assert phones.card("cd_1@2")["subtitle"] == "催办"


async def test_an_unknown_outcome_never_shows_two_cards(phones: Phones) -> None:
    """P5: the card was made, its answer lost."""
    platform = await phones.platform()
    phones.fake.inject(CREATE, "half")
    with pytest.raises(TryLater):
        await platform.send(phones.tx, delivery(ASKING))
    await platform.send(phones.tx, delivery(replace(ASKING, subtitle="LV-8")))
    assert [shown.card and shown.card["subtitle"] for shown in phones.fake.screen(LI)] == ["LV-8"]
    await platform.send(phones.tx, delivery(AGREED, updates=True, answers="press"))
    assert phones.card()["greyed"] == "已通过"


async def test_the_older_card_waits_when_it_cannot_be_greyed_now(phones: Phones) -> None:
    await phones.send(ASKING)
    phones.fake.inject(UPDATE, "busy")
    await phones.send(ASKING, updates=True)
    assert phones.card("cd_1@1")["greyed"] == ""
    assert (await copies.of(phones.tx, "cd_1"))[1].live
    await phones.send(ASKING, updates=True)
    assert [phones.card(f"cd_1@{number}")["greyed"] for number in (1, 2, 3)] == ["已有新卡片", "已有新卡片", ""]


async def test_a_limit_while_changing_is_waited_out(phones: Phones) -> None:
    await phones.send(ASKING, answers=None)
    phones.fake.block(UPDATE, 1.0)
    with pytest.raises(TryLater):
        await phones.send(AGREED, updates=True, answers=None)
    phones.out.pass_by(2)
    await phones.send(AGREED, updates=True, answers=None)
    assert phones.card()["greyed"] == "已通过"


async def test_without_a_template_everything_is_words(phones: Phones) -> None:
    platform = await phones.platform(card_template_id=None)
    await platform.send(phones.tx, delivery(ASKING, answers=None))
    (shown,) = phones.fake.seen[LI]
    assert preview(shown) == ASKING.preview
    assert "直接回复即可：同意、驳回" in shown.text
    waiting = replace(AGREED, state="waiting")
    await platform.send(phones.tx, delivery(waiting, updates=True, answers=None))
    assert len(phones.fake.seen[LI]) == 1
    await platform.send(phones.tx, delivery(AGREED, updates=True, answers=None))
    assert "已由徐丽同意" in phones.fake.seen[LI][1].text
    assert (phones.out.calls(CREATE), phones.out.calls(UPDATE)) == (0, 0)


async def test_a_template_that_does_not_work_is_words_too(phones: Phones) -> None:
    phones.fake.inject(CREATE, "code", code="param.templateUnpublished")
    await phones.send(ASKING)
    assert "直接回复即可：同意、驳回" in phones.fake.seen[LI][0].text
    await phones.send(replace(ASKING, subtitle="催办"), updates=True, answers=None)
    assert phones.card("cd_1@2")["subtitle"] == "催办"


async def test_a_group_card_has_no_buttons(phones: Phones) -> None:
    await phones.send(ASKING, person=TEAM, conversation=TEAM)
    assert phones.card()["buttons"] == "[]"
    await phones.send(AGREED, person=TEAM, conversation=TEAM, updates=True, answers=None)
    assert [shown.card and shown.card["greyed"] for shown in phones.fake.screen("", TEAM)] == ["已通过"]
    long = replace(ASKING, body="没完没了" * 2000)
    await phones.send(long, person=TEAM, conversation=TEAM, card_id="cd_2")
    assert phones.fake.seen_group[TEAM][-1].kind == "sampleMarkdown"


async def test_an_old_press_is_known_as_such(phones: Phones) -> None:
    await phones.send(ASKING)
    await phones.send(ASKING, updates=True)
    platform = await phones.platform()
    assert await platform.pressed(phones.tx, "cd_1", Ticket("cd_1@2", ""))
    assert not await platform.pressed(phones.tx, "cd_1", Ticket("cd_1@1", ""))


async def test_with_the_month_used_up_answers_still_arrive_in_words(phones: Phones) -> None:
    platform = await phones.platform()
    await phones.wrote()
    for number in (1, 2):
        phones.fake.inject(CREATE, "code", code="Forbidden.AccessDenied.ApiCountLimitForOrg", status=403)
        await platform.send(phones.tx, delivery(ASKING, card_id=f"cd_{number}"))
    assert [shown.kind for shown in phones.fake.seen[LI]] == ["webhook.markdown"] * 2
    assert phones.out.calls(CREATE) == 1
    with pytest.raises(TryLater) as told:
        await platform.send(phones.tx, delivery(plain("通知"), answers=None))
    assert told.value.fault is False
