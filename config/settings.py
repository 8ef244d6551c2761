"""Where it runs: the environment (`HRBOT_…`), read once, frozen."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """`$XDG_STATE_HOME/hrbot`, as root `/var/lib/hrbot`."""
    if os.geteuid() == 0:
        return Path("/var/lib/hrbot")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "hrbot"


class Settings(BaseSettings):
    """Everything that differs from one installation to the next. Secrets have no repr."""

    model_config = SettingsConfigDict(env_prefix="HRBOT_", env_nested_delimiter="__", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: SecretStr | None = None
    """`postgresql+asyncpg://…` of a real server; without it the embedded one runs in the data directory."""
    host: str = "127.0.0.1"
    port: int = 8080
    default_platform: str = "console"
    """Where notices go for a person who never wrote."""
    chat_workers: int = 8
    send_workers: int = 4
    bulk_workers: int = 2
    waiting_messages: int = 30
    """More waiting messages of one person are answered once with 稍等 and not queued."""
    max_upload_bytes: int = 10 * 1024 * 1024
    stop_seconds: float = 8.0
    trace: bool = False
    """Keep what was understood and which steps ran, for the web chat's trace (the demo turns it on)."""
    font: Path | None = None
