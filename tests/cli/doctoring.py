"""What `hrbot doctor` finds about the messengers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot import diagnosis
from bot.findings import Finding

OWN = ("wecom", "dingtalk")


async def found(home: Path, port: int = 0) -> list[Finding]:
    """What is said of the messengers; the fakes go on answering meanwhile."""
    every = await asyncio.to_thread(lambda: list(diagnosis.everything(home, port)))
    return [one for one in every if one.code.startswith(OWN)]


async def codes(home: Path, port: int = 0) -> list[str]:
    return [one.code for one in await found(home, port)]


async def bad(home: Path) -> list[str]:
    return [one.code for one in await found(home) if one.wrong]
