"""The papers for those who leave, as files: a PDF where the system has a Chinese font, else a page to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from cards.words import environment
from domain.kernel.tx import Tx
from domain.people import leavers
from domain.people.queries import PersonView

PDF = "application/pdf"
LEFT, RIGHT = 25.0, 160.0
"""Millimetres: the margin and the width of the text."""
FONT = "chinese"


@dataclass(frozen=True)
class Paper:
    """A paper in words, before anything draws it."""

    code: str
    title: str
    subtitle: str
    opening: str
    rows: tuple[tuple[str, str], ...]
    closing: str
    signed: str
    dated: str
    basis: str


@dataclass(frozen=True)
class File:
    """What a browser is given."""

    content: bytes
    media_type: str
    name: str


async def paper(tx: Tx, person: PersonView, code: str) -> Paper | None:
    """The paper of this code for somebody; None when there is none for them."""
    document = leavers.offered(code)
    facts = await document.facts(tx, person) if document is not None else None
    return None if facts is None else filled(code, facts, tx.today)


def filled(code: str, facts: Mapping[str, object], today: date) -> Paper:
    """The words of `leaver_documents.yaml`, filled. Raises KeyError for a code without words."""
    words, env = _words()[code], environment()

    def say(source: str) -> str:
        return env.from_string(source).render(**facts, today=today)

    rows = tuple((row["label"], say(row["value"])) for row in words["rows"])
    parts = {name: say(words[name]) for name in words if name != "rows"}
    return Paper(code=code, rows=rows, **parts)


def as_pdf(shown: Paper, font: Path) -> File:
    """Draws the paper on one page; the font's used signs are put into the file. Takes some tenths of a second."""
    pdf = FPDF(format="A4")
    pdf.set_margins(LEFT, 35, LEFT)
    pdf.set_title(shown.title)
    pdf.add_font(FONT, fname=font)
    pdf.add_page()
    _centred(pdf, shown.title, 22, 14)
    _centred(pdf, shown.subtitle, 12, 18)
    _paragraph(pdf, shown.opening)
    for label, value in shown.rows:
        _row(pdf, label, value)
    pdf.ln(8)
    _paragraph(pdf, shown.closing)
    pdf.ln(24)
    for line in (shown.signed, shown.dated):
        pdf.set_font(FONT, size=12)
        pdf.cell(RIGHT, 9, line, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(20)
    pdf.set_font(FONT, size=9)
    pdf.multi_cell(RIGHT, 6, shown.basis)
    out = BytesIO()
    pdf.output(out)
    return File(out.getvalue(), PDF, f"{shown.title}.pdf")


def _centred(pdf: FPDF, words: str, size: int, height: float) -> None:
    pdf.set_font(FONT, size=size)
    pdf.cell(RIGHT, height, words, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _paragraph(pdf: FPDF, words: str) -> None:
    pdf.set_font(FONT, size=12)
    pdf.multi_cell(RIGHT, 9, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(3)


def _row(pdf: FPDF, label: str, value: str) -> None:
    pdf.set_font(FONT, size=12)
    pdf.cell(50, 10, label, border=1)
    pdf.cell(RIGHT - 50, 10, value, border=1, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("bot.web") / "leaver_documents.yaml").read_text(encoding="utf-8"))
    return loaded
