"""What can be wrong between us and the messengers. Only what is configured is asked, and nothing secret is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bot.findings import Finding, hint, well, wrong
from bot.platforms.dingtalk import errors as dingtalk_errors
from bot.platforms.dingtalk import probe as dingtalk_probe
from bot.platforms.dingtalk.answers import Answer as DingTalkAnswer
from bot.platforms.dingtalk.gateway import NotOpened
from bot.platforms.dingtalk.meter import LEVELS, MonthUsage, month_of
from bot.platforms.dingtalk.metrics import label
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.shared.probing import OTHER, ahead, local
from bot.platforms.wecom import probe as wecom_probe
from bot.platforms.wecom.aibot import probe as aibot_probe
from bot.platforms.wecom.answers import Answer
from config.settings import DingTalk, Settings, WeCom

SKEW_SECONDS = 60
FULL = 100
NOT_TRUSTED, WRONG_CORP = 60020, 40013
WRONG_SECRET = {40001, 40091}
NOT_OURS = {40056, 60011, 48002, 301002}
"""agent/get answered with one of these: another app's AgentId, or no right to it."""
ASKED = ("wecom_callback", "wecom_public", "dingtalk_callback", "dingtalk_public")
"""Callbacks that are asked; what is said of each: _ok, _silent, _other, _bad."""
SCOPE = (("allow_userinfos", "user"), ("allow_partys", "partyid"), ("allow_tags", "tagid"))

Connection = psycopg.Connection[tuple[Any, ...]]


def everything(settings: Settings) -> Iterator[Finding]:
    """The findings of each configured messenger, WeCom first."""
    if settings.wecom:
        yield from asyncio.run(_listed(_wecom(settings.wecom)))
        yield from asyncio.run(_listed(_reached("wecom", partial(wecom_probe.callback, settings.wecom), settings)))
        yield from asyncio.run(_listed(_bot(settings.wecom)))
    if settings.dingtalk:
        yield from asyncio.run(_listed(_dingtalk(settings.dingtalk)))
    if settings.dingtalk and settings.dingtalk.mode == "http":
        asked = partial(dingtalk_probe.callback, settings.dingtalk)
        yield from asyncio.run(_listed(_reached("dingtalk", asked, settings)))


def month(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """What DingTalk's month has used."""
    usage = used(connection, settings)
    if usage is None:
        return
    facts = {"calls": usage.calls, "calls_limit": usage.calls_limit, "percent": usage.percent}
    facts |= {"pushes": usage.pushes, "pushes_limit": usage.pushes_limit}
    if usage.percent >= FULL:
        yield wrong("dingtalk_month_full", **facts)
    elif usage.percent >= min(LEVELS):
        yield hint("dingtalk_month_high", **facts)
    else:
        yield well("dingtalk_month_ok", **facts)


def used(connection: Connection, settings: Settings) -> MonthUsage | None:
    """This month's usage as the processes wrote it; None without DingTalk, or in a database that cannot say."""
    own, name = settings.dingtalk, month_of(datetime.now(UTC))
    if own is None or connection.execute("select to_regclass('dingtalk_usage')").fetchone() == (None,):
        return None
    row = connection.execute("select calls, pushes from dingtalk_usage where month = %s", [name]).fetchone() or (0, 0)
    return MonthUsage(name, row[0], row[1], own.monthly_calls, own.monthly_pushes)


async def _listed(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


async def _wecom(own: WeCom) -> AsyncIterator[Finding]:
    async with wecom_probe.probing(own) as probe:
        try:
            token = await probe.token()
        except Unreachable as fault:
            yield wrong("wecom_offline", host=_host(own.api_base), why=fault.kind)
            return
        if seconds := _skew(probe.date):
            yield wrong("wecom_clock", seconds=seconds)
        if token.errcode != 0:
            yield _wecom_refusal(token)
            return
        yield well("wecom_token_ok")
        try:
            yield _app(await probe.app(), own)
        except Unreachable as fault:
            yield hint("wecom_app_unknown", code=fault.kind)


def _wecom_refusal(answer: Answer) -> Finding:
    if answer.errcode in WRONG_SECRET:
        return wrong("wecom_secret", code=answer.errcode)
    if answer.errcode == WRONG_CORP:
        return wrong("wecom_corp", code=answer.errcode)
    if answer.errcode == NOT_TRUSTED:
        return wrong("wecom_address", address=answer.traces().get("address", "-"))
    return wrong("wecom_refused", code=answer.errcode)


def _app(answer: Answer, own: WeCom) -> Finding:
    """What agent/get says. It is not needed for work, so an answer that we do not know is only worth a word."""
    if answer.errcode == NOT_TRUSTED:
        return _wecom_refusal(answer)
    if answer.errcode in NOT_OURS:
        return wrong("wecom_agent", agent=own.agent_id, code=answer.errcode)
    if answer.errcode != 0:
        return hint("wecom_app_unknown", code=answer.errcode)
    if answer.data.get("close") == 1:
        return wrong("wecom_closed", agent=own.agent_id)
    parts = [(answer.data.get(kind), name) for kind, name in SCOPE]
    if all(isinstance(part, dict) and part.get(name) == [] for part, name in parts):
        return wrong("wecom_nobody", agent=own.agent_id)
    return well("wecom_app_ok", agent=own.agent_id)


async def _bot(own: WeCom) -> AsyncIterator[Finding]:
    """The intelligent bot, where one is set. Nobody subscribes for this: it would cut off who is connected."""
    if own.bot_id is None and own.bot_secret is None:
        return
    if own.bot_id is None or own.bot_secret is None:
        yield wrong("wecom_bot_half", name="BOT_ID" if own.bot_id is None else "BOT_SECRET")
    elif why := await aibot_probe.reached(own):
        yield wrong("wecom_bot_offline", host=_host(own.bot_url), why=why)
    else:
        yield well("wecom_bot_ok")


def led(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Whether some process holds the bot's connection."""
    own = settings.wecom
    if own is not None and own.bot_id and own.bot_secret:
        somebody = connection.execute(aibot_probe.LED).fetchone() == (True,)
        yield well("wecom_bot_led") if somebody else hint("wecom_bot_alone")


async def _reached(
    name: str, asked: Callable[[str], Awaitable[int | None]], settings: Settings
) -> AsyncIterator[Finding]:
    """The callback as it answers on this machine, then at the public address, where one is set."""
    here = f"{settings.host}:{settings.port}"
    yield _answered(f"{name}_callback", here, await asked(local(settings.host, settings.port)))
    if settings.public_url is not None:
        yield _answered(f"{name}_public", settings.public_url, await asked(settings.public_url))


def _answered(code: str, where: str, status: int | None) -> Finding:
    """What an HTTP status says of a callback. Silence is only worth a word: it may not run now, or not be seen here."""
    if status is None:
        return hint(f"{code}_silent", where=where)
    if status == 200:
        return well(f"{code}_ok", where=where)
    return wrong(f"{code}_other", where=where) if status == OTHER else wrong(f"{code}_bad", where=where, status=status)


async def _dingtalk(own: DingTalk) -> AsyncIterator[Finding]:
    async with dingtalk_probe.probing(own) as probe:
        try:
            token = await probe.token()
        except Unreachable as fault:
            yield wrong("dingtalk_offline", host=_host(own.api_base), why=fault.kind)
            return
        if seconds := _skew(probe.date):
            yield wrong("dingtalk_clock", seconds=seconds)
        if token.text("accessToken") is None:
            yield _dingtalk_refusal(token, own) or wrong("dingtalk_refused", code=_label(token))
            return
        yield well("dingtalk_token_ok")
        try:
            yield _dingtalk_refusal(await probe.robot(), own) or well("dingtalk_robot_ok")
        except Unreachable as fault:
            yield wrong("dingtalk_offline", host=_host(own.api_base), why=fault.kind)
    if own.mode == "stream":
        yield await _stream(own)
    yield well("dingtalk_template_ok") if own.card_template_id else hint("dingtalk_template_none")


def _dingtalk_refusal(answer: DingTalkAnswer, own: DingTalk) -> Finding | None:
    """What an administrator can mend; None for a refusal that says nothing about the settings."""
    name = dingtalk_errors.known(answer.code, answer.status)
    match name:
        case "invalidClientIdOrSecret" | "40089":
            return wrong("dingtalk_secret", code=name)
        case "IpNotInWhiteList" | "60020":
            return wrong("dingtalk_address", address=answer.address or "-")
        case "AccessTokenPermissionDenied" | "60011" | "http 403":
            return wrong("dingtalk_permission")
        case "chatbotId.notAllow.sendOTO" | "robot.oto.notExist" | "invalidParameter.robotCode":
            return wrong("dingtalk_robot", robot=own.robot, code=name)
        case "ApiCountLimitForOrg" | "90020":
            return wrong("dingtalk_quota")
        case dingtalk_errors.BANNED:
            return wrong("dingtalk_banned")
    return None


async def _stream(own: DingTalk) -> Finding:
    try:
        await dingtalk_probe.stream(own)
    except NotOpened as refused:
        return wrong("dingtalk_stream_bad", why=refused.reason)
    return well("dingtalk_stream_ok")


def _skew(date: str | None) -> int:
    """Seconds by which the clocks differ, 0 when that is little or not known."""
    seconds = round(abs(ahead(date, datetime.now(UTC)) or 0.0))
    return seconds if seconds > SKEW_SECONDS else 0


def _label(answer: DingTalkAnswer) -> str:
    return label(answer.code, answer.status)


def _host(base: str) -> str:
    return urlsplit(base).hostname or base
