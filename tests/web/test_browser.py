"""The main job in a real browser: two windows as two people, live."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.stage import Stage
from tests.web.browser import chromium, window

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("HRBOT_SCREENSHOTS")


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.keyboard.press("Enter")


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def test_leave_is_asked_for_and_agreed_to_in_two_windows(stage: Stage) -> None:
    async with (
        chromium() as browser,
        window(browser, f"{stage.base}/console#lilei") as lilei,
        window(browser, f"{stage.base}/console#xuli") as xuli,
    ):
        await expect(lilei.get_by_test_id("suggestion").first).to_be_visible()
        await shot(lilei, "empty")
        await write(lilei, "我想下周三下午请半天年假")
        submit = lilei.get_by_role("button", name="提交")
        await expect(submit).to_be_visible()
        await expect(lilei.get_by_role("log")).to_contain_text("3月18日(周三)")
        await submit.click()
        await expect(lilei.get_by_role("log")).to_contain_text("审批中")

        agree = xuli.get_by_role("button", name="同意")
        await expect(agree).to_be_visible()
        await expect(xuli.get_by_role("log")).to_contain_text("李雷")
        await shot(xuli, "approver")
        await agree.click()
        await expect(lilei.get_by_role("log")).to_contain_text("年假已批准")
        await expect(lilei.get_by_role("log")).to_contain_text("4.5 天")
        await expect(xuli.get_by_role("button", name="同意")).to_have_count(0)
        await expect(lilei.get_by_test_id("trace")).to_contain_text("leave.request")
        await write(lilei, "我还有几天年假")
        await expect(lilei.get_by_role("log")).to_contain_text("假期余额")
        await shot(lilei, "chat")


async def test_a_phone_shows_one_column_and_big_buttons(stage: Stage) -> None:
    async with chromium() as browser, window(browser, f"{stage.base}/console#lilei", width=390, height=844) as phone:
        await write(phone, "明天请一天年假")
        submit = phone.get_by_role("button", name="提交")
        await expect(submit).to_be_visible()
        box = await submit.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await shot(phone, "phone")


async def test_the_keyboard_is_enough(stage: Stage) -> None:
    async with chromium() as browser, window(browser, f"{stage.base}/console#lilei") as page:
        await write(page, "明天请一天年假")
        submit = page.get_by_role("button", name="提交")
        await expect(submit).to_be_visible()
        for _ in range(60):
            if await submit.evaluate("button => button === document.activeElement"):
                break
            await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text("审批中")


async def test_what_a_person_writes_is_never_markup(stage: Stage) -> None:
    async with chromium() as browser, window(browser, f"{stage.base}/console#lilei") as page:
        await write(page, "明天请一天事假,原因<img src=x onerror=alert(1)>")
        await expect(page.get_by_role("button", name="提交")).to_be_visible()
        assert await page.locator("[role=log] img[src=x]").count() == 0


async def test_a_card_of_mere_words_says_them_all(stage: Stage) -> None:
    async with chromium() as browser, window(browser, f"{stage.base}/console#wangfang") as page:
        await write(page, "你能做什么")
        log = page.get_by_role("log")
        await expect(log).to_contain_text("不用记格式")
        await expect(log).to_contain_text("给彭丹发离职材料")
        await shot(page, "help")
        assert await log.get_by_text("[花名册模板]").count() == 0, "buttons are said once"
