"""From a template's name and its data to a neutral card. Templates are YAML; every string leaf is Jinja2.

The YAML is read once, before any data comes near it, so what a person typed can never change a card's structure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cards.card import Action, Card, Field, Input
from cards.words import environment
from domain.kernel.errors import DomainError

HERE = Path(__file__).parent
ERRORS = "errors"
TITLES = "bot._titles"
"""By context: what stands on a lock screen in the place of a refusal that names days, kinds or people."""
SPACES = re.compile(r"[ \t]{2,}")  # folded YAML leaves runs of them


class TemplateMissing(Exception):
    """No card of this name under `cards/`."""


class Renderer:
    """Renders cards and refusals. Compiled templates are kept for the life of the process."""

    def __init__(self, root: Path = HERE, public_url: str | None = None) -> None:
        """`public_url` is where people's phones reach us, for cards that lead to a page of ours; None: nowhere."""
        self.root = root
        self.env = environment()
        self.env.globals["public_url"] = public_url
        self.env.globals["words"] = self.words
        self.env.globals["wish_names"] = yaml.safe_load((root / "bot" / "names.yaml").read_text(encoding="utf-8"))
        self._fill = lru_cache(maxsize=None)(self.env.from_string)
        self._when = lru_cache(maxsize=None)(self.env.compile_expression)
        self._load = lru_cache(maxsize=None)(self._read)

    def card(self, template: str, data: Mapping[str, Any]) -> Card:
        """The card `context.name`, filled. Raises TemplateMissing, or Jinja's errors for a fact that is not there."""
        source = self._load(template)
        title = self._text(source.get("title", ""), data)
        fields = tuple(
            Field(self._text(item["label"], scope), self._text(item["value"], scope))
            for item, scope in self._items(source.get("fields", ()), data)
        )
        actions = tuple(self._action(item, scope) for item, scope in self._items(source.get("actions", ()), data))
        body = self._optional(source, "body", data)
        text = self._optional(source, "text", data)
        return Card(
            template=template,
            title=title,
            state=self._text(source.get("state", "done"), data),
            subtitle=self._optional(source, "subtitle", data),
            body=body,
            image=self._optional(source, "image", data),
            fields=fields,
            inputs=tuple(self._input(item, scope) for item, scope in self._items(source.get("inputs", ()), data)),
            actions=actions,
            quiet="quiet" in source and bool(self._when(source["quiet"])(**data)),
            text=text or in_words(title, fields, body, actions),
            preview=self._optional(source, "preview", data) or title or "hrbot",
        )

    def refusal(self, error: DomainError) -> Card:
        """The words of an expected no: a plain message, or under a title where they may hold somebody's own figures."""
        context, name = error.code.split(".")
        words = self._load(f"{context}.{ERRORS}").get(name)
        if words is None:
            raise TemplateMissing(f"cards/{context}/errors.yaml has no words for {name}")
        text, title = self._text(words, error.facts), self._load(TITLES).get(context, "")
        return Card(template=f"{context}.{ERRORS}.{name}", title=title, text=text, preview=title or "hrbot")

    def words(self, listed: str, name: str, /, **facts: Any) -> str:
        """`words('people._problems', code, p=facts)` in a card: words that several cards share, from one list."""
        return self._text(self._load(listed)[name], facts)

    def _read(self, template: str) -> dict[str, Any]:
        context, _, name = template.partition(".")
        path = self.root / context / f"{name}.yaml"
        if not path.is_file():
            raise TemplateMissing(f"cards/{context}/{name}.yaml")
        loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return loaded

    def _text(self, source: object, data: Mapping[str, Any]) -> str:
        filled = self._fill(str(source)).render(data)
        return "\n".join(line.strip() for line in SPACES.sub(" ", filled).splitlines()).strip()

    def _optional(self, source: Mapping[str, Any], part: str, data: Mapping[str, Any]) -> str | None:
        return (self._text(source[part], data) or None) if part in source else None

    def _items(self, sources: Any, data: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
        for item in sources:
            for scope in self._scopes(item, data):
                if "when" not in item or self._when(item["when"])(**scope):
                    yield item, scope

    def _scopes(self, item: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if "each" not in item:
            yield data
            return
        name, _, expression = item["each"].partition(" in ")
        for element in self._when(expression)(**data) or ():
            yield {**data, name.strip(): element}

    def _action(self, item: Mapping[str, Any], scope: Mapping[str, Any]) -> Action:
        return Action(
            id=self._text(item["id"], scope),
            label=self._text(item["label"], scope),
            do=item["do"],
            style=item.get("style", "default"),
            value=self._optional(item, "value", scope),
            bare=bool(item.get("bare")),
        )

    def _input(self, item: Mapping[str, Any], scope: Mapping[str, Any]) -> Input:
        options: list[str] = []
        for option in item.get("options", ()):
            if isinstance(option, dict):
                options += [self._text(option["value"], inner) for inner in self._scopes(option, scope)]
            else:
                options.append(self._text(option, scope))
        return Input(
            id=item["id"],
            kind=item["kind"],
            label=self._text(item["label"], scope),
            options=tuple(options),
            value=self._optional(item, "value", scope),
            optional=bool(item.get("optional")),
        )


def in_words(title: str, fields: tuple[Field, ...], body: str | None, actions: tuple[Action, ...]) -> str:
    """A card said in words: title, lines, body, and the buttons as one can type them."""
    lines = [title, *(f"{field.label}：{field.value}" for field in fields), body or ""]
    if actions:
        lines.append(" ".join(f"[{action.label}]" for action in actions))
    return "\n".join(line for line in lines if line)
