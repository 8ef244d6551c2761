"""The app's credentials, its access tokens, and the envelopes of HTTP mode (by dingtalk-sdk)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass, field
from typing import Any

from dingtalk.crypto import DingTalkCrypto  # type: ignore[import-untyped]

from tests.fakes.dingtalk.errors import ApiError

ALNUM = string.ascii_letters + string.digits


def text(length: int) -> str:
    return "".join(secrets.choice(ALNUM) for _ in range(length))


@dataclass(frozen=True)
class Account:
    """One app with a robot, of one organisation. The robot code differs from the client id so that a mix-up shows."""

    corp_id: str = "dingtestcorp"
    client_id: str = field(default_factory=lambda: "ding" + text(16).lower())
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    robot_code: str = field(default_factory=lambda: "dingrobot" + text(12).lower())
    event_token: str = field(default_factory=lambda: text(24))
    event_aes_key: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="))
    card_template_id: str = field(default_factory=lambda: f"{secrets.token_hex(16)}.schema")

    def environment(self, base: str, *, template: bool = True, mode: str = "stream") -> dict[str, str]:
        """The settings of hrbot that lead to this fake."""
        settings = {
            "CLIENT_ID": self.client_id,
            "CLIENT_SECRET": self.client_secret,
            "ROBOT_CODE": self.robot_code,
            "CORP_ID": self.corp_id,
            "EVENT_TOKEN": self.event_token,
            "EVENT_AES_KEY": self.event_aes_key,
            "MODE": mode,
            "API_BASE": base,
            "OAPI_BASE": base,
            "AUTHORIZE_BASE": f"{base}/oauth2/auth",
        }
        if template:
            settings["CARD_TEMPLATE_ID"] = self.card_template_id
        return {f"HRBOT_DINGTALK__{name}": value for name, value in settings.items()}

    def crypto(self) -> Any:
        """The owner key of a subscription made in the console is the app key (facts 2.4)."""
        return DingTalkCrypto(self.event_token, self.event_aes_key, self.client_id)

    def seal(self, plain: str, timestamp: int) -> dict[str, str]:
        """msg_signature, timeStamp, nonce and encrypt of an event over HTTP."""
        sealed: dict[str, str] = self.crypto().encrypt_message(plain, text(8), timestamp)
        return sealed

    def opened(self, answer: Any) -> str:
        """The plain text of what the app answered to an event. Raises when anything is wrong with it."""
        stamp, nonce = str(answer["timeStamp"]), str(answer["nonce"])
        return str(self.crypto().decrypt_message(answer, answer["msg_signature"], stamp, nonce))

    def robot_sign(self, timestamp: int) -> str:
        """Of a robot message over HTTP (facts 2.3)."""
        return signed(self.client_secret, f"{timestamp}\n{self.client_secret}")


def signed(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


@dataclass
class Tokens:
    """Access tokens: the same one while it is valid; any other is refused."""

    life: float = 7200.0
    current: str | None = None
    ends: float = 0.0
    issued: int = 0
    expired: set[str] = field(default_factory=set)
    status: int = 400
    """HTTP status of InvalidAuthentication: 400 or 401 (facts 1)."""

    def get(self, now: float) -> tuple[str, int]:
        """The token and the seconds it has left."""
        self.pass_time(now)
        if self.current is None:
            self.issued += 1
            self.current, self.ends = secrets.token_hex(16), now + self.life
        return self.current, max(1, round(self.ends - now))

    def pass_time(self, now: float) -> None:
        if self.current and now >= self.ends:
            self.expire()

    def revoke(self) -> None:
        """Taken back early."""
        self.current = None

    def expire(self) -> None:
        """Its time is over now."""
        if self.current:
            self.expired.add(self.current)
        self.current = None

    def check(self, token: str | None, now: float) -> None:
        self.pass_time(now)
        if token and token == self.current:
            return
        hint = "access token expired" if token in self.expired else "access token missing or not valid"
        raise ApiError("InvalidAuthentication", hint, self.status, 42001 if token in self.expired else 40014)
