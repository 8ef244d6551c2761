"""Where it runs: the environment (`HRBOT_…`), read once, frozen."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


def default_data_dir() -> Path:
    """`$XDG_STATE_HOME/hrbot`, as root `/var/lib/hrbot`."""
    if os.geteuid() == 0:
        return Path("/var/lib/hrbot")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "hrbot"


class WeCom(BaseModel):
    """A company's own WeCom app (自建应用). Limits are WeCom's, less a reserve for what a crash sent unrecorded."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    corp_id: str = Field(min_length=1)
    agent_id: int
    secret: SecretStr
    token: SecretStr
    aes_key: SecretStr
    """EncodingAESKey: 43 characters."""
    api_base: str = "https://qyapi.weixin.qq.com/cgi-bin"
    authorize_base: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    scan_base: str = "https://login.work.weixin.qq.com/wwlogin/sso/login"
    """Where people log in on the web: inside WeCom, and on a computer by a scan."""
    notice_url: str = "https://work.weixin.qq.com/"
    """Where a tap on a notice leads when it has no page of ours; WeCom wants an address on each."""
    replay_seconds: int = Field(default=300, ge=30)
    """A callback older or younger than this is refused."""
    member_per_minute: int = Field(default=28, ge=1)
    member_per_hour: int = Field(default=950, ge=1)
    """More to one member is dropped by WeCom without a word (30 and 1000)."""
    bot_id: str | None = None
    """Of an intelligent bot (智能机器人), which people can ask in groups; it needs no public address."""
    bot_secret: SecretStr | None = None
    bot_url: str = "wss://openws.work.weixin.qq.com"
    api_per_minute: int = Field(default=9_500, ge=1)
    """Calls of one API by the whole company (10,000)."""

    @field_validator("aes_key")
    @classmethod
    def is_a_key(cls, given: SecretStr) -> SecretStr:
        if not AES_KEY.fullmatch(given.get_secret_value()):
            raise ValueError("EncodingAESKey has 43 letters and digits; copy it again from 接收消息 → API 接收")
        return given

    @field_validator("api_base")
    @classmethod
    def without_slash(cls, given: str) -> str:
        return given.rstrip("/")


class DingTalk(BaseModel):
    """A company's own DingTalk app with a robot. Quotas are those of the standard edition."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    robot_code: str = ""
    """Usually the client id."""
    corp_id: str | None = None
    """Messages of another company are refused when it is given."""
    event_token: SecretStr | None = None
    event_aes_key: SecretStr | None = None
    card_template_id: str | None = None
    """Of the template in `docs/dingtalk/`; without it cards are words with typed answers."""
    mode: Literal["stream", "http"] = "stream"
    connections: int = Field(default=2, ge=1, le=20)
    """Stream connections of each process that takes messages."""
    api_base: str = "https://api.dingtalk.com"
    oapi_base: str = "https://oapi.dingtalk.com"
    authorize_base: str = "https://login.dingtalk.com/oauth2/auth"
    """Where people log in on the web."""
    calls_per_second: int = Field(default=15, ge=1)
    """Of one API by all processes (20)."""
    monthly_calls: int = Field(default=5_000, ge=1)
    monthly_pushes: int = Field(default=3_000, ge=1)

    @field_validator("event_aes_key")
    @classmethod
    def is_a_key(cls, given: SecretStr | None) -> SecretStr | None:
        if given and not AES_KEY.fullmatch(given.get_secret_value()):
            raise ValueError("the events' aes_key has 43 letters and digits; copy it again from 事件订阅")
        return given

    @field_validator("api_base", "oapi_base")
    @classmethod
    def without_slash(cls, given: str) -> str:
        return given.rstrip("/")

    @property
    def robot(self) -> str:
        return self.robot_code or self.client_id


class Settings(BaseSettings):
    """Everything that differs from one installation to the next. Secrets have no repr."""

    model_config = SettingsConfigDict(
        env_prefix="HRBOT_", env_nested_delimiter="__", env_ignore_empty=True, frozen=True
    )

    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: SecretStr | None = None
    """`postgresql+asyncpg://…` of a real server; without it the embedded one runs in the data directory."""
    host: str = "127.0.0.1"
    port: int = 8080
    wecom: WeCom | None = None
    dingtalk: DingTalk | None = None
    chat_workers: int = 8
    send_workers: int = 4
    bulk_workers: int = 2
    waiting_messages: int = 30
    """More waiting messages of one person are answered once with 稍等 and not queued."""
    max_upload_bytes: int = 10 * 1024 * 1024
    stop_seconds: float = 8.0
    kiosk_idle_seconds: int = Field(default=60, ge=5, le=60)
    """A shared device that nobody touches for so long logs its person off."""
    trace: bool = False
    """Keep what was understood and which steps ran, for the web chat's trace (the demo turns it on)."""
    font: Path | None = None
    public_url: str | None = None
    """Where people's phones reach this server, `https://hr.example.com`; without it no message carries a link."""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Reverse proxies in front, whose word is taken for where a request comes from (X-Forwarded-For)."""
    redis_url: SecretStr | None = None
    """Only makes things faster: losing it loses and doubles nothing."""

    @field_validator("public_url")
    @classmethod
    def is_an_origin(cls, given: str | None) -> str | None:
        if given is None:
            return None
        if not re.fullmatch(r"https?://[^/\s?#@]+/?", given):
            raise ValueError("HRBOT_PUBLIC_URL is scheme and host only, such as https://hr.example.com")
        return given.rstrip("/")

    @property
    def messengers(self) -> tuple[str, ...]:
        """Those that are connected; the first is where notices go for a person who never wrote."""
        return tuple(name for name, own in (("wecom", self.wecom), ("dingtalk", self.dingtalk)) if own)

    @property
    def default_platform(self) -> str:
        """Where notices go for a person who never wrote."""
        return next(iter(self.messengers), "console")
