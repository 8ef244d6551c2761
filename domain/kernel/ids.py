"""Ids made before insert, sortable by time and prefixed by kind; short codes that people can say."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import NewType

PersonId = NewType("PersonId", str)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
CODE_SPACE = 32**3


def _base32(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def new_id(prefix: str, at: datetime) -> str:
    """A 26-character time-sortable id such as `lv_01J…`; 48 bits of milliseconds, 80 random bits."""
    return f"{prefix}_{_base32(int(at.timestamp() * 1000), 10)}{_base32(secrets.randbits(80), 16)}"


def short_code(prefix: str, number: int) -> str:
    """The code that people see (`LV-7F3`) for the number-th row; one to one, neighbours look unlike.

    After 32,767 codes a fourth character is added, and so on.
    """
    length, space = 3, CODE_SPACE
    while number >= space:
        number -= space
        length, space = length + 1, space * 32
    return f"{prefix}-{_base32((number * 21_845 + 7_919) % space, length)}"
