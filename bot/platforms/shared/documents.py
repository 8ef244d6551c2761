"""Reads a messenger's JSON: objects whose fields may be missing, of another type, or JSON once more."""

from __future__ import annotations

import json
from collections.abc import Mapping

Document = Mapping[str, object]
MAX_BYTES = 1024 * 1024
"""Of a frame or a body."""


class Unreadable(Exception):
    """Not an object of JSON; it never says what it was."""


def load(raw: str | bytes | object) -> Document:
    """The object inside; what stands in a string is read once more, as Stream frames need it. Raises Unreadable."""
    found = raw
    for _ in range(3):
        if not isinstance(found, str | bytes):
            break
        try:
            found = json.loads(found.decode() if isinstance(found, bytes) else found)
        except (ValueError, RecursionError):
            raise Unreadable from None
    if not isinstance(found, dict):
        raise Unreadable
    return found


def loaded(raw: object) -> Document:
    """As `load`, but nothing where there is no object."""
    try:
        return load(raw)
    except Unreadable:
        return {}


def mapping(document: Document, name: str) -> Document:
    """A field that is an object, or the text of one; else nothing."""
    return loaded(document.get(name))


def listing(document: Document, name: str) -> list[object]:
    """A field that is a list, or the text of one (samples show `"[2,3]"`); a lone value is a list of one."""
    found = document.get(name)
    if isinstance(found, str) and found.startswith("["):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            return []
    if isinstance(found, list):
        return found
    return [] if found is None or found == "" else [found]


def clean(text: str) -> str:
    """Without what no database stores: NUL and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def text(document: Document, name: str) -> str:
    """A field as text without surrounding blanks; numbers as they are written, everything else is ""."""
    return word(document.get(name)).strip()


def word(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def seconds(document: Document, name: str) -> float | None:
    """A time in milliseconds, number or text, as Unix seconds; None when it is none."""
    digits = text(document, name)
    return int(digits) / 1000 if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None
