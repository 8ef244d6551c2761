"""A shared device in a real browser: register, log on with fingers, ask, walk away; nothing is left."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.app import real_now
from bot.web import kiosk_devices, sessions
from domain.kernel.clock import shanghai
from domain.kernel.ids import PersonId
from domain.people import service
from tests.conftest import NOW, CompanyFactory
from tests.stage import Stage, demo_stage
from tests.web.browser import chromium
from tests.web.kiosks import PIN, added, with_pin

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("HRBOT_SCREENSHOTS")
IDLE = 8
"""Seconds instead of the minute, so that the test need not wait for one."""
READ = 'signs => [...signs, "Enter"].forEach(key => document.dispatchEvent(new KeyboardEvent("keydown", { key })))'
"""As a badge reader types: all at once."""
MARKUP = "<img src=x onerror=alert(1)>雷"


@pytest.fixture
async def hasty(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Stage]:
    at = shanghai(NOW)
    async with demo_stage(await company(NOW), tmp_path / "d", at, console=False, kiosk_idle_seconds=IDLE) as running:
        yield running


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png")


@asynccontextmanager
async def tablet(browser: Browser, stage: Stage, width: int = 800, height: int = 1280) -> AsyncIterator[Page]:
    """A registered one that is touched; a JavaScript error fails the test."""
    size = {"width": width, "height": height}
    context = await browser.new_context(locale="zh-CN", viewport=size, has_touch=True)
    page, errors = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{stage.base}/kiosk#{kiosk_devices.shown((await added(stage)).code)}")
    await expect(page.get_by_test_id("code")).to_have_value(re.compile("^.{4}-.{4}-.{4}$"))
    await shot(page, f"register-{width}")
    await page.get_by_test_id("register").click()
    await expect(page.get_by_test_id("place")).to_have_text("仓库门口")
    yield page
    await context.close()
    assert not errors, errors


async def touch_pin(page: Page, pin: str) -> None:
    for digit in pin:
        await page.get_by_test_id(f"digit-{digit}").tap()


async def log_on(page: Page, said: str, pin: str = PIN) -> None:
    await page.get_by_test_id("said").fill(said)
    await page.keyboard.press("Enter")
    await touch_pin(page, pin)


async def kept(page: Page) -> str:
    """All that the page and its storages hold."""
    storages = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    return f"{await page.content()} {storages} {page.url} {await page.title()}"


async def test_log_on_ask_and_be_logged_off_by_idleness(hasty: Stage) -> None:
    number = await with_pin(hasty, "lilei")
    async with chromium() as browser, tablet(browser, hasty) as page:
        await shot(page, "log-on")
        await log_on(page, number, "918274")
        await expect(page.get_by_test_id("trouble")).to_contain_text("号码或密码不对")
        await shot(page, "wrong")
        await log_on(page, number)
        await expect(page.get_by_test_id("kiosk-person")).to_have_text("李雷")
        await page.get_by_role("button", name="我还有几天年假").first.click()
        await expect(page.get_by_role("log")).to_contain_text("年假可用 5 天")
        await expect(page.get_by_test_id("left")).to_contain_text("秒后自动退出")
        await shot(page, "chat")
        for button in await page.get_by_role("button").all():
            if await button.is_visible():
                box = await button.bounding_box()
                assert box is not None
                assert min(box["height"], box["width"]) >= 44, await button.inner_text()
        other = await page.context.new_page()
        await other.goto(f"{hasty.base}/kiosk/chat")
        await expect(other.get_by_test_id("kiosk-person")).to_have_text("李雷")
        await page.bring_to_front()
        await expect(page.get_by_test_id("still")).to_contain_text("还在吗", timeout=IDLE * 1000)
        await shot(page, "still")
        await expect(page.get_by_test_id("question")).to_contain_text("请刷工牌", timeout=IDLE * 1000)
        await expect(other.get_by_test_id("question")).to_contain_text("请刷工牌")
        assert "雷" not in await kept(page) + await kept(other)
        assert "hrbot_session" not in [cookie["name"] for cookie in await page.context.cookies()]
        await page.go_back()
        await page.goto(f"{hasty.base}/kiosk/chat")
        await expect(page.get_by_test_id("question")).to_be_visible()
        assert "雷" not in await kept(page)


async def test_whoever_touches_the_screen_stays_and_leaves_by_the_button(hasty: Stage) -> None:
    number = await with_pin(hasty, "lilei")
    async with chromium() as browser, tablet(browser, hasty, 1280, 800) as page:
        await log_on(page, number)
        await expect(page.get_by_test_id("still")).to_be_visible(timeout=IDLE * 1000)
        await page.get_by_test_id("stay").tap()
        await expect(page.get_by_test_id("still")).to_be_hidden()
        await page.get_by_test_id("composer").fill("明天请一天年假")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="提交")).to_be_visible()
        await shot(page, "landscape")
        await page.get_by_test_id("leave").tap()
        await expect(page.get_by_test_id("question")).to_be_visible()
        await shot(page, "landscape-log-on")
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_a_starting_pin_is_replaced_with_fingers(hasty: Stage) -> None:
    assert hasty.bot is not None
    number = await with_pin(hasty, "lilei")
    async with hasty.bot.database.transaction(hasty.bot.outbox(), "wangfang") as tx:
        given = await service.give_pin(tx, PersonId("lilei"))
    async with chromium() as browser, tablet(browser, hasty) as page:
        await log_on(page, number, given.pin)
        await expect(page.get_by_test_id("question")).to_contain_text("新的 6 位密码")
        await touch_pin(page, "736251736252")
        await expect(page.get_by_test_id("trouble")).to_contain_text("两次输入的不一样")
        await touch_pin(page, "123456123456")
        await expect(page.get_by_test_id("trouble")).to_contain_text("太容易猜到")
        await shot(page, "new-pin")
        await touch_pin(page, "736251736251")
        await expect(page.get_by_test_id("kiosk-person")).to_have_text("李雷")


async def test_a_badge_that_is_read_twice_is_no_wrong_pin(hasty: Stage) -> None:
    number = await with_pin(hasty, "lilei")
    async with chromium() as browser, tablet(browser, hasty) as page:
        await page.get_by_test_id("said").fill(number)
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("question")).to_contain_text("6 位密码")
        await page.evaluate(READ, list("00047110"))
        await expect(page.get_by_test_id("dots")).to_have_attribute("aria-label", "已输入 0 位")
        await expect(page.get_by_test_id("trouble")).to_be_empty()
        await touch_pin(page, PIN)
        await expect(page.get_by_test_id("kiosk-person")).to_have_text("李雷")


async def test_without_a_network_the_page_clears_waits_and_comes_back(hasty: Stage) -> None:
    number = await with_pin(hasty, "lilei")
    async with chromium() as browser, tablet(browser, hasty) as page:
        await log_on(page, number)
        await expect(page.get_by_test_id("kiosk-person")).to_have_text("李雷")
        await page.context.set_offline(True)
        await page.get_by_test_id("leave").tap()
        await expect(page.get_by_role("alert")).to_contain_text("已经清除")
        await shot(page, "away")
        assert "雷" not in await kept(page)
        await page.context.set_offline(False)
        await expect(page.get_by_test_id("question")).to_contain_text("请刷工牌")


async def test_a_name_is_never_markup_and_a_closed_page_logs_off(hasty: Stage) -> None:
    assert hasty.bot is not None
    number = await with_pin(hasty, "lilei")
    async with hasty.bot.database.transaction(hasty.bot.outbox(), "wangfang") as tx:
        await service.correct_person(tx, PersonId("lilei"), name=MARKUP)
    async with chromium() as browser, tablet(browser, hasty) as page:
        await log_on(page, number)
        await expect(page.get_by_test_id("kiosk-person")).to_have_text(MARKUP)
        assert await page.locator("img[src=x]").count() == 0
        await page.goto("about:blank")
        await page.goto(f"{hasty.base}/kiosk/chat")
        await expect(page.get_by_test_id("question")).to_be_visible()


async def test_a_logged_in_person_chats_without_a_switcher_and_logs_out(hasty: Stage) -> None:
    assert hasty.bot is not None
    async with hasty.bot.database.transaction(hasty.bot.outbox(), "lilei") as tx:
        token = await sessions.begin(tx, PersonId("lilei"), "chat", real_now())
    async with chromium() as browser:
        context = await browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
        await context.add_cookies([{"name": sessions.COOKIE, "value": token, "url": hasty.base}])
        page = await context.new_page()
        await page.goto(f"{hasty.base}/console#hanmeimei")
        await expect(page.get_by_test_id("current-person")).to_have_text("李雷")
        for hidden in (page.get_by_test_id("people-search"), page.get_by_test_id("trace")):
            await expect(hidden).to_be_hidden()
        await page.get_by_test_id("composer").fill("我还有几天年假")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text("年假")
        await shot(page, "by-login")
        await page.get_by_test_id("log-out").click()
        await page.wait_for_url("**/h5/login**")
        assert "雷" not in await kept(page)
        await context.close()
