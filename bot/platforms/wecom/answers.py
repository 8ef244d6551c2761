"""What WeCom's answers say: read strictly, and kept out of logs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bot.platforms.port import Fetched
from bot.platforms.wecom.breaker import Unreachable
from bot.platforms.wecom.transport import Raw

_HINT = re.compile(r"hint: ?\[([\w-]{1,64})\]")
_ADDRESS = re.compile(r"from ip: ?([\d.:a-fA-F]{3,45})")
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"\ud800-\udfff]')
_STARRED = re.compile(r"filename\*\s*=\s*\"?utf-8'[^';]*'([^;\"]+)", re.IGNORECASE)
_PLAIN = re.compile(r'filename\s*=\s*(?:"([^"]*)"|([^;"]+))', re.IGNORECASE)
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}%[0-9A-Fa-f]{2}")
_NO_FILES = {"application/json", "text/plain", "text/html"}


class CardFrozen(Exception):
    """A card that can no longer be changed: a new one must be sent."""


@dataclass(frozen=True)
class Sent:
    """A message that WeCom took. `invalid` people (lower case) did not get it."""

    message_id: str
    response_code: str | None = field(repr=False)
    invalid: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """A JSON answer, or a file."""

    errcode: int
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    file: Fetched | None = field(default=None, repr=False)

    def text(self, name: str) -> str | None:
        found = self.data.get(name)
        return found if isinstance(found, str) and found else None

    def people(self, *names: str) -> frozenset[str]:
        """Userids of pipe-joined lists."""
        parts = "|".join(self.text(name) or "" for name in names).lower().split("|")
        return frozenset(part.strip() for part in parts if part.strip())

    def traces(self) -> dict[str, str]:
        """What WeCom's support asks for: the hint, and the address that we called from. The rest is never logged."""
        said = self.text("errmsg") or ""
        found = {"hint": _HINT.search(said), "address": _ADDRESS.search(said)}
        return {name: match[1] for name, match in found.items() if match}


def read(raw: Raw) -> Answer:
    """A JSON answer. Raises Unreachable for anything else."""
    if raw.status != 200:
        raise Unreachable(f"http {raw.status}")
    if not raw.whole:
        raise Unreachable("answer too long")
    data = _document(raw.content)
    errcode = data.get("errcode") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(errcode, int) or isinstance(errcode, bool):
        raise Unreachable("answer not understood")
    return Answer(errcode, data)


def read_file(raw: Raw) -> Answer | None:
    """A file, or the JSON that says why there is none; None when it is longer than the limit."""
    is_file = raw.status == 200 and (raw.disposition is not None or raw.media_type not in _NO_FILES)
    if is_file and not raw.whole:
        return None
    if is_file:
        return Answer(0, file=Fetched(file_name(raw.disposition or ""), raw.media_type, raw.content))
    return read(raw)


def file_name(disposition: str) -> str:
    """The name in a Content-Disposition header, in any of the ways that servers write Chinese there."""
    if starred := _STARRED.search(disposition):
        return clean_name(unquote(starred[1], errors="replace"))
    plain = _PLAIN.search(disposition)
    name = (plain[1] or plain[2] or "").strip() if plain else ""
    octets = name.encode(errors="surrogateescape")  # aiohttp keeps what is not UTF-8 like this
    try:
        name = octets.decode()
    except UnicodeDecodeError:
        name = octets.decode("gb18030", "replace")
    return clean_name(unquote(name, errors="replace") if _ENCODED.search(name) else name)


def clean_name(name: str) -> str:
    """A file's name without folders, quotes and control characters, at most 100 characters."""
    bare = _NOT_IN_NAMES.sub("", re.split(r"[/\\]", name)[-1]).strip()[-100:]
    return bare if bare.strip(".") else "file"


def _document(content: bytes) -> object:
    """The JSON, None when it is not: the parser's own words would quote the answer."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
