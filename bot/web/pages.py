"""Pages for people's phones and kiosks: Jinja2 templates in `templates/`, everything escaped, no inline script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cards.words import when

TEMPLATES = Path(__file__).parent / "templates"
_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_environment.filters["when_"] = when


def render(template: str, /, *, status: int = 200, **data: Any) -> web.Response:
    """The page `templates/<template>`; `base.html` gives it style, title and place for scripts.

    Its forms may be sent back to us: under the server's usual `no-referrer` browsers would hide where they come from.
    """
    words = _environment.get_template(template).render(**data)
    headers = {"Referrer-Policy": "same-origin"}
    return web.Response(text=words, status=status, content_type="text/html", charset="utf-8", headers=headers)
