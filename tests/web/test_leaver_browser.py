"""Fetching the papers with a real browser: forms, cookie, question, download and the page to print."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.stage import Stage, demo_stage
from tests.web import pdf
from tests.web.browser import chromium
from tests.web.test_leaver import made, tail


@pytest.fixture
async def reached(company: CompanyFactory, tmp_path: Path) -> AsyncIterator[Stage]:
    async with demo_stage(await company(NOW), tmp_path / "data", shanghai(NOW), public=True) as running:
        yield running


@pytest.mark.browser
async def test_as_a_person_does_it(reached: Stage) -> None:
    link = await made(reached)
    async with chromium() as browser:
        phone = await browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 760})
        page = await phone.new_page()
        await page.goto(f"{reached.base}{link}")
        await page.click("button:has-text('打开')")
        await page.fill("input[name=answer]", "0000")
        await page.click("button:has-text('查看材料')")
        await page.wait_for_selector("text=还可以试 4 次")
        await page.fill("input[name=answer]", await tail(reached))
        await page.click("button:has-text('查看材料')")
        await page.wait_for_selector("text=彭丹，您的离职材料")
        async with page.expect_download() as coming:
            await page.click("a:has-text('下载')")
        kept = await (await coming.value).path()
        assert (await coming.value).suggested_filename == "离职证明.pdf"
        assert "彭丹" in pdf.words(Path(kept).read_bytes())
        await page.click("text=在线查看")
        await page.wait_for_selector("text=在本单位的工作年限")
        assert (await phone.cookies())[0]["httpOnly"]
