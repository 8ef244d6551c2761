"""A card in words: all that it says, and each thing once."""

from __future__ import annotations

import re

from cards.card import Card, Field

SIGNS = re.compile(r"[\W_]+")
AMOUNT = 5
"""Characters; a value this short says nothing without its label."""


def spoken(card: Card) -> str:
    """The card's text without what the card shows anyway: its title in the first line, its buttons at the end."""
    text = tidy(card.text)
    first, _, rest = text.partition("\n")
    if card.title and first.strip() == card.title.strip():
        text = rest
    buttons = "|".join(re.escape(f"[{action.label}]") for action in card.actions)
    return re.sub(rf"(?:\s*(?:{buttons}))+\s*$", "", text) if buttons else text


def everything(card: Card) -> str:
    """All that the card says, in words: its text, and what of the other parts the text leaves out."""
    text = tidy(card.text)
    said = bare(text)
    above = [tidy(part) for part in (card.title, card.subtitle or "") if not told(part, said)]
    fields = [labelled(field) for field in card.fields if not field_told(field, said)]
    body = "" if told(card.body or "", said) else tidy(card.body or "")
    labels = [f"[{one_line(action.label)}]" for action in card.actions if bare(action.label) not in said]
    return joined([*above, text, *fields, body, " ".join(labels)]) or one_line(card.preview)


def in_words(card: Card) -> str:
    """The card's text and what of its fields and body that leaves out; not what stands above it or on its buttons."""
    text = spoken(card)
    said = bare(text)
    fields = [labelled(field) for field in card.fields if not field_told(field, said)]
    return joined([text, *fields, "" if told(card.body or "", said) else tidy(card.body or "")])


def joined(paragraphs: list[str]) -> str:
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


def labelled(field: Field) -> str:
    label = one_line(field.label)
    return f"{label}：{tidy(field.value)}" if label else tidy(field.value)


def field_told(field: Field, said: str) -> bool:
    """A short figure must stand behind its label or the label's end: it may stand elsewhere for something else."""
    label, value = bare(field.label), bare(field.value)
    if not value:
        return label in said
    if len(value) > AMOUNT:
        return value in said or (told(field.label, said) and told(field.value, said))
    if not any(sign.isdigit() for sign in value):
        return value in said and (len(value) > 1 or label in said)
    ends = [label[at:] for at in range(max(len(label) - 1, 1))]
    return any(f"{end}{sign}{value}" in said for end in ends for sign in ("", ":", "："))


def told(piece: str, said: str) -> bool:
    """As it stands, or its parts between signs in another order, as prose says them."""
    parts = [part for part in SIGNS.split(piece) if part]
    return bare(piece) in said or (bool(parts) and all(part in said for part in parts))


def bare(text: str) -> str:
    return "".join(text.split())


def one_line(text: str) -> str:
    return " ".join(text.split())


def tidy(text: str) -> str:
    """Without blank lines and outer spaces."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
