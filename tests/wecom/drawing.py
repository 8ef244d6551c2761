"""Drawing cards for tests, and finding what of them can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.platforms.wecom import render
from bot.platforms.wecom.wording import Wording
from cards.card import Action, Card

WORDING = Wording.load()
TASK, URL = "cd_01J8@3", "https://hr.example/"
TASK_ID = re.compile(r"[A-Za-z0-9_@-]{1,128}")
CASES = Path(__file__).parent / "cases" / "cards.yaml"


def sent(card: Card, *, notice: bool = False, task_id: str | None = TASK) -> tuple[dict[str, Any], ...]:
    return render.messages(card, task_id=task_id, notice=notice, links=render.Links(URL), wording=WORDING)


def drawn(card: Card, *, notice: bool = False) -> dict[str, Any]:
    (body,) = sent(card, notice=notice)
    assert body["msgtype"] == "template_card"
    found: dict[str, Any] = body["template_card"]
    return found


def changed(card: Card) -> dict[str, Any]:
    found: dict[str, Any] = render.changed(card, task_id=TASK, wording=WORDING)["template_card"]
    return found


def made(*names: str, **parts: Any) -> Card:
    """A card with actions of these labels."""
    actions = tuple(Action(f"a{number}", name, "do") for number, name in enumerate(names))
    return Card(
        **{"template": "t", "text": "全文", "preview": "有一张卡片", "title": "标题", "actions": actions, **parts}
    )


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for value in part.values():
            yield from strings(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from strings(value)
    elif isinstance(part, str):
        yield part


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def recorded() -> list[Card]:
    cards = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    for card in cards:
        inputs = [{"options": [], **item} for item in card.get("inputs", [])]
        card |= {"fields": card.get("fields", []), "inputs": inputs, "actions": card.get("actions", [])}
    return [Card.from_json(card) for card in cards]


def lost(card: Card, bodies: list[dict[str, Any]]) -> list[str]:
    """What of the card is neither to be read nor behind the menu."""
    if render.FULL in set(strings(bodies)):
        return []
    paged = [body.get("text", body.get("template_card", {})) for body in bodies]
    pages_joined = "".join(str(page.get("content", page.get("sub_title_text", ""))) for page in paged)
    said = bare("\n".join([*strings(bodies), pages_joined])).replace("＜", "<")
    pieces = [card.title, card.subtitle or "", card.body or "", *(action.label for action in card.actions)]
    # a label may go where its value stands in a sentence that says what it is
    pieces += [field.value or field.label for field in card.fields]
    return [piece for piece in pieces if not told(piece.replace("＜", "<"), said)]


def told(piece: str, said: str) -> bool:
    """As it stands, or in parts: prose has its own order, and what stands in brackets may move to the value."""
    parts = [part for part in re.split(r"[\W_]+", piece) if part]
    return bare(piece) in said or (bool(parts) and all(part in said for part in parts))
