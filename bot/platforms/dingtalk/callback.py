"""The door for DingTalk over HTTP: `POST /callback/dingtalk`, for robot messages, card presses and events alike.

What it is, the signature tells: of an event in the query over an encrypted body, of a press and of a message in
headers that do not cover the body (facts/dingtalk.md §2.3, §2.4, §3.3), so whatever a body says is looked up and
checked as if anybody had said it. One answer for all that is forged. Bodies, tokens and addresses are never logged.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiohttp import web

from bot.platforms import bodies
from bot.platforms.bodies import Refused
from bot.platforms.dingtalk import events, presses
from bot.platforms.dingtalk.incoming_metrics import ACK_SECONDS
from bot.platforms.dingtalk.intake import NONE, Foreign, Full, Hooks, Intake, Unreadable, settled
from bot.platforms.shared.crypto import Crypto, Forged
from bot.platforms.shared.documents import MAX_BYTES, load
from bot.platforms.shared.keeper import Store
from config.settings import DingTalk

log = structlog.get_logger()
PATH = "/callback/dingtalk"
REPLAY_SECONDS = 300
"""A push older or younger than this is refused; DingTalk itself allows an hour."""
ROBOT_HEADERS = ("timestamp", "sign")
CARD_HEADERS = ("x-ddpaas-signature-timestamp", "x-ddpaas-signature")
SIGNATURES = ("signature", "msg_signature")
"""Both names occur in the query of an event."""
_SECONDS_DIGITS = 10
_WRONG = (Forged, Foreign, Unreadable)


def owned(own: DingTalk) -> Crypto | None:
    """The crypto of events; None without their keys. A subscription made in the console is owned by the app key."""
    if own.event_token is None or own.event_aes_key is None:
        return None
    return Crypto(own.event_token.get_secret_value(), own.event_aes_key.get_secret_value(), own.client_id)


@dataclass(frozen=True)
class Callback:
    """`store` and `hooks` as of Stream. Presses are signed with the client secret: register the route with it."""

    settings: DingTalk
    store: Store
    real_now: Callable[[], datetime]
    hooks: Hooks = field(default_factory=Hooks)
    body_seconds: float = 4.0
    store_seconds: float = 1.5
    """For the commit; DingTalk gives a press 2 seconds and an event 2.5."""
    intake: Intake = field(init=False)
    crypto: Crypto | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "crypto", owned(self.settings))
        object.__setattr__(self, "intake", Intake(self.settings, self.store, self.real_now, self.hooks))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post(PATH, self.receive)]

    async def stop(self, _: web.Application | None = None) -> None:
        """Store what was taken; fit for `on_shutdown` of the application."""
        await self.intake.stop(1.0)

    async def receive(self, request: web.Request) -> web.Response:
        """One push: 200 once it is stored, is safe in memory, was there before or needs no storing."""
        started = time.perf_counter()
        try:
            body = await bodies.read(request, MAX_BYTES, self.body_seconds)
            if any(name in request.query for name in SIGNATURES):
                return await self._event(request, body)
            if CARD_HEADERS[1] in request.headers:
                return await self._press(request, body)
            return await self._robot(request, body)
        except _WRONG as wrong:
            outcome = "foreign" if isinstance(wrong, Foreign) else "forged"
            return self._refusal(Refused(401, outcome))
        except Refused as refused:
            return self._refusal(refused)
        except Full:
            return web.Response(status=503)
        except ConnectionError:  # whoever sent it is gone
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours: DingTalk may send it again, and nothing leaks
            log.error("dingtalk.callback_failed", error=type(error).__name__)
            return self._refusal(Refused(500, "fault"))
        finally:
            ACK_SECONDS.labels("http").observe(time.perf_counter() - started)

    def _refusal(self, refused: Refused) -> web.Response:
        """An empty answer, the same for every reason of one status."""
        self.intake.count(NONE, refused.outcome)
        return web.Response(status=refused.status)

    async def _robot(self, request: web.Request, body: bytes) -> web.Response:
        stamp, sign = (request.headers.get(name, "") for name in ROBOT_HEADERS)
        secret = self.settings.client_secret.get_secret_value()
        self._check(stamp, sign, f"{stamp}\n{secret}")
        return await self._answered(self.intake.robot(load(body)), web.Response())

    async def _press(self, request: web.Request, body: bytes) -> web.Response:
        stamp, sign = (request.headers.get(name, "") for name in CARD_HEADERS)
        self._check(stamp, sign, stamp)
        payload = load(body)
        storing = self.intake.press(payload, presses.http_delivery(payload, stamp))
        return await self._answered(storing, web.json_response({}))

    async def _answered(self, storing: asyncio.Task[str] | None, answer: web.Response) -> web.Response:
        """Kept in memory is as good as stored: whether DingTalk would send it again is not documented."""
        lost = await settled(storing, self.store_seconds) == "lost"
        return web.Response(status=503) if lost else answer

    def _check(self, stamp: str, sign: str, message: str) -> None:
        """Raises Forged for a wrong signature, Refused for an old one."""
        key = self.settings.client_secret.get_secret_value().encode()
        expected = b64encode(hmac.digest(key, message.encode("utf-8", "replace"), "sha256"))
        if not hmac.compare_digest(expected, sign.strip().encode("utf-8", "replace")):
            raise Forged
        self._check_age(stamp)

    def _check_age(self, stamp: str) -> None:
        """Milliseconds as DingTalk writes them, or seconds."""
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 15):
            raise Forged
        at = int(stamp) if len(stamp) <= _SECONDS_DIGITS else int(stamp) / 1000
        if abs(self.real_now().timestamp() - at) > REPLAY_SECONDS:
            raise Refused(401, "stale")

    async def _event(self, request: web.Request, body: bytes) -> web.Response:
        """Answered with an encrypted `success`, or 503 when it could not be stored: then DingTalk sends it again."""
        if self.crypto is None:
            raise Forged
        signatures = {value for name in SIGNATURES for value in request.query.getall(name, ())}
        if len(signatures) != 1:
            raise Forged
        stamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
        encrypted = load(body).get("encrypt")
        if not isinstance(encrypted, str):
            raise Forged
        plain = self.crypto.open(signatures.pop(), stamp, nonce, encrypted)
        self._check_age(stamp)
        event = events.of_body(load(plain), self.settings)
        if event.kind == events.CHECK_URL:
            self.intake.count(event.kind, "acked")
        elif await self.intake.event(event, self.store_seconds) == "later":
            return web.Response(status=503)
        return self._success(self.crypto)

    def _success(self, crypto: Crypto) -> web.Response:
        stamp, nonce = str(int(self.real_now().timestamp() * 1000)), secrets.token_hex(8)
        encrypted, signature = crypto.seal(b"success", stamp, nonce)
        answer = {"msg_signature": signature, "timeStamp": stamp, "nonce": nonce, "encrypt": encrypted}
        return web.json_response(answer)
