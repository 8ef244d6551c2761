"""Debian's Chromium through Playwright, as a person would use the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

expect.set_options(timeout=15_000)  # a loaded machine is slow, not wrong

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def require_browser() -> str:
    """Chromium's path. Skips where there is none, unless HRBOT_REQUIRE_BROWSER says that there must be one."""
    if CHROMIUM is None:
        if os.environ.get("HRBOT_REQUIRE_BROWSER"):
            pytest.fail("Chromium is not installed, and HRBOT_REQUIRE_BROWSER is set")
        pytest.skip("Debian's Chromium is not installed")
    return CHROMIUM


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=require_browser(), args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def window(browser: Browser, address: str, *, width: int = 1280, height: int = 800) -> AsyncIterator[Page]:
    """A window of its own; a JavaScript error fails the test."""
    context = await browser.new_context(locale="zh-CN", viewport={"width": width, "height": height})
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(address)
    await page.wait_for_selector("body[data-ready=true]")
    yield page
    await context.close()
    assert not errors, errors
