"""Calls of DingTalk's APIs, old and new: with the token, at the pace allowed, and judged by one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.dingtalk import errors
from bot.platforms.dingtalk.answers import Answer, read
from bot.platforms.dingtalk.errors import CardExists, CardMissing, CardRefused, Kind, Meaning
from bot.platforms.dingtalk.meter import Meter
from bot.platforms.dingtalk.metrics import CALLS, EXHAUSTED, NO_ANSWER, label
from bot.platforms.dingtalk.pace import Pace
from bot.platforms.dingtalk.transport import PATIENCE, Request, Transport
from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.shared.answered import Raw
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.pool import Pool
from bot.platforms.shared.token import Grant, Tokens
from config.settings import DingTalk

log = structlog.get_logger()
Said = TypeVar("Said")
TOKEN = "oauth2/accessToken"  # noqa: S105 - an API's name
MISCONFIGURED, NO_TOKEN = 300.0, 60.0
ALARM_EVERY = 60.0
MAY_REST = {Kind.SECOND, Kind.MINUTE, Kind.GLOBAL, Kind.BANNED}
QUOTA_SECONDS = 3600.0


class NoAnswer(TryLater):
    """The call was made and nothing usable came back: it may have had its effect."""


class Exhausted(TryLater):
    """The organisation's month is used up. Only what is not counted may still be taken."""


class Client:
    """One app of one organisation. Calls raise TryLater and Undeliverable, as the port says.

    `patience`: seconds for an ordinary call; a file has a minute.
    """

    def __init__(
        self,
        settings: DingTalk,
        engine: AsyncEngine,
        real_now: Callable[[], datetime],
        clocks: Clocks | None = None,
        patience: float = PATIENCE,
    ) -> None:
        clocks = clocks or Clocks(real_now)
        self._settings, self._real_now = settings, real_now
        self._pace = Pace(engine, settings.calls_per_second, clocks)
        self._transport = Transport(patience)
        self._tokens = Tokens(self._grant, real_now)
        self.meter = Meter(engine, settings, real_now, clocks.monotonic)
        self._alarms: dict[tuple[str, str], datetime] = {}
        self._misconfigured: dict[str, str] = {}
        self._exhausted_until: datetime | None = None

    def share(self, pool: Pool | None) -> None:
        """Keep to the limits together with the other processes; before the first call."""
        self._pace.share(pool)

    async def open(self) -> None:
        await self._transport.open()

    async def close(self) -> None:
        await self._tokens.close()
        await self.meter.flush()
        await self._transport.close()

    def degraded(self) -> str | None:
        """For the health page: why messages may be late, None when nothing is known to be wrong."""
        codes = sorted(set(self._misconfigured.values()))
        return f"DingTalk refuses our calls: {codes}" if codes else self._pace.degraded()

    async def new(self, api: str, message: Mapping[str, Any], method: str = "POST") -> Answer:
        """A call of the new API. Raises CardMissing, CardExists and CardRefused too."""
        body = packed(message)
        return await self.call(Request(api, f"{self._settings.api_base}/v1.0/{api}", method=method, body=lambda: body))

    async def call(self, request: Request) -> Answer:
        """One call; with a new token once more, when the token was refused. Raises Exhausted too."""
        self._check_month()
        token = await self._tokens.get()
        answer = await self._once(request, token)
        if errors.meaning(answer.code, answer.status).kind is Kind.TOKEN:
            self._tokens.drop(token)
            token = await self._tokens.get()
            answer = await self._once(request, token)
        found = errors.meaning(answer.code, answer.status)
        try:
            await self._judge(request, answer, found)
        except TryLater as refusal:
            if found.kind in {Kind.TOKEN, Kind.SECRET} and self._tokens.drop(token):
                self._tokens.hold(refusal)
            raise
        return answer

    async def aside(self, request: Request, token: str | None) -> Answer:
        """One call with a token of its own, or none, instead of the app's."""
        self._check_month()
        answer = await self._once(request, token)
        await self._judge(request, answer, errors.meaning(answer.code, answer.status))
        return answer

    async def untold(self, request: Request) -> Answer:
        """One call without a token, its answer not judged. Raises NoAnswer when it may have had its effect."""
        return await self._once(request, None)

    async def file(self, request: Request) -> Raw:
        """A file from an address that needs no token. Raises TryLater when nothing came."""
        return await self._asked(request, None, _served)

    async def _grant(self) -> Grant:
        """A new token. Whatever is refused here is remembered for a minute; no message is to blame for it."""
        settings = self._settings
        body = packed({"appKey": settings.client_id, "appSecret": settings.client_secret.get_secret_value()})
        request = Request(TOKEN, f"{settings.api_base}/v1.0/{TOKEN}", body=lambda: body)
        answer = await self._once(request, None)
        found = errors.of_token(answer.code, answer.status)
        try:
            await self._judge(request, answer, found)
        except TryLater as refusal:
            if found.kind in {Kind.SECRET, Kind.CONFIGURATION}:
                self._tokens.hold(refusal)
            raise
        token, seconds = answer.text("accessToken"), answer.data.get("expireIn")
        if token is None or not isinstance(seconds, int) or seconds <= 0:
            nothing = TryLater("no token in the answer", NO_TOKEN, fault=False)
            self._tokens.hold(nothing)
            raise nothing
        return Grant(token, seconds)

    async def _once(self, request: Request, token: str | None) -> Answer:
        answer = await self._asked(request, token, lambda raw: read(raw, request.style))
        CALLS.labels(request.api, label(answer.code, answer.status)).inc()
        if request.api != TOKEN and errors.meaning(answer.code, answer.status).kind not in errors.UNPAID:
            await self.meter.called()
        return answer

    async def _asked(self, request: Request, token: str | None, understood: Callable[[Raw], Said]) -> Said:
        """One call at the pace. It raises outside of handlers: a cause could hold the address with the token."""
        try:
            async with self._pace.call(request.api, request.host):
                return understood(await self._transport.ask(request, token))
        except Unreachable as fault:
            kind = fault.kind
        CALLS.labels(request.api, NO_ANSWER).inc()
        raise NoAnswer(f"{request.api}: {kind}", fault=False)

    def _check_month(self) -> None:
        """After a refusal for the quota nothing is asked for an hour; each process finds out by itself."""
        left = (self._exhausted_until - self._real_now()).total_seconds() if self._exhausted_until else 0.0
        if 0 < left <= QUOTA_SECONDS:  # longer: a clock jumped
            raise Exhausted("the month's calls are used up", left + self._pace.jitter() * 60, fault=False)

    async def _judge(self, request: Request, answer: Answer, found: Meaning) -> None:
        """Raises what a code asks for; returns when all is well."""
        api, reason = request.api, f"{request.api}: {found.text} ({label(answer.code, answer.status)})"
        if found.kind in MAY_REST:
            if found.kind is Kind.BANNED:
                self._alarm(api, answer, found)
            wait = await self._pace.slow_down(api, request.host, found.kind)
            raise TryLater(reason, wait, fault=False)
        match found.kind:
            case Kind.FINE:
                self._misconfigured.pop(api, None)
                self._pace.went_well(api)
                if api != TOKEN:
                    EXHAUSTED.set(0)
            case Kind.QUOTA:
                self._alarm(api, answer, found)
                EXHAUSTED.set(1)
                wait = min(QUOTA_SECONDS, self.meter.rest_of_month() + 1)
                self._exhausted_until = self._real_now() + timedelta(seconds=wait)
                raise Exhausted(reason, wait + self._pace.jitter() * 60, fault=False)
            case Kind.BUSY | Kind.FLOW:
                raise TryLater(reason, fault=False)
            case Kind.BLAMED:
                raise TryLater(reason)
            case Kind.CONFIGURATION | Kind.SECRET | Kind.TOKEN:
                self._alarm(api, answer, found)
                raise TryLater(reason, NO_TOKEN if found.kind is Kind.TOKEN else MISCONFIGURED, fault=False)
            case Kind.TEMPLATE:
                self._alarm(api, answer, found)
                raise CardRefused(reason)
            case Kind.MISSING:
                raise CardMissing(reason)
            case Kind.EXISTS:
                raise CardExists(reason)
            case _:
                raise Undeliverable(reason)

    def _alarm(self, api: str, answer: Answer, found: Meaning) -> None:
        """An administrator must act; said once a minute for each API and code."""
        code = label(answer.code, answer.status)
        now, key = self._real_now(), (api, code)
        self._misconfigured[api] = code
        said = self._alarms.get(key)
        if said is None or abs((now - said).total_seconds()) >= ALARM_EVERY:
            self._alarms[key] = now
            log.error("dingtalk.misconfigured", api=api, code=code, meaning=found.text, **answer.traces())


def packed(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _served(raw: Raw) -> Raw:
    if raw.status >= 500:
        raise Unreachable(f"http {raw.status}")
    return raw
