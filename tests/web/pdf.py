"""What a PDF says, read back: its pages' glyphs by the fonts' own tables. Enough for what fpdf2 writes."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
RANGE = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})>")
CHAR = re.compile(rb"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})>\s*$", re.MULTILINE)
SHOWN = re.compile(rb"\((.*?)(?<!\\)\)", re.DOTALL)


def words(content: bytes) -> str:
    """All signs of all pages in the order in which they are drawn."""
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    streams = [unpacked(found) for found in STREAM.findall(content)]
    signs: dict[int, str] = {}
    for stream in streams:
        if b"begincmap" in stream:
            signs |= glyphs(stream)
    drawn = b"".join(
        raw(found) for stream in streams if b"BT" in stream and b" Tf" in stream for found in SHOWN.findall(stream)
    )
    return "".join(signs.get(int.from_bytes(drawn[at : at + 2], "big"), "?") for at in range(0, len(drawn), 2))


def unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def glyphs(table: bytes) -> dict[int, str]:
    found = {int(glyph, 16): chr(int(sign, 16)) for glyph, sign in CHAR.findall(table)}
    for first, last, sign in RANGE.findall(table):
        for at in range(int(first, 16), int(last, 16) + 1):
            found.setdefault(at, chr(int(sign, 16) + at - int(first, 16)))
    return found


def raw(text: bytes) -> bytes:
    """A string without PDF's escapes."""
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return re.sub(rb"\\(.)", lambda found: plain.get(found[1], found[1]), text, flags=re.DOTALL)
