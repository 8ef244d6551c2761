"""Pictures and files that people sent to the bot: fetched from where WeCom keeps them for five minutes, and opened."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass, field

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from yarl import URL

from bot.platforms.port import AIBOT, Fetched, Media, TryLater, Undeliverable
from bot.platforms.shared.answered import file_name, read_body
from bot.platforms.shared.documents import loaded, text

HOSTS = (".qq.com", ".qpic.cn", ".myqcloud.com")
"""WeCom's own and those of the storage that it uses; nothing else is fetched, whatever a message says."""
PADDED_TO = 32
"""Bytes; also of a key."""
PATIENCE = aiohttp.ClientTimeout(total=60, connect=3, sock_read=10)


@dataclass(frozen=True)
class Shelf:
    """Fetches what a message named. `own` are hosts of our own settings, as tests have them."""

    limit: int
    own: frozenset[str] = field(default_factory=frozenset)

    async def fetch(self, media: Media) -> Fetched:
        """Raises TryLater, or Undeliverable for what is gone, too large, elsewhere, or not to be opened."""
        lies = loaded(media.id.removeprefix(AIBOT))
        address, key = self._checked(text(lies, "url")), _key(text(lies, "aeskey"))
        try:
            async with (
                aiohttp.ClientSession(timeout=PATIENCE, cookie_jar=aiohttp.DummyCookieJar()) as http,
                http.get(address, allow_redirects=False) as answer,
            ):
                if answer.status >= 500 or answer.status == 429:
                    raise TryLater(f"the file's host: http {answer.status}", fault=False)
                if answer.status != 200:
                    raise Undeliverable(f"the file is gone: http {answer.status}")
                content, whole = await read_body(answer, self.limit + PADDED_TO)
                name = media.name or file_name(answer.headers.get("Content-Disposition", ""))
                kind = answer.content_type
        except (aiohttp.ClientError, OSError, TimeoutError) as fault:
            raise TryLater(f"the file's host: {type(fault).__name__}", fault=False) from None
        if not whole:
            raise Undeliverable("the file is larger than allowed")
        return Fetched(name, kind, opened(content, key) if key else content)

    def _checked(self, address: str) -> URL:
        try:
            url = URL(address)
        except ValueError:
            raise Undeliverable("no address of a file") from None
        host = (url.host or "").lower()
        if host in self.own or (url.scheme == "https" and host.endswith(HOSTS) and url.port == 443):
            return url
        raise Undeliverable("a file that lies elsewhere")


def _key(given: str) -> bytes:
    """32 bytes as base64, its last sign mostly left out; nothing for a file that is not encrypted."""
    if not given:
        return b""
    try:
        key = b64decode(given + "=" * (-len(given) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Undeliverable("the file's key is none") from None
    if len(key) != PADDED_TO:
        raise Undeliverable("the file's key is none")
    return key


def opened(sealed: bytes, key: bytes) -> bytes:
    """AES-256-CBC, the vector is the key's first half, padded to 32 as in PKCS#7. Raises Undeliverable."""
    if not sealed or len(sealed) % 16:
        raise Undeliverable("the file cannot be opened")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    size = plain[-1]
    if not 1 <= size <= PADDED_TO or not plain.endswith(bytes([size]) * size):
        raise Undeliverable("the file cannot be opened")
    return plain[:-size]
