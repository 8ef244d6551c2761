"""Reads WeCom's XML and nothing more: no prolog, so no DOCTYPE and no entity can exist; flat, small, UTF-8.

The envelope is matched as bytes, because nothing in it is trusted but the ciphertext, which is signed.
"""

from __future__ import annotations

from xml.etree import ElementTree

from bot.platforms.shared.crypto import Forged

MAX_BODY = 1024 * 1024
"""Bytes of a callback's body."""
MAX_MESSAGE = 256 * 1024
"""Bytes of a decrypted message: a tag that a thousand members get and a thousand lose takes half of it."""
MAX_TAGS = 4_000
"""Elements, or attributes; the largest approval event has some hundreds, and a text is at most 2048 bytes."""
MAX_DEPTH = 8
_BLANK = b" \t\r\n"
_OPEN, _CLOSE = b"<Encrypt>", b"</Encrypt>"
_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"


def envelope(body: bytes) -> str:
    """The base64 text of the one `<Encrypt>` of a callback's body. Raises Forged for anything else."""
    body = body.strip(_BLANK)
    if not body.startswith(b"<xml>") or not body.endswith(b"</xml>"):
        raise Forged
    if body.count(b"<Encrypt") != 1 or body.count(_CLOSE) != 1 or b"\0" in body:
        raise Forged
    inside, closed, _ = body.partition(_OPEN)[2].partition(_CLOSE)
    if not closed:
        raise Forged
    inside = inside.strip(_BLANK)
    if inside.startswith(_CDATA) and inside.endswith(_CDATA_END):
        inside = inside[len(_CDATA) : -len(_CDATA_END)].strip(_BLANK)
    try:
        return inside.decode("ascii")
    except UnicodeDecodeError:
        raise Forged from None


def read(body: bytes) -> ElementTree.Element:
    """The root of a decrypted message, each of its children there once. Raises Forged for what WeCom never writes."""
    if len(body) > MAX_MESSAGE or b"\0" in body or not body.lstrip(_BLANK).startswith(b"<xml>"):
        raise Forged
    if body.count(b"<") > 2 * MAX_TAGS or body.count(b"=") > MAX_TAGS:  # attributes, which WeCom does not use
        raise Forged
    parser = ElementTree.XMLParser(encoding="utf-8")  # noqa: S314 - it begins with <xml>: a DOCTYPE is a syntax error
    try:
        parser.feed(body)
        root = parser.close()
    except (ElementTree.ParseError, ValueError):
        raise Forged from None
    if any(map(len, root)) and not shallow(root, MAX_DEPTH):
        raise Forged
    return root


def shallow(root: ElementTree.Element, depth: int) -> bool:
    """No element lies below `depth` levels; the root is the first."""
    level = [root]
    while level and depth:
        level = [child for node in level for child in node]
        depth -= 1
    return not level


def fields(root: ElementTree.Element) -> dict[str, str]:
    """The root's children by name. Raises Forged when one is there twice: which of two senders is meant?"""
    found = {child.tag: child.text or "" for child in root}
    if len(found) != len(root):
        raise Forged
    return found
