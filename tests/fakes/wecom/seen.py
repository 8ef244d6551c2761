"""What a person reads: a screen as text, a lock screen, and what can be pressed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.wecom.records import Shown

TAG = re.compile(r"<br\s*/?>|</?(?:a|div|font)\b[^>]*>")
WORDLESS = {"image": "[图片]", "voice": "[语音]", "video": "[视频]"}


def bare(text: str) -> str:
    """Without the tags that WeCom draws."""
    return TAG.sub(lambda found: "\n" if found[0].startswith("<br") else "", text)


def preview(shown: Shown) -> str:
    """What a lock screen shows."""
    body = shown.body
    if shown.kind in ("text", "markdown"):
        return bare(shown.text)
    if shown.card is not None:
        return " ".join(titles(shown.card)) or str(shown.card.get("sub_title_text", ""))
    if shown.kind == "textcard":
        return f"{body.get('title', '')} {bare(body.get('description', ''))}".strip()
    if shown.kind == "news":
        return str(body["articles"][0]["title"])
    if shown.kind == "file":
        return f"[文件] {shown.file[0] if shown.file else ''}".strip()
    return WORDLESS[shown.kind]


def shown_text(shown: Shown) -> str:
    """Everything a person reads. Live buttons and votes are [label], greyed ones （label）, the menu ⋯[label]."""
    if shown.recalled:
        return ""
    if shown.card is not None:
        return "\n".join(line for line in lines(shown.card, shown.greyed) if line)
    if shown.kind == "news":
        articles = shown.body["articles"]
        return "\n".join(f"{item['title']}\n{item.get('description', '')}".strip() for item in articles)
    if shown.kind == "textcard":
        button = shown.body.get("btntxt") or "详情"
        return f"{shown.body['title']}\n{bare(shown.body['description'])}\n{button}"
    return preview(shown)


def titles(card: dict[str, Any]) -> list[str]:
    head = card.get("main_title") or {}
    return [text for text in (head.get("title", ""), head.get("desc", "")) if text]


def lines(card: dict[str, Any], greyed: str | None) -> Iterator[str]:
    """From top to bottom."""
    yield (card.get("source") or {}).get("desc", "")
    yield from titles(card)
    for name, keys in {
        "emphasis_content": ("title", "desc"),
        "quote_area": ("title", "quote_text"),
        "image_text_area": ("title", "desc"),
    }.items():
        yield from ((card.get(name) or {}).get(key, "") for key in keys)
    yield card.get("sub_title_text", "")
    for item in card.get("vertical_content_list") or ():
        yield from (item.get("title", ""), item.get("desc", ""))
    for item in card.get("horizontal_content_list") or ():
        yield f"{item['keyname']} {item.get('value', '')}".strip()
    yield from (item["title"] for item in card.get("jump_list") or ())
    yield from choices(card, greyed)
    yield from buttons(card, greyed)
    if menu := card.get("action_menu"):
        yield " ".join(f"⋯[{item['text']}]" for item in menu["action_list"])


def choices(card: dict[str, Any], greyed: str | None) -> Iterator[str]:
    """Vote options as [label]; drop-downs as `title ▾ one / other`, frozen ones with what was chosen."""
    if box := card.get("checkbox"):
        frozen = greyed is not None or box.get("disable", False)
        for option in box["option_list"]:
            tick = "✓" if option.get("is_checked") else ""
            yield tick + (option["text"] if frozen else f"[{option['text']}]")
    for item in selectors(card):
        texts = {option["id"]: option["text"] for option in item["option_list"]}
        frozen = greyed is not None or item.get("disable", False)
        chosen = texts.get(item.get("selected_id", ""), "")
        yield (
            f"{item.get('title', '')} {chosen}" if frozen else f"{item.get('title', '')} ▾ {' / '.join(texts.values())}"
        )


def buttons(card: dict[str, Any], greyed: str | None) -> Iterator[str]:
    found = [*(card.get("button_list") or ()), *([card["submit_button"]] if "submit_button" in card else [])]
    if found and greyed is not None:
        yield f"（{greyed}）"
    elif found:
        yield " ".join(f"[{item['text']}]" for item in found)


def selectors(card: dict[str, Any]) -> list[dict[str, Any]]:
    """Drop-downs: of a button card at most one, of a multiple-choice card up to three."""
    single = [card["button_selection"]] if card.get("button_selection") else []
    return [*single, *(card.get("select_list") or ())]


def active_keys(shown: Shown) -> list[str]:
    """The keys that a finger can reach: buttons or the submit button, then the menu's."""
    card = shown.card
    if card is None or shown.recalled:
        return []
    keys = [] if shown.greyed is not None else [key for key, _ in pressable(card)]
    return keys + menu_keys(card)


def pressable(card: dict[str, Any]) -> list[tuple[str, str]]:
    """Key and label of every button that calls back."""
    found = [item for item in card.get("button_list") or () if item.get("type", 0) == 0]
    found += [card["submit_button"]] if "submit_button" in card else []
    return [(item["key"], item["text"]) for item in found]


def menu_keys(card: dict[str, Any]) -> list[str]:
    return [item["key"] for item in (card.get("action_menu") or {}).get("action_list", ())]
