"""The H5 pages on a phone, in a real browser: a card is read, filled in and pressed with one hand."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.stage import Stage
from tests.web.browser import chromium
from tests.web.entrance import Entrance, demo_entrance
from tests.web.visitor import DINGTALK

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("HRBOT_SCREENSHOTS")


FITS = """() => {
  const touched = "button, a.weui-btn, input:not([type=hidden]), select, textarea, a.weui-cell";
  const all = [...document.querySelectorAll(touched)].map((one) => one.getBoundingClientRect());
  const before = (a, b) => a.right <= b.left + 1 || a.bottom <= b.top + 1;
  const apart = (a, b) => before(a, b) || before(b, a);
  return document.documentElement.scrollWidth <= window.innerWidth
    && all.every((one) => one.height >= 44 && one.left >= 8 && one.right <= window.innerWidth - 8)
    && all.every((one, at) => all.slice(at + 1).every((other) => apart(one, other)));
}"""


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"h5-{name}.png", full_page=True)


async def fits(page: Page) -> bool:
    """Nothing runs out of the side or lies over another, and what is to be touched is big enough for a thumb."""
    return bool(await page.evaluate(FITS))


async def rejecting(stage: Stage) -> str:
    """The card that asks 徐丽 for a reason."""
    await stage.say("lilei", "我想下周三下午请半天年假,回老家看望父母")
    await stage.expect("lilei", "请假确认")
    await stage.press_label("lilei", "提交")
    await stage.expect("xuli", "李雷")
    await stage.press_label("xuli", "驳回")
    return str((await stage.expect("xuli", "驳回理由"))["card"]["id"])


async def test_a_card_is_answered_on_the_phone(stage: Stage) -> None:
    id = await rejecting(stage)
    errors: list[str] = []
    async with chromium() as browser:
        context = await browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        await page.goto(f"{stage.base}/h5/card/{id}")
        await expect(page.get_by_role("heading", name="登录 HR 助手")).to_be_visible()
        assert await fits(page)
        await shot(page, "login")
        await page.get_by_role("button", name="徐丽").click()

        await expect(page.get_by_role("heading", name="驳回理由")).to_be_visible()
        assert await fits(page)
        await shot(page, "card")
        await page.get_by_label("其他理由").fill("那天要盘点<b>，换到周四可以吗？")
        await page.get_by_role("button", name="其他").click()
        await expect(page.get_by_role("status")).to_contain_text("已")
        assert await fits(page)
        await shot(page, "answered")
        await expect(page.get_by_role("button", name="其他")).to_have_count(0)

        await stage.say("xuli", "明天请一天年假")
        await stage.expect("xuli", "请假确认")
        await page.goto(f"{stage.base}/h5/")
        await expect(page.get_by_role("link", name="请假确认")).to_be_visible()
        assert await fits(page)
        await shot(page, "home")
        await page.get_by_role("button", name="退出登录").click()
        await expect(page.get_by_role("heading", name="已退出登录")).to_be_visible()
        await context.close()
    assert errors == []
    told = await stage.expect("lilei", "盘点")
    assert "那天要盘点<b>，换到周四可以吗？" in told["text"]


async def test_a_page_follows_what_happens_in_the_chat(stage: Stage) -> None:
    await stage.say("lilei", "明天请一天年假")
    id = str((await stage.expect("lilei", "请假确认"))["card"]["id"])
    async with chromium() as browser:
        context = await browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
        page = await context.new_page()
        await page.goto(f"{stage.base}/h5/card/{id}")
        await page.get_by_role("button", name="李雷").click()
        await expect(page.get_by_role("button", name="提交")).to_be_visible()
        await shot(page, "draft")
        assert await fits(page)
        await page.emulate_media(color_scheme="dark")
        await shot(page, "dark")
        await stage.press_label("lilei", "提交")
        await expect(page.get_by_text("等待处理")).to_be_visible(timeout=8_000)
        assert await page.get_by_role("button", name="提交").count() == 0
        await page.goto(f"{stage.base}/h5/card/cd_nobody")
        await expect(page.get_by_role("heading", name="没有找到这一页")).to_be_visible()
        await shot(page, "gone")
        await context.close()


ANDROID = """window.nuva = { require: () => (done, failed, service, action, wanted) =>
  `${service}.${action}` === "runtime.permission.requestAuthCode" && wanted.corpId === "%s"
    ? done({ code: "%s" }) : failed({ errorCode: "7" }) };"""
APPLE = """window.WebViewJavascriptBridge = { init: () => {}, callHandler: (name, wanted, answer) =>
  answer(wanted.corpId === "%s" ? { errorCode: "0", result: { code: "%s" } } : { errorCode: "7" }) };"""


@pytest.fixture
async def door(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Entrance]:
    async with demo_entrance(await company(NOW), tmp_path / "data", shanghai(NOW)) as entrance:
        yield entrance


async def test_inside_dingtalk_the_app_says_who_it_is_and_else_its_page(door: Entrance) -> None:
    corp = door.dingtalk.account.corp_id
    door.arrives("hanmeimei")
    async with chromium() as browser:
        for bridge, name in ((ANDROID, "徐丽"), (APPLE, "徐丽"), ("", "韩梅梅")):
            context = await browser.new_context(locale="zh-CN", user_agent=DINGTALK)
            page = await context.new_page()
            if bridge:
                await page.add_init_script(bridge % (corp, door.dingtalk.oauth_code("xuli", script=True)))
            await page.goto(f"{door.base}/h5/")
            await expect(page.get_by_role("heading", name=f"{name}，您好")).to_be_visible(timeout=10_000)
            await context.close()
    asked = [len(door.dingtalk.calls[api]) for api in ("topapi/v2/user/getuserinfo", "oauth2/userAccessToken")]
    assert asked == [2, 1]
