"""Numbers as people write them: 12, 3.5, 十八, 两百五, 3千5, 1.2万, 30k."""

from __future__ import annotations

import re

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3, "廿": 20, "卅": 30}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "k": 1000, "w": 10_000}
HAN = "零〇一二两三四五六七八九十百"
NUM = rf"(?:\d{{1,9}}(?:\.\d{{1,4}})?|[{HAN}]{{1,8}})"
_PIECE = re.compile(r"\d+(?:\.\d+)?|[零〇一二三四五六七八九两俩仨廿卅十百千万kw]")


def number(text: str) -> float:
    """The value of a numeral; raises ValueError when it is none."""
    pieces: list[str] = _PIECE.findall(text.replace(",", "").lower())
    if not pieces or "".join(pieces) != text.replace(",", "").lower():
        raise ValueError(f"not a number: {text!r}")
    if all(piece in DIGITS and DIGITS[piece] < 10 for piece in pieces) and len(pieces) > 1:
        return float("".join(str(DIGITS[piece]) for piece in pieces))
    total, section, digit, unit = 0.0, 0.0, None, 1
    zero = False
    for piece in pieces:
        if piece in UNITS:
            unit = UNITS[piece]
            if unit == 10_000:
                total, section = (total + section + (digit or 0)) * unit if section or digit else unit, 0.0
            else:
                section += (1 if digit is None else digit) * unit
            digit, zero = None, False
        else:
            value = float(DIGITS[piece]) if piece in DIGITS else float(piece)
            if value == 0 and piece in DIGITS:
                zero = True
                digit = None if unit > 1 else 0.0
                continue
            if value >= 20 and piece in DIGITS:
                section += value
            else:
                digit = value if digit is None else digit * 10 + value
    if digit is not None:
        short = unit >= 100 and not zero and digit < 10
        section += digit * unit / 10 if short else digit
    return total + section


def tidy(value: float) -> int | float:
    """3.0 → 3, 3.5 → 3.5: as slots carry numbers."""
    return int(value) if value == int(value) else round(value, 4)
