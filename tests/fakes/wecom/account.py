"""The app's credentials, its access tokens, and the envelope of a callback (by wechatpy)."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from urllib.parse import urlencode

import xmltodict

from tests.fakes.wecom.errors import ApiError

try:
    from wechatpy.work.crypto import WeChatCrypto
except ImportError:
    from wechatpy.enterprise.crypto import WeChatCrypto

ALNUM = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Account:
    """One self-built app of one company."""

    corp_id: str = "ww00test"
    agent_id: int = 1000002
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    token: str = field(default_factory=lambda: secrets.token_hex(12))
    aes_key: str = field(default_factory=lambda: "".join(secrets.choice(ALNUM) for _ in range(43)))
    """As the console makes it: letters and digits, so the last one may hold bits that base64 does not need."""

    def environment(self, base: str) -> dict[str, str]:
        """The settings of hrbot that lead to this fake."""
        return {
            "HRBOT_WECOM__CORP_ID": self.corp_id,
            "HRBOT_WECOM__AGENT_ID": str(self.agent_id),
            "HRBOT_WECOM__SECRET": self.secret,
            "HRBOT_WECOM__TOKEN": self.token,
            "HRBOT_WECOM__AES_KEY": self.aes_key,
            "HRBOT_WECOM__API_BASE": base,
            "HRBOT_WECOM__AUTHORIZE_BASE": f"{base.removesuffix('/cgi-bin')}/connect/oauth2/authorize",
            "HRBOT_WECOM__SCAN_BASE": f"{base.removesuffix('/cgi-bin')}/wwlogin/sso/login",
        }

    def seal(self, plain: str, timestamp: int, nonce: str | None = None) -> tuple[str, str, str]:
        """The ciphertext, the nonce and the signature (facts 2.2, 2.3)."""
        nonce = nonce or str(secrets.randbelow(9 * 10**9) + 10**9)
        crypto = WeChatCrypto(self.token, self.aes_key, self.corp_id)
        sealed = xmltodict.parse(crypto.encrypt_message(plain, nonce, str(timestamp)))["xml"]
        return sealed["Encrypt"], nonce, sealed["MsgSignature"]

    def envelope(self, xml: str, timestamp: int, nonce: str | None = None) -> tuple[str, bytes]:
        """The query string and the body of the POST that carries this XML (facts 2.4)."""
        encrypted, nonce, signature = self.seal(xml, timestamp, nonce)
        query = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})
        body = (
            f"<xml><ToUserName><![CDATA[{self.corp_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<AgentID><![CDATA[{self.agent_id}]]></AgentID></xml>"
        )
        return query, body.encode()


@dataclass
class Tokens:
    """Access tokens: the same one while it is valid; an old one is 42001 (expired) or 40014 (revoked, never issued)."""

    life: float = 7200.0
    current: str | None = None
    ends: float = 0.0
    issued: int = 0
    expired: set[str] = field(default_factory=set)

    def get(self, now: float) -> tuple[str, int]:
        """The token and the seconds it has left."""
        if self.current and now >= self.ends:
            self.expire()
        if self.current is None:
            self.issued += 1
            self.current, self.ends = f"at-{self.issued}-{secrets.token_urlsafe(96)}", now + self.life
        return self.current, max(1, round(self.ends - now))

    def revoke(self) -> None:
        """Taken back early: 40014 for whoever still uses it."""
        self.current = None

    def expire(self) -> None:
        """Its time is over now: 42001 for whoever still uses it."""
        if self.current:
            self.expired.add(self.current)
        self.current = None

    def check(self, token: str | None, now: float) -> None:
        if not token:
            raise ApiError(41001, "access_token missing")
        if self.current and now >= self.ends:
            self.expire()
        if token in self.expired:
            raise ApiError(42001, "access_token expired")
        if token != self.current:
            raise ApiError(40014, "invalid access_token")
