"""Cards: they parse, every expression compiles, every button is answered, every card that is named exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cards.card import STATES
from cards.words import environment
from tests.house import tree

CARDS = tree.ROOT / "cards"
PARTS = {"title", "subtitle", "state", "preview", "text", "fields", "body", "inputs", "actions", "image", "quiet"}
EXPRESSIONS = {"when", "quiet"}
TEMPLATE = re.compile(r"[a-z_]+\.[a-z_]+")
FILES = sorted(file for file in CARDS.rglob("*.yaml"))


def load(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return loaded


def leaves(part: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a card with the key under which it stands."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from leaves(value, str(name))
    elif isinstance(part, list):
        for value in part:
            yield from leaves(value, key)
    elif isinstance(part, str):
        yield key, part


def cards() -> list[Path]:
    """The cards proper; words of refusals have their own check, `_…` files are data of their context."""
    return [file for file in FILES if file.stem != "errors" and not file.stem.startswith("_") and is_card(file)]


def is_card(file: Path) -> bool:
    loaded = load(file)
    return isinstance(loaded, dict) and bool({"title", "text", "body"} & loaded.keys())


@pytest.mark.parametrize("file", FILES, ids=tree.name)
def test_every_expression_compiles(file: Path) -> None:
    env = environment()
    for key, text in leaves(load(file)):
        if key in EXPRESSIONS:
            env.compile_expression(text)
        elif key == "each":
            name, found, expression = text.partition(" in ")
            assert found, f"each: {text}"
            assert name.strip().isidentifier(), f"each: {text}"
            env.compile_expression(expression)
        else:
            env.from_string(text)


@pytest.mark.parametrize("file", cards(), ids=tree.name)
def test_a_card_has_only_known_parts(file: Path) -> None:
    card = load(file)
    assert card.keys() - PARTS == set()
    state = str(card.get("state", "done"))
    assert state in STATES or "{" in state
    assert all({"label", "value"} <= field.keys() for field in card.get("fields", ()))
    assert all({"id", "label", "do"} <= action.keys() for action in card.get("actions", ()))
    assert all({"id", "kind", "label"} <= item.keys() for item in card.get("inputs", ()))


def test_every_button_is_answered() -> None:
    from bot.router import BUILT_IN

    presses = {
        text
        for _, call, called in tree.calls("handlers", "bot")
        if called == "press" and call.args
        for text in tree.strings(call.args[0])
    }
    offered = {(action["do"], tree.name(file)) for file in cards() for action in load(file).get("actions", ())}
    assert sorted(pair for pair in offered if pair[0] not in presses | BUILT_IN) == []


def test_every_named_card_exists() -> None:
    places = {"Reply": (0, "template"), "notify": (1, "template"), "Ask": (1, "template")}
    missing = [
        f"{tree.name(file)}:{call.lineno} {template}"
        for file, call, called in tree.calls("domain", "handlers", "jobs", "bot")
        if called in places and (named := tree.argument(call, *places[called])) is not None
        for template in tree.strings(named)
        if TEMPLATE.fullmatch(template) and not (CARDS / f"{template.replace('.', '/')}.yaml").is_file()
    ]
    assert missing == []


def test_push_previews_give_nothing_away() -> None:
    """A lock screen is read by others: no preview takes facts from the data."""
    assert [tree.name(file) for file in cards() if "{" in str(load(file).get("preview", ""))] == []
