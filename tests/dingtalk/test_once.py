"""What a person reads on two messengers: each thing once, an answer where they look, no button that does nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import NOW, CompanyFactory
from tests.fakes.dingtalk import shown_text
from tests.fakes.dingtalk.seen import preview
from tests.fakes.wecom import shown_text as shown_on_wecom
from tests.platforms.both import GROUP, Both, both


@pytest.fixture
async def worded(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Both]:
    """DingTalk without a card template: nothing there can be changed in place."""
    async with both(await company(NOW), tmp_path / "data", template=False) as running:
        yield running


async def test_without_a_template_a_decision_is_told_once(worded: Both) -> None:
    await worded.writes("xuli", "你好")
    await worded.asks("下周二请一天年假")
    before = len(worded.dingtalk.seen["xuli"])
    await worded.writes("xuli", "同意")
    assert ["已同意李雷" in text for text in map(shown_text, worded.dingtalk.seen["xuli"][before:])] == [True]
    assert len(worded.of("lilei", "已批准")) == 1
    await worded.writes("lilei", "下周三请一天年假", "下周四请一天年假")
    assert not worded.of("lilei", "失效"), "a draft that is replaced is not news"


async def test_a_withdrawal_in_words_is_answered_and_its_notice_says_so_first(worded: Both) -> None:
    await worded.writes("xuli", "你好")
    await worded.asks("下周二请一天年假")
    await worded.writes("lilei", "撤回")
    answer = worded.dingtalk.seen["lilei"][-1]
    assert answer.kind.startswith("webhook")
    assert "年假已撤回" in shown_text(answer)
    assert preview(worded.dingtalk.seen["xuli"][-1]).startswith("（已撤回）")


async def test_whom_dingtalk_does_not_name_hears_one_sentence(worded: Both) -> None:
    await worded.dingtalk.say("lilei", "我还有几天年假", group=GROUP, unnamed=True)
    shown = await worded.dingtalk.expect(GROUP, "没有告诉我您是谁")
    assert "年假" not in shown_text(shown)
    await worded.dingtalk.say("lilei", "你好", unnamed=True)
    await worded.dingtalk.expect("lilei", "没有告诉我您是谁")


async def test_cards_on_the_messenger_used_before_go_grey(company: CompanyFactory, tmp_path: Path) -> None:
    async with both(await company(NOW), tmp_path / "data", template=True) as running:
        await running.asks("下周二请一天年假")
        await running.wecom.expect("xuli", "李雷 申请年假", "[同意]")  # 徐丽 never wrote: the configured one
        await running.writes("xuli", "同意")
        await running.wecom.expect("xuli", "李雷 申请年假", "已由您同意", "（已通过）")
        assert not [shown for shown in running.wecom.screen("xuli") if "[同意]" in shown_on_wecom(shown)]
        assert len(running.of("xuli", "已同意")) == 1
        assert not running.of("xuli", "已由您同意"), "the card is changed where it lies, never sent again"


async def test_a_typed_withdrawal_stands_at_the_end_of_the_chat(company: CompanyFactory, tmp_path: Path) -> None:
    async with both(await company(NOW), tmp_path / "data", template=True) as running:
        await running.asks("下周二请一天年假")
        await running.writes("lilei", "撤回")
        assert "年假已撤回" in shown_text(running.dingtalk.screen("lilei")[-1])
