"""Who may ask at all: our own Host and Origin, no proxies before the demo, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.web import pages
from bot.web.who import DEMO, is_secure, wants_page

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PEOPLES = ("/console", "/h5", "/kiosk")
"""Where people are spoken for."""
MEANT = {
    "/h5": "/h5/",
    "/h5/announcements/": "/h5/announcements",
    "/kiosk/": "/kiosk",
    "/console/": "/console",
}
"""Addresses as people type them."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def hostname(value: str) -> str:
    return urlsplit(f"//{value}").hostname or ""


def refuse_foreign(request: web.Request) -> None:
    """Speaking as anybody exists on loopback only. Raises 403 for a foreign Host or Origin or a forwarded request."""
    origin = request.headers.get("Origin")
    foreign_origin = origin is not None and urlsplit(origin).netloc != request.host
    forwarded = any(name in request.headers for name in FORWARDED)
    if hostname(request.host) not in LOOPBACK or foreign_origin or forwarded:
        raise web.HTTPForbidden(text="the web chat of the demo answers only this machine")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Foreign requests refused, mistakes as JSON or as a page, safe headers on all that a browser may see."""
    if request.path.startswith("/callback/"):
        return await handler(request)
    if request.app[DEMO] and request.path.startswith(PEOPLES):
        refuse_foreign(request)
    try:
        if "/api/" in request.path and "\0" in request.path + request.query_string:
            raise web.HTTPBadRequest(text="no database stores NUL")
        response = await handler(request)
    except web.HTTPException as error:
        response = _mistake(request, error.status, error.text or error.reason)
        if "Location" in error.headers:
            response.headers["Location"] = error.headers["Location"]
    except ConnectionResetError:
        raise
    except Exception:
        log.exception("web.failed", path=request.path)
        response = _mistake(request, 500, "internal error")
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_secure(request):
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _mistake(request: web.Request, status: int, reason: str) -> web.Response:
    """What went wrong: for scripts as JSON, for people as a page that says what to do."""
    if status < 400 or not wants_page(request) or not request.path.startswith(PEOPLES) or "/api/" in request.path:
        return web.json_response({"error": reason}, status=status)
    if status == 404 and request.path in MEANT:
        return web.Response(status=302, headers={"Location": MEANT[request.path]})
    if status == 404:
        return pages.render("gone.html", status=status)
    return pages.render("trouble.html", status=status, code=status)
