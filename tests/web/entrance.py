"""hrbot with a WeCom and a DingTalk that people can log in with: as a demo, and as a company behind a proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from bot import app as composition
from bot import process
from bot.app import Bot
from bot.process import Roles
from bot.web.tables import WebSession
from config.settings import DingTalk, Settings, WeCom
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.wecom import FakeWeCom
from tests.stage import StageClock, demo_stage, free_port
from tests.web.visitor import Page, Visitor

PUBLIC = "https://hr.example.com"
PEOPLE = {"lilei", "hanmeimei", "xuli", "wangfang"}


@dataclass
class Entrance:
    """Who stands at the browser is said by `arrives`."""

    base: str
    bot: Bot
    wecom: FakeWeCom
    dingtalk: FakeDingTalk

    def arrives(self, person: str) -> None:
        self.wecom.login.at_browser = self.dingtalk.login.at_browser = person

    async def callback(self, browser: Visitor, person: str, start: str = "/h5/login") -> str:
        """The address that the messenger sends this browser back to; it has not gone there yet."""
        self.arrives(person)
        sent = await browser.get(start)
        assert sent.status == 302, sent.words
        back = await browser.get(sent.location.partition("#")[0])
        assert back.status == 302, back.text
        parts = urlsplit(back.location)
        return f"{parts.path}?{parts.query}"

    async def log_in(self, browser: Visitor, person: str, target: str = "/h5/") -> Page:
        return await browser.get(await self.callback(browser, person, f"/h5/login?next={target}"))

    async def logged_in(self) -> list[tuple[str, str]]:
        """Person and kind of every session, the oldest first."""
        async with self.bot.database.sessions() as session:
            rows = await session.execute(select(WebSession.person, WebSession.kind).order_by(WebSession.started_at))
            return [(row.person, row.kind) for row in rows]


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


@asynccontextmanager
async def messengers() -> AsyncIterator[tuple[FakeWeCom, FakeDingTalk, WeCom, DingTalk]]:
    """Both, and the settings that lead to them."""
    async with FakeWeCom(members=PEOPLE) as wecom, FakeDingTalk(members=PEOPLE) as dingtalk:
        wecoms = _given(wecom.environment(), "HRBOT_WECOM__")
        dingtalks = _given(dingtalk.environment(), "HRBOT_DINGTALK__") | {"mode": "http"}
        yield wecom, dingtalk, WeCom.model_validate(wecoms), DingTalk.model_validate(dingtalks)


def _given(environment: dict[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix).lower(): value for name, value in environment.items()}


@asynccontextmanager
async def demo_entrance(url: str, folder: Path, at: datetime) -> AsyncIterator[Entrance]:
    async with (
        messengers() as (wecom, dingtalk, wecoms, dingtalks),
        demo_stage(url, folder, at, wecom=wecoms, dingtalk=dingtalks, public=True) as stage,
    ):
        assert stage.bot is not None
        wecom.login.trusted_domain = dingtalk.login.trusted_domain = urlsplit(stage.base).netloc
        yield Entrance(stage.base, stage.bot, wecom, dingtalk)


@asynccontextmanager
async def company_entrance(url: str, folder: Path, at: datetime, **other: object) -> AsyncIterator[Entrance]:
    """Only the web: nobody handles anything. People reach it over TLS through a proxy on this machine."""
    async with messengers() as (wecom, dingtalk, wecoms, dingtalks):
        port = free_port()
        given = {"wecom": wecoms, "dingtalk": dingtalks, "public_url": PUBLIC, **other}
        bot = await composition.build(Settings(data_dir=folder, port=port, **given), url, StageClock(at))
        wecom.login.trusted_domain = dingtalk.login.trusted_domain = urlsplit(PUBLIC).netloc
        async with process.running(bot, Roles(web=True, work=False)):
            yield Entrance(f"http://127.0.0.1:{port}", bot, wecom, dingtalk)
