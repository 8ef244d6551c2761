"""Callbacks as WeCom sends them: a company, its app, and messages sealed with its keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from pydantic import SecretStr

from bot.platforms.shared.crypto import Crypto
from config.settings import WeCom

CORP, AGENT, TOKEN = "ww00test", 1000002, "QDG6eK"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
NOW = 1795000000

TEXT = (
    f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[ZhangSan]]></FromUserName>"
    "<CreateTime>1795000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[查年假]]></Content>"
    f"<MsgId>900000000000000001</MsgId><AgentID>{AGENT}</AgentID></xml>"
)


def wecom() -> WeCom:
    return WeCom(corp_id=CORP, agent_id=AGENT, secret=SecretStr("s"), token=SecretStr(TOKEN), aes_key=SecretStr(KEY))


def crypto(corp: str = CORP) -> Crypto:
    return Crypto(TOKEN, KEY, corp)


def event(name: str, more: str = "", *, sender: str = "lisi", time: int = NOW, agent: int | None = AGENT) -> str:
    """The XML of an event; `more` is put into it as it is."""
    app = "" if agent is None else f"<AgentID>{agent}</AgentID>"
    return (
        f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>{sender}</FromUserName><CreateTime>{time}</CreateTime>"
        f"<MsgType>event</MsgType><Event>{name}</Event>{app}{more}</xml>"
    )


@dataclass
class Post:
    """One sealed callback: query parameters and the body's ciphertext, each of which a test may spoil."""

    encrypted: str
    query: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return (
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><AgentID><![CDATA[{AGENT}]]></AgentID>"
            f"<Encrypt><![CDATA[{self.encrypted}]]></Encrypt></xml>"
        ).encode()

    @property
    def path(self) -> str:
        return "/callback/wecom?" + urlencode(self.query)


def post(xml: str | bytes = TEXT, *, at: int = NOW, nonce: str = "1372623149", by: Crypto | None = None) -> Post:
    """Seal a message; `by` are the keys of somebody else."""
    message = xml.encode() if isinstance(xml, str) else xml
    encrypted, signature = (by or crypto()).seal(message, str(at), nonce)
    return Post(encrypted, {"msg_signature": signature, "timestamp": str(at), "nonce": nonce})
