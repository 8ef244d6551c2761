"""How each messenger stands: settings, token, pauses, what waits, what is dead, the month. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import aiohttp
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk import probe as dingtalk_probe
from bot.platforms.dingtalk.meter import MonthUsage, month_of
from bot.platforms.dingtalk.metrics import label
from bot.platforms.dingtalk.tables import Usage
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.shared.probing import PATIENCE, local
from bot.platforms.shared.resting import Pause, resting
from bot.platforms.wecom import probe as wecom_probe
from bot.platforms.wecom.tables import Code
from bot.tables import OutboxRow
from config.settings import DingTalk, Settings, WeCom

OK = "ok"


@dataclass(frozen=True)
class Status:
    """One messenger. `token` is None where none is needed; `codes` are changes of cards that are still possible."""

    platform: str
    configured: bool
    token: str | None = None
    pauses: tuple[Pause, ...] = ()
    waiting: int = 0
    dead: int = 0
    codes: int | None = None
    month: MonthUsage | None = None
    server: str | None = None
    """What `serve` on this machine says of it: `ok`, or what is wrong; None when it does not run or does not know."""

    @property
    def ill(self) -> bool:
        unwell = self.server not in (None, OK) and not self.pauses
        return self.dead > 0 or unwell or any(pause.long for pause in self.pauses)


async def read(engine: AsyncEngine, settings: Settings, now: datetime) -> list[Status]:
    """WeCom, DingTalk and the web chat. `now` is real time."""
    letters = await _letters(engine)
    pauses = await resting(engine, now)
    wecom, dingtalk = settings.wecom, settings.dingtalk
    served = await told_by_server(settings)
    return [
        Status(
            "wecom",
            wecom is not None,
            await wecom_token(wecom) if wecom else None,
            pauses.get("wecom", ()),
            *letters.get("wecom", (0, 0)),
            codes=await _codes(engine, now),
            server=served.get("wecom"),
        ),
        Status(
            "dingtalk",
            dingtalk is not None,
            await dingtalk_token(dingtalk) if dingtalk else None,
            pauses.get("dingtalk", ()),
            *letters.get("dingtalk", (0, 0)),
            month=await _month(engine, dingtalk, now) if dingtalk else None,
            server=served.get("dingtalk"),
        ),
        Status("console", True, None, (), *letters.get("console", (0, 0))),
    ]


async def told_by_server(settings: Settings) -> dict[str, str]:
    """What `/readyz` of this machine's `serve` says of each messenger: `ok`, or what is wrong. Nothing without one."""
    asked = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with (
            aiohttp.ClientSession(timeout=asked) as http,
            http.get(f"{local(settings.host, settings.port)}/readyz", allow_redirects=False) as answer,
        ):
            told = await answer.json()
    except (aiohttp.ClientError, OSError, ValueError):
        return {}
    found = told.get("platforms") if isinstance(told, dict) else None
    return {name: reason or OK for name, reason in found.items()} if isinstance(found, dict) else {}


async def wecom_token(own: WeCom) -> str:
    """`ok`, or the code or fault that stands in the way."""
    try:
        async with wecom_probe.probing(own) as probe:
            answer = await probe.token()
    except Unreachable as fault:
        return fault.kind
    return OK if answer.errcode == 0 else str(answer.errcode)


async def dingtalk_token(own: DingTalk) -> str:
    """As `wecom_token`."""
    try:
        async with dingtalk_probe.probing(own) as probe:
            answer = await probe.token()
    except Unreachable as fault:
        return fault.kind
    return OK if answer.text("accessToken") else label(answer.code, answer.status)


async def _letters(engine: AsyncEngine) -> dict[str, tuple[int, int]]:
    """Waiting and dead messages by platform."""
    state = OutboxRow.state
    counts = select(
        OutboxRow.platform,
        func.count(case((state == "waiting", 1))).label("waiting"),
        func.count(case((state == "dead", 1))).label("dead"),
    )
    asked = counts.where(state.in_(("waiting", "dead"))).group_by(OutboxRow.platform)
    async with engine.connect() as connection:
        return {row.platform: (row.waiting, row.dead) for row in await connection.execute(asked)}


async def _codes(engine: AsyncEngine, now: datetime) -> int:
    async with engine.connect() as connection:
        asked = select(func.count()).select_from(Code).where(Code.used.is_(False), Code.until > now)
        return await connection.scalar(asked) or 0


async def _month(engine: AsyncEngine, own: DingTalk, now: datetime) -> MonthUsage:
    month = month_of(now)
    async with engine.connect() as connection:
        row = (await connection.execute(select(Usage.calls, Usage.pushes).where(Usage.month == month))).first()
    calls, pushes = (row.calls, row.pushes) if row else (0, 0)
    return MonthUsage(month, calls, pushes, own.monthly_calls, own.monthly_pushes)
