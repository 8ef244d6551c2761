"""What a card says, laid out for WeCom's template cards: heading, short rows, and a paragraph for all the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.platforms.shared.fitting import cut
from bot.platforms.wecom import limits
from cards.card import Card, Field
from cards.said import bare, in_words, joined, labelled, one_line, spoken, tidy, told

Row = tuple[str, str]
Parts = tuple[tuple[Row, ...], str, str]
"""Rows, words, quotation."""
BEHIND = re.compile(r"([^(（]+?)\s*([(（][^()（）]*[)）])")
LEAD = 60
"""A longer first line is no heading but prose."""
LIST = 4
"""So many lines are a list, whose entries may be numbered."""


@dataclass(frozen=True)
class Content:
    """`complete` is False when something of the card is not to be seen on it."""

    title: str
    desc: str
    rows: tuple[Row, ...]
    words: str
    complete: bool
    quote: str = ""

    @property
    def said(self) -> str:
        """All of it, to look for a piece in."""
        return "\n".join(
            [self.title, self.desc, *(f"{label}：{value}" for label, value in self.rows), self.words, self.quote]
        )


def arranged(card: Card, extra: str = "") -> Content:
    """The card's words as the paragraph when they have room, as they read on every platform; else laid out by fields.

    Then short fields are rows, and the others with the words' first line, body and `extra` words the paragraph, which
    WeCom shows above the rows. So short fields join it as far as the card's order needs it and it has room.
    """
    heading = one_line(card.title) or one_line(card.preview)
    desc = one_line(card.subtitle or "")
    before = [heading] if len(heading) > limits.TITLE else []
    if len(desc) > limits.DESC:
        before, desc = [*before, desc], ""
    prose = joined([*before, in_words(card), extra])
    if len(prose) <= limits.SUB_TITLE:
        return Content(cut(heading, limits.TITLE), desc, (), prose, complete=True)
    told = tidy(card.body or "") if card.fields or card.body else spoken(card)
    rows, words, quote = _laid_out(card.fields, [*before, *_lead(card)], told, extra)
    if len(words) > limits.SUB_TITLE:
        rows, words, quote = _laid_out(card.fields, before, told, extra)
    return Content(
        title=cut(heading, limits.TITLE),
        desc=desc,
        rows=rows,
        words=cut(words, limits.SUB_TITLE),
        complete=len(words) <= limits.SUB_TITLE,
        quote=quote,
    )


def noticed(card: Card, words: str) -> Content:
    """A bubble as a card: the heading is the preview, which gives nothing away on a lock screen."""
    heading = one_line(card.preview)
    return Content(cut(heading, limits.TITLE), "", (), cut(words, limits.SUB_TITLE), len(words) <= limits.SUB_TITLE)


def _lead(card: Card) -> list[str]:
    """The first line of the words, which says what it is about, unless the fields say it."""
    lead = spoken(card).partition("\n")[0]
    said = bare("".join(labelled(field) for field in card.fields))
    return [] if not card.fields or told(lead, said) or len(lead) > LEAD else [lead]


def shows(content: Content, piece: str) -> bool:
    return bare(piece) in bare(content.said)


def _laid_out(fields: Iterable[Field], before: list[str], told: str, extra: str) -> Parts:
    """The first layout whose paragraph has room: all in order, its beginning in order, rows first, a spread list."""
    placed = _placed(fields)
    long = [number for number, (row, _) in enumerate(placed) if row is None]
    first, last = (long[0], long[-1] + 1) if long else (0, 0)
    for start in (len(placed) if long and told else last, last, first, 0):
        lines = [line for number, (row, line) in enumerate(placed) if row is None or number < start]
        rows = tuple(row for number, (row, _) in enumerate(placed) if row is not None and number >= start)
        words = joined([*before, *lines, told, extra])
        if len(words) <= limits.SUB_TITLE:
            return rows, words, ""
    return (None if extra else _spread(before, lines, told, rows)) or (rows, words, "")


def _placed(fields: Iterable[Field]) -> list[tuple[Row | None, str]]:
    """Each field that says something: as a row if it may be one, and as a line."""
    found: list[tuple[Row | None, str]] = []
    room = limits.ROWS
    for field in fields:
        if line := labelled(field):
            row = _row(field) if room else None
            room -= row is not None
            found.append((row, line))
    return found


def _row(field: Field) -> Row | None:
    """Label and value if they fit; what stands in brackets behind a label may go before the value."""
    label, value = one_line(field.label), one_line(field.value)
    if len(label) > limits.ROW_LABEL and (parted := BEHIND.fullmatch(label)):
        label, value = parted[1], f"{parted[2]} {value}" if value else ""
    fits = 0 < len(label) <= limits.ROW_LABEL and 0 < len(value) <= limits.ROW_VALUE
    return (label, value) if fits else None


def _spread(before: list[str], long: list[str], told: str, rows: tuple[Row, ...]) -> Parts | None:
    """A list too long for the paragraph: what is told about it goes above it, its end to numbered rows. None if not."""
    if len(told) > limits.QUOTE or len(long) < LIST:
        return None
    for moved in range(limits.ROWS - len(rows) + 1):
        kept = len(long) - moved
        tail = [one_line(line) for line in long[kept:]]
        words = joined([*before, *long[:kept]])
        if kept < 1 or any(len(line) > limits.ROW_VALUE for line in tail):
            return None
        if len(words) <= limits.SUB_TITLE:
            numbered = [(str(number), line) for number, line in enumerate(tail, kept + 1)]
            return (*numbered, *rows), words, told
    return None
