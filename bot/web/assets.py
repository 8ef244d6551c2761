"""Style and scripts of the H5 pages, from memory: ours in `static/h5/`, others' in `vendor/`."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent
SENT = {".css", ".js", ".svg"}
PACKED = 1400
"""Bytes; what fits into one packet gains nothing from being smaller."""


@dataclass(frozen=True)
class Asset:
    """One file as browsers get it. A day old it is asked for again, and then mostly unchanged."""

    content: bytes
    packed: bytes
    media_type: str
    tag: str

    @classmethod
    def read(cls, file: Path) -> Asset:
        content = file.read_bytes()
        packed = gzip.compress(content, mtime=0) if len(content) > PACKED else b""
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return cls(content, packed, kind, hashlib.sha256(content).hexdigest()[:32])

    def answer(self, request: web.Request) -> web.Response:
        headers = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding", "ETag": f'"{self.tag}"'}
        if any(known.value == self.tag for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        if self.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=self.packed, content_type=self.media_type, headers=headers)
        return web.Response(body=self.content, content_type=self.media_type, headers=headers)


def routes() -> list[web.AbstractRouteDef]:
    """/h5/assets/<name>: exactly the files that are there now."""
    folders = (HERE / "vendor", HERE / "static" / "h5", HERE / "static")
    files = [file for folder in folders for file in sorted(folder.iterdir()) if file.suffix in SENT]
    found = {file.name: Asset.read(file) for file in reversed(files)}

    async def asset(request: web.Request) -> web.Response:
        if request.match_info["name"] not in found:
            raise web.HTTPNotFound
        return found[request.match_info["name"]].answer(request)

    return [web.get("/h5/assets/{name}", asset)]
