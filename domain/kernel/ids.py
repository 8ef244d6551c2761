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


class _Last:
    """The last id of this process: within one millisecond ids go up from it, so that they keep the order of making."""

    millisecond = -1
    tail = 0


def new_id(prefix: str, at: datetime) -> str:
    """A 26-character time-sortable id such as `lv_01J…`; 48 bits of milliseconds, 80 random bits."""
    millisecond = int(at.timestamp() * 1000)
    # the top bit stays free, so that counting up within a millisecond never overflows
    _Last.tail = _Last.tail + 1 + secrets.randbits(32) if millisecond == _Last.millisecond else secrets.randbits(79)
    _Last.millisecond = millisecond
    return f"{prefix}_{_base32(millisecond, 10)}{_base32(_Last.tail, 16)}"


def short_code(prefix: str, number: int) -> str:
    """The code that people see (`LV-7F3`) for the number-th row; one to one, neighbours look unlike.

    After 32,767 codes a fourth character is added, and so on.
    """
    length, space = 3, CODE_SPACE
    while number >= space:
        number -= space
        length, space = length + 1, space * 32
    return f"{prefix}-{_base32((number * 21_845 + 7_919) % space, length)}"
