"""Badge numbers (工牌号): how one is compared, shown and looked up."""

from __future__ import annotations

import re
import unicodedata

from domain.kernel.crypto import keyring

SHAPE = re.compile(r"[A-Z0-9][A-Z0-9\-_./]{2,39}")
LONGEST = 200


def badge(text: str) -> str | None:
    """As it is kept, whoever typed or scanned it; None when it cannot be one. Leading zeros count."""
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text[:LONGEST])).upper()
    return number if SHAPE.fullmatch(number) else None


def masked(number: str) -> str:
    """What others may see: the last four signs."""
    return f"****{number[-4:]}"


def blind(number: str) -> bytes:
    """The look-up value of a badge in its kept form."""
    return keyring().blind(number, "people_badge.number")
