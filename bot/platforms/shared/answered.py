"""An HTTP answer of a messenger: bounded in size, its name for a file made harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

import aiohttp

CHUNK = 64 * 1024
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"\ud800-\udfff]')
_STARRED = re.compile(r"filename\*\s*=\s*\"?utf-8'[^';]*'([^;\"]+)", re.IGNORECASE)
_PLAIN = re.compile(r'filename\s*=\s*(?:"([^"]*)"|([^;"]+))', re.IGNORECASE)
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}%[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class Raw:
    """An HTTP answer, whatever it says. `whole` is False when it was longer than the limit and not read to its end."""

    status: int
    media_type: str
    disposition: str | None = field(repr=False)
    """The Content-Disposition header as it came: it names a file."""
    retry_after: str | None
    content: bytes = field(repr=False)
    whole: bool
    date: str | None = None
    """The Date header: the clock over there."""


async def read_body(response: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """The body up to the limit; what is longer is dropped with its connection."""
    if (response.content_length or 0) > limit:
        response.close()
        return b"", False
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > limit:
            response.close()
            return b"", False
    return bytes(content), True


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
