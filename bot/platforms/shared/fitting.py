"""Making text fit: pages that lose nothing, cuts that end where a reader would stop, labels that stay distinct."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from cards.said import one_line

ELLIPSIS = "…"
SENTENCE = re.compile(r"[。！？；!?;]+[”’」』）)]*")
PAUSE = re.compile(r"[、，,\s]")
BRACKETED = re.compile(r"\s*[(（][^()（）]*[)）]")
LINK = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
JOINER = "\u200d"
EARLY = 4
"""A boundary in the first quarter leaves too little on a page to be used."""

Size = Callable[[str], int]


def size_in_bytes(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8"))


def unlinked(text: str) -> str:
    """WeCom makes `<a href>` of a text message clickable; what a colleague typed must not become a link of ours."""
    return LINK.sub("＜", text)


def same(one: str, other: str) -> bool:
    """Spaces aside."""
    return "".join(one.split()) == "".join(other.split())


def pages(text: str, limit: int, size: Size = size_in_bytes) -> Iterator[str]:
    """The whole text in parts of at most `limit`, parted at lines, else sentences, pauses, characters."""
    rest = text.strip()
    while rest:
        at = _boundary(rest, limit, size)
        if page := rest[:at].strip():
            yield page
        rest = rest[at:].strip()


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; a shortened text ends at a line or sentence if it can, and with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[: _boundary(text, limit - 1, len)].rstrip() + ELLIPSIS


def _boundary(text: str, limit: int, size: Size) -> int:
    longest = _fitting(text, limit, size)
    if longest == len(text):
        return longest
    line = text.rfind("\n", 0, longest + 1)
    if line > longest // EARLY:
        return line
    for kind in (SENTENCE, PAUSE):
        ends = [match.end() for match in kind.finditer(text, 0, longest)]
        if ends and ends[-1] > longest // EARLY:
            return ends[-1]
    return _between_characters(text, longest)


def _fitting(text: str, limit: int, size: Size) -> int:
    """How many code points fit: at least one, so that pages come to an end (the limits are far above one)."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= limit else (low, middle - 1)
    return low


def _between_characters(text: str, at: int) -> int:
    """Back to where no accent, emoji or family of them is torn; endless chains are torn after all."""
    for place in range(at, max(at - 16, 0), -1):
        follower = text[place]
        joined = unicodedata.category(follower).startswith("M") or follower == JOINER
        if not joined and text[place - 1] != JOINER:
            return place
    return at


def labels(wanted: Sequence[str], limit: int) -> list[str]:
    """Each at most `limit` characters and all different: what stands in brackets goes first, then the middle."""
    short = [shortened(one_line(label), limit) for label in wanted]
    return [
        label if short.count(label) == 1 else f"{number}.{_without_middle(label, limit - len(str(number)) - 1)}"
        for number, label in enumerate(short, 1)
    ]


def shortened(label: str, limit: int) -> str:
    """The label, else without its spaces, else without its brackets, else without its middle."""
    if len(label) <= limit:
        return label
    if len(close := label.replace(" ", "")) <= limit:
        return close
    bare = BRACKETED.sub("", label).strip()
    return bare if 0 < len(bare) <= limit else _without_middle(bare or label, limit)


def _without_middle(label: str, limit: int) -> str:
    if len(label) <= limit:
        return label
    tail = min(3, limit // 3)
    return f"{label[: limit - tail - 1]}{ELLIPSIS}{label[len(label) - tail :]}"
