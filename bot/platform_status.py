"""How each messenger stands: settings, token, pauses, what waits, what is dead, the month. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk import probe as dingtalk_probe
from bot.platforms.dingtalk.meter import MonthUsage, month_of
from bot.platforms.dingtalk.metrics import label
from bot.platforms.dingtalk.tables import Usage
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.shared.gate import owner
from bot.platforms.shared.tables import ApiPause
from bot.platforms.wecom import probe as wecom_probe
from bot.platforms.wecom.tables import Code
from bot.tables import OutboxRow
from config.settings import DingTalk, Settings, WeCom

LONG_PAUSE = timedelta(minutes=5)
OK = "ok"


@dataclass(frozen=True)
class Pause:
    """An API that is not called, and for how long yet."""

    api: str
    left: timedelta

    @property
    def long(self) -> bool:
        return self.left > LONG_PAUSE


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

    @property
    def ill(self) -> bool:
        return self.dead > 0 or any(pause.long for pause in self.pauses)


async def read(engine: AsyncEngine, settings: Settings, now: datetime) -> list[Status]:
    """WeCom, DingTalk and the web chat. `now` is real time."""
    letters = await _letters(engine)
    pauses = await _pauses(engine, now)
    wecom, dingtalk = settings.wecom, settings.dingtalk
    return [
        Status(
            "wecom",
            wecom is not None,
            await wecom_token(wecom) if wecom else None,
            pauses.get("wecom", ()),
            *letters.get("wecom", (0, 0)),
            codes=await _codes(engine, now),
        ),
        Status(
            "dingtalk",
            dingtalk is not None,
            await dingtalk_token(dingtalk) if dingtalk else None,
            pauses.get("dingtalk", ()),
            *letters.get("dingtalk", (0, 0)),
            month=await _month(engine, dingtalk, now) if dingtalk else None,
        ),
        Status("console", True, None, (), *letters.get("console", (0, 0))),
    ]


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


async def _pauses(engine: AsyncEngine, now: datetime) -> dict[str, tuple[Pause, ...]]:
    async with engine.connect() as connection:
        rows = await connection.execute(
            select(ApiPause.api, ApiPause.until).where(ApiPause.until > now).order_by(ApiPause.api)
        )
        found: dict[str, tuple[Pause, ...]] = {}
        for row in rows:
            pause = Pause(row.api.partition(":")[2] or row.api, row.until - now)
            found[owner(row.api)] = (*found.get(owner(row.api), ()), pause)
    return found


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
