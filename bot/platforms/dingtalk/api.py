"""DingTalk's server API as we use it: robot messages, cards, files. Our own client, on both of its bases."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp

from bot.platforms.dingtalk import webhook
from bot.platforms.dingtalk.answers import Answer, ok
from bot.platforms.dingtalk.client import Client, NoAnswer, packed
from bot.platforms.dingtalk.errors import CardMissing, CardRefused
from bot.platforms.dingtalk.login import DingTalkLogin
from bot.platforms.dingtalk.meter import MonthUsage
from bot.platforms.dingtalk.transport import Request, Style, is_public
from bot.platforms.port import Fetched, TryLater, Undeliverable
from bot.platforms.shared.answered import clean_name, file_name
from bot.platforms.shared.documents import listing, mapping, text
from config.settings import DingTalk
from domain.people.matching import Member

__all__ = ["DingTalkApi"]

DIRECT, GROUP = "robot/oToMessages/batchSend", "robot/groupMessages/send"
CREATE, UPDATE = "card/instances/createAndDeliver", "card/instances"
DOWNLOAD, FILES = "robot/messageFiles/download", "files"
WEBHOOK, UPLOAD, REGISTER = "robot/sendBySession", "media/upload", "card/callbacks/register"
DEPARTMENTS, MEMBERS = "topapi/v2/department/listsub", "topapi/v2/user/list"
ROOT = 1
MOST_RECEIVERS = 20
ROUTE = "hrbot"
"""The callbackRouteKey of our cards in HTTP mode."""

Params = Mapping[str, str]


@dataclass(frozen=True)
class Took:
    """Who of a message's receivers did not get it, in lower case: not there, or too much to one person just now."""

    invalid: frozenset[str]
    controlled: frozenset[str]


class DingTalkApi:
    """Methods raise TryLater and Undeliverable, as the port says. Each is one paid call of the month's quota."""

    def __init__(self, settings: DingTalk, client: Client) -> None:
        self._settings, self._client = settings, client

    async def open(self) -> None:
        await self._client.open()

    async def close(self) -> None:
        await self._client.close()

    def degraded(self) -> str | None:
        return self._client.degraded()

    @property
    def login(self) -> DingTalkLogin:
        """Logging in on the web."""
        return DingTalkLogin(self._settings, self._client)

    async def usage(self) -> MonthUsage:
        """What this month has used of the organisation's quotas."""
        return await self._client.meter.usage()

    async def send_direct(self, user: str, msg_key: str, param: Params) -> None:
        """A robot message to one person. DingTalk knows no repeats: after an unknown outcome it may arrive twice."""
        body = {"robotCode": self._settings.robot, "userIds": [user], "msgKey": msg_key, "msgParam": _inner(param)}
        answer = await self._client.new(DIRECT, body)
        if user.lower() in answer.people("invalidStaffIdList"):
            raise Undeliverable(f"{DIRECT}: no such person")
        if user.lower() in answer.people("flowControlledStaffIdList"):
            raise TryLater(f"{DIRECT}: too many messages to one person", fault=False)

    async def send_many(self, users: Collection[str], msg_key: str, param: Params) -> Took:
        """One robot message to up to 20 people, one paid call. HTTP 200 does not mean that it reached each of them."""
        names = sorted(set(users))
        if not 0 < len(names) <= MOST_RECEIVERS:
            raise ValueError(f"{len(names)} receivers in one message")
        body = {"robotCode": self._settings.robot, "userIds": names, "msgKey": msg_key, "msgParam": _inner(param)}
        answer = await self._client.new(DIRECT, body)
        return Took(answer.people("invalidStaffIdList"), answer.people("flowControlledStaffIdList"))

    async def send_group(self, cid: str, msg_key: str, param: Params) -> None:
        """A robot message to a group that the robot is in; `cid` its openConversationId."""
        body = {"robotCode": self._settings.robot, "openConversationId": cid, "msgKey": msg_key}
        await self._client.new(GROUP, {**body, "msgParam": _inner(param)})

    async def send_webhook(self, url: str, body: Mapping[str, Any]) -> bool:
        """Answer through a sessionWebhook; False when it was certainly not taken: use the robot API instead.

        Raises TryLater when it was perhaps taken.
        """
        if not webhook.allowed(url, self._settings):
            return False
        content = packed(body)
        request = Request(WEBHOOK, url, Style.WEBHOOK, body=lambda: content)
        try:
            return ok(await self._client.untold(request))
        except NoAnswer:
            raise
        except TryLater:  # its circuit is open, or its budget used up: nothing was sent
            return False

    async def deliver_card(self, task: str, params: Params, preview: str, *, user: str = "", cid: str = "") -> None:
        """Make a card and show it to a person or in a group. `task` is unique for ever; `preview` the notification.

        Raises CardExists for a task that was used before, CardRefused when the card did not get there.
        """
        body: dict[str, Any] = {
            "cardTemplateId": self._settings.card_template_id,
            "outTrackId": task,
            "userIdType": 1,
            "cardData": {"cardParamMap": dict(params)},
            **self._callback(),
            **(self._to_group(cid, preview) if cid else self._to_person(user, preview)),
        }
        try:
            answer = await self._client.new(CREATE, body)
        except Undeliverable as refusal:
            raise CardRefused(str(refusal)) from None
        result = answer.data.get("result")
        places = result.get("deliverResults") if isinstance(result, dict) else None
        reached = isinstance(places, list) and all(isinstance(one, dict) and one.get("success") for one in places)
        if answer.data.get("success") is False or not places or not reached:
            raise CardRefused(f"{CREATE}: not delivered")

    async def update_card(self, task: str, params: Params) -> None:
        """Change these variables of a card for all who see it. Raises CardMissing when it cannot be changed."""
        body = {
            "outTrackId": task,
            "userIdType": 1,
            "cardData": {"cardParamMap": dict(params)},
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        }
        try:
            await self._client.new(UPDATE, body, "PUT")
        except Undeliverable as refusal:
            raise CardMissing(str(refusal)) from None

    async def register_callback(self, url: str, secret: str) -> None:
        """Tell DingTalk where presses go in HTTP mode. They come signed with `secret`."""
        body = {"callbackRouteKey": ROUTE, "callbackUrl": url, "apiSecret": secret, "forceUpdate": True}
        await self._client.new(REGISTER, body)

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """Upload a file (kind: image, voice, video, file); its media id."""

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData(quote_fields=False)  # quoted names arrive at people as %E4%BD%A0
            data.add_field("media", content, filename=clean_name(name), content_type="application/octet-stream")
            return data

        url = f"{self._settings.oapi_base}/{UPLOAD}"
        answer = await self._client.call(Request(UPLOAD, url, Style.OLD, params={"type": kind}, body=form))
        media_id = answer.text("media_id")
        if media_id is None:
            raise TryLater(f"{UPLOAD}: no media id in the answer")
        return media_id

    async def departments(self) -> list[int]:
        """Ids of all departments, from the root down."""
        found, asked = [ROOT], 0
        while asked < len(found):
            answer = await self._old(DEPARTMENTS, {"dept_id": found[asked]})
            below = listing(answer.data, "result")
            ids = [row["dept_id"] for row in below if isinstance(row, dict) and isinstance(row.get("dept_id"), int)]
            found += [id for id in ids if id not in found]
            asked += 1
        return found

    async def members(self, department: int) -> list[Member]:
        """Who stands directly in a department."""
        found: list[Member] = []
        cursor: object = 0
        while True:
            answer = await self._old(MEMBERS, {"dept_id": department, "cursor": cursor, "size": 100})
            page = mapping(answer.data, "result")
            rows = [row for row in listing(page, "list") if isinstance(row, dict) and text(row, "userid")]
            found += [Member(text(row, "userid"), text(row, "name"), text(row, "job_number")) for row in rows]
            more, after = str(page.get("has_more")).lower() == "true", page.get("next_cursor")
            if not more or not isinstance(after, int) or after == cursor:
                return found
            cursor = after

    async def _old(self, api: str, message: Mapping[str, Any]) -> Answer:
        content = packed(message)
        url = f"{self._settings.oapi_base}/{api}"
        return await self._client.call(Request(api, url, Style.OLD, body=lambda: content))

    async def download(self, code: str, limit: int) -> Fetched:
        """A file that a person sent, of at most so many bytes. Raises Undeliverable when it is gone or larger."""
        found = await self._client.new(DOWNLOAD, {"downloadCode": code, "robotCode": self._settings.robot})
        url = found.text("downloadUrl")
        if url is None:
            raise TryLater(f"{DOWNLOAD}: no address in the answer")
        raw = await self._client.file(self._file(url, limit))
        if raw.status == 429:
            raise TryLater(f"{FILES}: http 429", fault=False)
        if raw.status != 200:
            raise Undeliverable(f"{FILES}: http {raw.status}")
        if not raw.whole:
            raise Undeliverable(f"{FILES}: larger than allowed")
        name = file_name(raw.disposition) if raw.disposition else clean_name(_last(url))
        return Fetched(name, raw.media_type, raw.content)

    def _file(self, url: str, limit: int) -> Request:
        """The address must be one of the configured bases', or https and public. Raises Undeliverable."""
        own = {_origin(urlsplit(base)) for base in (self._settings.api_base, self._settings.oapi_base)}
        try:
            parts = urlsplit(url)
            if _origin(parts) in own:
                return Request(FILES, url, Style.FILE, "GET", limit=limit)
            safe = parts.scheme == "https" and _may_be_public(parts.hostname or "")
        except ValueError:
            safe = False
        if not safe:
            raise Undeliverable(f"{DOWNLOAD}: an address that is not followed")
        return Request(FILES, url, Style.FILE, "GET", limit=limit, guarded=True)

    def _callback(self) -> dict[str, str]:
        if self._settings.mode == "stream":
            return {"callbackType": "STREAM"}
        return {"callbackType": "HTTP", "callbackRouteKey": ROUTE}

    def _to_person(self, user: str, preview: str) -> dict[str, Any]:
        return {
            "openSpaceId": f"dtv1.card//IM_ROBOT.{user}",
            "imRobotOpenSpaceModel": _space(preview),
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": self._settings.robot},
        }

    def _to_group(self, cid: str, preview: str) -> dict[str, Any]:
        return {
            "openSpaceId": f"dtv1.card//IM_GROUP.{cid}",
            "imGroupOpenSpaceModel": _space(preview),
            "imGroupOpenDeliverModel": {"robotCode": self._settings.robot},
        }


def _space(preview: str) -> dict[str, Any]:
    """HR data is not to be forwarded, and the notification gives nothing away."""
    return {
        "supportForward": False,
        "lastMessageI18n": {"ZH_CN": preview},
        "notification": {"alertContent": preview, "notificationOff": False},
    }


def _inner(param: Params) -> str:
    return json.dumps(dict(param), ensure_ascii=False, separators=(",", ":"))


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc.lower()


def _may_be_public(host: str) -> bool:
    """A name (its addresses are looked at when it is resolved), or a public address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return is_public(host)


def _last(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path, errors="replace")).name
