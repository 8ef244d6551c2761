"""The menu of the app: read from the company's file, checked against WeCom's limits before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.platforms.shared.fitting import size_in_bytes
from bot.platforms.wecom.events import SAY

FILE = Path(__file__).parents[3] / "config" / "company" / "wecom_menu.yaml"
TOP, BELOW = 3, 5
TOP_BYTES, BELOW_BYTES, KEY_BYTES = 16, 40, 128
"""Of names and keys. WeCom documents the limits; those of names are also what phones have room for."""
FIELDS = {"name", "say", "items"}


class MenuRefused(Exception):
    """The file is no menu that WeCom takes. The message is for the operator."""


def read(path: Path = FILE) -> dict[str, Any]:
    """The body of menu/create. Raises MenuRefused."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as wrong:
        raise MenuRefused(f"{path} cannot be read: {str(wrong).splitlines()[0]}") from None
    entries = _list(document, "the menu", TOP)
    return {"button": [_entry(entry, f"entry {number}", TOP_BYTES) for number, entry in enumerate(entries, 1)]}


def _entry(entry: object, where: str, most: int) -> dict[str, Any]:
    """A button that says something, or one that opens a list; the latter only at the top."""
    if not isinstance(entry, dict) or not entry.keys() <= FIELDS:
        raise MenuRefused(f"{where}: it has a name and either say or items, and nothing else")
    name = _text(entry, "name", where, most)
    if ("say" in entry) == ("items" in entry):
        raise MenuRefused(f"{where}: it has either say or items")
    if "say" in entry:
        return {"type": "click", "name": name, "key": SAY + _text(entry, "say", where, KEY_BYTES - size_in_bytes(SAY))}
    if most != TOP_BYTES:
        raise MenuRefused(f"{where}: a list below a list is not possible")
    items = _list(entry["items"], where, BELOW)
    below = [_entry(item, f"{where}, item {number}", BELOW_BYTES) for number, item in enumerate(items, 1)]
    return {"name": name, "sub_button": below}


def _list(found: object, where: str, most: int) -> list[Any]:
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        raise MenuRefused(f"{where}: 1 to {most} entries are possible")
    return found


def _text(entry: dict[Any, Any], field: str, where: str, most: int) -> str:
    """What stands there, without spaces around it; YAML may make a number or a truth value of it."""
    found = entry.get(field)
    if not isinstance(found, str) or not (text := found.strip()) or not text.isprintable():
        raise MenuRefused(f"{where}: {field} is a line of text")
    if size_in_bytes(text) > most:
        raise MenuRefused(f"{where}: {field} has {size_in_bytes(text)} bytes, at most {most} are possible: {text}")
    return text
