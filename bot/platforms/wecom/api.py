"""WeCom's server API as we use it: our own client, so that no message is lost, doubled or sent in a loop."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
import structlog

from bot.platforms.port import Fetched, TryLater, Undeliverable
from bot.platforms.shared.answered import Raw, clean_name
from bot.platforms.shared.breaker import Unreachable
from bot.platforms.shared.gate import Gate
from bot.platforms.shared.token import Grant, Tokens
from bot.platforms.wecom import errcodes
from bot.platforms.wecom.answers import Answer, CardFrozen, Gone, Sent, member, read, read_file
from bot.platforms.wecom.api_metrics import CALLS, NO_ANSWER, http_label, label
from bot.platforms.wecom.errcodes import Kind, Meaning
from bot.platforms.wecom.transport import PATIENCE, Request, Transport
from config.settings import WeCom
from domain.people.matching import Member

__all__ = ["MOST_RECEIVERS", "CardFrozen", "Sent", "WeComApi"]

log = structlog.get_logger()
SEND, UPDATE, UPLOAD, DOWNLOAD = "message/send", "message/update_template_card", "media/upload", "media/get"
MENU, DEPARTMENTS, MEMBERS = "menu/create", "department/simplelist", "user/list"
REAL_NAMES = "batch/openuserid_to_userid"
LOGIN = "auth/getuserinfo"
MOST_RECEIVERS = 1000
LONGEST_LIST = 16 * 1024 * 1024
GET_TOKEN = "gettoken"  # noqa: S105 - an API's name
MISCONFIGURED, NO_TOKEN, RATE_429 = 300.0, 60.0, 60.0
BLAMED = {400, 413, 414, 431}  # HTTP statuses that this one request is to blame for
ALARM_EVERY = 60.0


class WeComApi:
    """One app of one company. Methods raise TryLater and Undeliverable, as the port says.

    `patience`: seconds for an ordinary call; a file has a minute.
    """

    def __init__(
        self, settings: WeCom, gate: Gate, real_now: Callable[[], datetime], *, patience: float = PATIENCE
    ) -> None:
        self._settings, self._gate, self._real_now = settings, gate, real_now
        self._transport = Transport(settings.api_base, patience)
        self._tokens = Tokens(self._grant, real_now)
        self._alarms: dict[tuple[str, int], datetime] = {}
        self._misconfigured: dict[str, int] = {}

    async def open(self) -> None:
        await self._transport.open()

    async def close(self) -> None:
        await self._tokens.close()
        await self._transport.close()

    def degraded(self) -> str | None:
        """For the health page: why messages may be late, None when nothing is known to be wrong."""
        codes = sorted(set(self._misconfigured.values()))
        return f"WeCom refuses our configuration: {codes}" if codes else self._gate.degraded()

    async def send(self, message: Mapping[str, Any]) -> Sent:
        """Send an app message. The same message gives the same JSON, so WeCom's duplicate check sees a repeat."""
        body = _json({**message, "agentid": self._settings.agent_id})
        answer = await self._call(Request(SEND, body=lambda: body))
        invalid = answer.people("invaliduser", "unlicenseduser")
        return Sent(answer.text("msgid") or "", answer.text("response_code"), invalid)

    async def send_many(self, users: Collection[str], body: Mapping[str, Any]) -> Sent:
        """Send one message to up to 1000 people; `invalid` names those who did not get it, be it all of them.

        `body` is without receivers. The same people in whatever order give the same JSON, as `send` does.
        """
        names = sorted(set(users))
        if not 0 < len(names) <= MOST_RECEIVERS:
            raise ValueError(f"{len(names)} receivers in one message")
        try:
            return await self.send({**body, "touser": "|".join(names)})
        except Gone:
            return Sent("", None, frozenset(name.lower() for name in names))

    async def update_card(self, userids: Collection[str], response_code: str, change: Mapping[str, Any]) -> None:
        """Change a card that was sent, for these people. Raises CardFrozen when it can no longer be changed."""
        whom = {"userids": list(userids), "agentid": self._settings.agent_id, "response_code": response_code}
        body = _json({**change, **whom})
        try:
            await self._call(Request(UPDATE, body=lambda: body))
        except Undeliverable as refusal:
            reason = str(refusal)
        else:
            return
        raise CardFrozen(reason)

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """Upload a temporary file (kind: image, voice, video, file); its media id, good for three days."""

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData(quote_fields=False)  # quoted names arrive at people as %E4%BD%A0
            data.add_field("media", content, filename=clean_name(name), content_type="application/octet-stream")
            return data

        answer = await self._call(Request(UPLOAD, params={"type": kind}, body=form, media=True))
        media_id = answer.text("media_id")
        if media_id is None:
            raise TryLater("media/upload answered without a media id")
        return media_id

    async def download(self, media_id: str, limit: int) -> Fetched:
        """A file that a person sent, of at most so many bytes. Raises Undeliverable when it is gone or larger."""
        answer = await self._call(Request(DOWNLOAD, "GET", {"media_id": media_id}, media=True, limit=limit))
        if answer.file is None:
            raise TryLater("media/get answered without a file")
        return answer.file

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Put this menu in the place of the app's."""
        body = _json(menu)
        await self._call(Request(MENU, params={"agentid": str(self._settings.agent_id)}, body=lambda: body))

    async def departments(self) -> list[int]:
        """Ids of the departments that the app may see."""
        answer = await self._call(Request(DEPARTMENTS, "GET", limit=LONGEST_LIST))
        return [row["id"] for row in answer.rows("department_id") if isinstance(row.get("id"), int)]

    async def members(self, department: int) -> list[Member]:
        """Who stands directly in a department. Not `user/list_id`: that wants the secret of the contact sync."""
        asked = {"department_id": str(department)}
        answer = await self._call(Request(MEMBERS, "GET", asked, limit=LONGEST_LIST))
        return [found for row in answer.rows("userlist") if (found := member(row)) is not None]

    async def logged_in(self, code: str) -> str | None:
        """The userid behind a login's code, which is worth one call; None for somebody who is no member."""
        answer = await self._call(Request(LOGIN, "GET", {"code": code}))
        return answer.text("userid")

    async def accounts(self, ciphers: Sequence[str]) -> dict[str, str]:
        """Userids by the open_userids of at most 1000 people; who is none, or none the app may see, is left out."""
        body = _json({"open_userid_list": list(ciphers)})
        rows = (await self._call(Request(REAL_NAMES, body=lambda: body))).rows("userid_list")
        found = {str(row.get("open_userid")): row.get("userid") for row in rows}
        return {cipher: account for cipher, account in found.items() if isinstance(account, str) and account}

    async def group(self, what: str, body: Mapping[str, Any]) -> None:
        """Make, change or speak in a group chat of the app. `what`: create, update, send."""
        sent = _json(body)
        await self._call(Request(f"appchat/{what}", body=lambda: sent))

    async def in_group(self, chat: str) -> list[str] | None:
        """The userids in a group chat of the app; None when there is no such chat."""
        try:
            answer = await self._call(Request("appchat/get", "GET", {"chatid": chat}))
        except Undeliverable:
            return None
        found = answer.data.get("chat_info")
        users = found.get("userlist") if isinstance(found, dict) else None
        return [user for user in users if isinstance(user, str)] if isinstance(users, list) else []

    async def spend(self, what: str, amount: int, limit: int, minutes: int = 1) -> None:
        """Take so much of a budget of the whole company. As `Gate.spend`."""
        await self._gate.spend(what, amount, limit, minutes)

    async def _call(self, request: Request) -> Answer:
        """One call; with a new token once more, when the token was refused."""
        token = await self._tokens.get()
        answer = await self._once(request, token)
        if errcodes.meaning(answer.errcode).kind is Kind.TOKEN:
            self._tokens.drop(token)
            token = await self._tokens.get()
            answer = await self._once(request, token)
        found = errcodes.meaning(answer.errcode)
        try:
            await self._judge(request.api, answer, found)
        except TryLater as refusal:
            if found.kind in {Kind.TOKEN, Kind.SECRET} and self._tokens.drop(token):
                self._tokens.hold(refusal)  # asking again and again would lock the app out
            raise
        return answer

    async def _grant(self) -> Grant:
        """A new token. Whatever is refused here is remembered for a minute; no message is to blame for it."""
        settings = self._settings
        asked = {"corpid": settings.corp_id, "corpsecret": settings.secret.get_secret_value()}
        answer = await self._once(Request(GET_TOKEN, "GET", asked), None)
        found = errcodes.of_token(answer.errcode)
        try:
            await self._judge(GET_TOKEN, answer, found)
        except TryLater as refusal:
            if found.kind in {Kind.SECRET, Kind.CONFIGURATION}:
                self._tokens.hold(refusal)
            raise
        token, seconds = answer.text("access_token"), answer.data.get("expires_in")
        if token is None or not isinstance(seconds, int) or seconds <= 0:
            nothing = TryLater("gettoken answered without a token", NO_TOKEN, fault=False)
            self._tokens.hold(nothing)
            raise nothing
        return Grant(token, seconds)

    async def _once(self, request: Request, token: str | None) -> Answer:
        """One call through the gate. It raises outside of handlers: a cause could hold the address with the token."""
        api, kind = request.api, ""
        try:
            async with self._gate.call(api):
                raw = await self._transport.ask(request, token)
                answer = _understood(request, raw)
        except Unreachable as fault:
            kind = fault.kind
        if kind:
            CALLS.labels(api, NO_ANSWER).inc()
            raise TryLater(f"{api}: {kind}", fault=False)
        if answer is None:
            CALLS.labels(api, http_label(raw.status)).inc()
            raise await self._turned_away(api, raw)
        CALLS.labels(api, label(answer.errcode)).inc()
        return answer

    async def _turned_away(self, api: str, raw: Raw) -> Exception:
        if raw.status == 429:
            seconds = _seconds(raw.retry_after)
            await self._gate.pause(api, seconds)
            return TryLater(f"{api}: http 429", seconds + self._gate.jitter() * 10, fault=False)
        if raw.status in BLAMED:
            return TryLater(f"{api}: http {raw.status}")
        return Undeliverable(f"{api}: the file is larger than allowed")

    async def _judge(self, api: str, answer: Answer, found: Meaning) -> None:
        """Raises what a code asks for; returns when all is well."""
        reason = _reason(api, answer, found)
        match found.kind:
            case Kind.FINE:
                self._misconfigured.pop(api, None)
            case Kind.BUSY:
                raise TryLater(reason, fault=False)
            case Kind.RATE:
                await self._gate.pause(api, found.pause)
                raise TryLater(reason, found.pause + self._gate.jitter() * 10, fault=False)
            case Kind.CONFIGURATION | Kind.SECRET | Kind.TOKEN:
                self._alarm(api, answer, found)
                raise TryLater(reason, NO_TOKEN if found.kind is Kind.TOKEN else MISCONFIGURED, fault=False)
            case Kind.GONE:
                raise Gone(reason)
            case Kind.BAD:
                raise Undeliverable(reason)

    def _alarm(self, api: str, answer: Answer, found: Meaning) -> None:
        """An administrator must act; said once a minute for each API and code."""
        now, key = self._real_now(), (api, answer.errcode)
        self._misconfigured[api] = answer.errcode
        said = self._alarms.get(key)
        if said is None or abs((now - said).total_seconds()) >= ALARM_EVERY:
            self._alarms[key] = now
            log.error("wecom.misconfigured", api=api, errcode=answer.errcode, meaning=found.text, **answer.traces())


def _understood(request: Request, raw: Raw) -> Answer | None:
    """None: nothing to go on with, and yet no sign of an outage. Raises Unreachable."""
    if raw.status == 429 or raw.status in BLAMED:
        return None
    return read_file(raw) if request.api == DOWNLOAD else read(raw)


def _reason(api: str, answer: Answer, found: Meaning) -> str:
    return f"{api}: {found.text} ({answer.errcode})"


def _seconds(retry_after: str | None) -> float:
    """Retry-After in seconds; a minute when it is missing or a date."""
    given = retry_after or ""
    return float(given) if given.isascii() and given.isdigit() and 0 < len(given) < 6 else RATE_429


def _json(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
