"""What a person reads: a chat as text, a lock screen, and what can be pressed on the card of our template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.dingtalk.records import Params, Shown

CONTENT = ("text1", "text2", "text3")


def preview(shown: Shown) -> str:
    """What a lock screen shows: of Markdown and cards only the words meant for it."""
    if shown.card is not None:
        return shown.push or "[卡片]"
    return shown.title or shown.text


def shown_text(shown: Shown) -> str:
    """Everything a person reads. Live buttons are [label], a greyed one （label）, fields `label ▾ options`."""
    if shown.card is not None:
        return "\n".join(line for line in lines(shown.card) if line)
    texts = [shown.title, shown.text] if not shown.text.startswith(shown.title) else [shown.text]
    links = [shown.body[name] for name in shown.body if name.startswith(("actionTitle", "buttonTitle", "singleTitle"))]
    return "\n".join([*(text for text in texts if text), *(f"<{link}>" for link in links)])


def lines(params: Params) -> Iterator[str]:
    """From top to bottom, as `docs/dingtalk/README.md` lays the template out."""
    for name in ("title", "subtitle", "status"):
        yield params.get(name, "")
    yield from (params.get(name, "") for name in CONTENT)
    for row in listed(params, "rows"):
        yield f"{row.get('label', '')} {row.get('text', '')}".strip()
    for field in fields(params):
        options = " / ".join(option["text"] for option in field.get("options", ()))
        yield f"{field.get('label', '')}{'*' if field.get('required') else ''} ▾ {options}".rstrip()
    if params.get("greyed"):
        yield f"（{params['greyed']}）"
    elif found := listed(params, "buttons"):
        yield " ".join(f"[{button['text']}]" for button in found)


def listed(params: Params, name: str) -> list[dict[str, Any]]:
    """A variable that holds a JSON list. Raises AssertionError when a phone could not draw it."""
    text = params.get(name, "")
    if not text:
        return []
    try:
        found = json.loads(text)
    except ValueError:
        raise AssertionError(f"{name} is not JSON: {text[:200]}") from None
    if isinstance(found, dict):  # the form component's own variable is {"fields": […]}
        found = found.get("fields")
    assert isinstance(found, list), f"{name} is not a list: {text[:200]}"
    assert all(isinstance(one, dict) for one in found), f"{name} holds something else than objects"
    return found


def buttons(params: Params) -> list[dict[str, Any]]:
    """Those that a finger can press now."""
    return [] if params.get("greyed") else [one for one in listed(params, "buttons") if not one.get("url")]


def fields(params: Params) -> list[dict[str, Any]]:
    """Of the form, those that are seen."""
    return [one for one in listed(params, "form") if not one.get("hidden")]
