"""All pieces of time in a text, left to right, not overlapping; needs no clock."""

from __future__ import annotations

from bot.understanding.times import scan_clock, scan_days, scan_months
from bot.understanding.times.tokens import Clock, Token
from bot.understanding.times.words import Rule

RULES: list[Rule] = [*scan_days.RULES, *scan_months.RULES, *scan_clock.RULES]


def scan(text: str) -> list[Token]:
    """The best reading: what starts first wins, then what is longest, then the earlier rule."""
    found: list[tuple[int, int, int, Token]] = []
    for rank, (pattern, build) in enumerate(RULES):
        for match in pattern.finditer(text):
            if match.end() == match.start():
                continue
            value = build(match)
            if value is not None:
                loose = isinstance(value, Clock) and match[0].isdigit()
                found.append((match.start(), -match.end(), rank, Token(match.start(), match.end(), value, loose)))
    chosen: list[Token] = []
    for _start, _end, _rank, token in sorted(found, key=lambda item: item[:3]):
        if not chosen or token.start >= chosen[-1].end:
            chosen.append(token)
    return chosen
