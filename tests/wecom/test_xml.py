"""X2: what must never be read, outside and inside the encryption, and how fast it is refused."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from bot.platforms.shared.crypto import Forged
from bot.platforms.wecom.messages import parse
from bot.platforms.wecom.xml import MAX_BODY, MAX_MESSAGE, envelope, fields, read
from tests.wecom.sealed import AGENT, CORP, TEXT

LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10 if n > 1 else "&lol;" * 10}">' for n in range(1, 10))
    + "]>"
)
SECONDS = 0.005
PLAIN = TEXT.encode()
INSIDE = {
    "empty": b"",
    "no xml": b"hello",
    "doctype": b"<!DOCTYPE xml>" + PLAIN,
    "doctype inside": PLAIN.replace(b"<xml>", b"<xml><!DOCTYPE xml>", 1),
    "doctype at the end": PLAIN + b"<!DOCTYPE xml>",
    "entity in the prolog": b'<!DOCTYPE x [<!ENTITY e "v">]>' + PLAIN,
    "an entity that nobody declared": PLAIN.replace("<![CDATA[查年假]]>".encode(), b"&e;"),
    "billion laughs": LAUGHS.encode() + b"<xml>&lol9;</xml>",
    "billion laughs inside": b"<xml>" + LAUGHS.encode() + b"&lol9;</xml>",
    "quadratic blowup": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]><xml>' + b"&a;" * 10_000 + b"</xml>",
    "xxe": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml>&e;</xml>',
    "xxe by http": b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]><xml>&e;</xml>',
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd">%p;]><xml/>',
    "external dtd": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml/>',
    "xinclude root": b'<xml xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></xml>',
    "xml declaration": b'<?xml version="1.0"?>' + PLAIN,
    "declared encoding": b'<?xml version="1.0" encoding="utf-7"?>' + PLAIN,
    "declaration inside": PLAIN.replace(b"<xml>", b'<xml><?xml version="1.0"?>', 1),
    "deep": b"<xml>" + b"<a>" * 8 + b"</a>" * 8 + b"</xml>",
    "very deep": b"<xml>" + b"<a>" * 1_900 + b"</a>" * 1_900 + b"</xml>",
    "as deep as it is large": b"<xml>" + b"<a>" * 140_000 + b"</a>" * 140_000 + b"</xml>",
    "deep and never closed": b"<xml>" + b"<a>" * 300_000,
    "wide": b"<xml>" + b"<a/>" * 200_000 + b"</xml>",
    "attributes": b"<xml a='1'><b/></xml>",
    "many attributes": b"<xml><a " + b"".join(b'a%d="" ' % n for n in range(22_000)) + b"/></xml>",
    "the same attribute": b"<xml><a b='1' b='2'/></xml>",
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 without a mark": TEXT.encode("utf-16-le"),
    "utf-32": TEXT.encode("utf-32"),
    "gb18030": TEXT.encode("gb18030"),
    "overlong utf-8": PLAIN.replace("查".encode(), b"\xc0\xbc"),
    "a lone surrogate": PLAIN.replace("查".encode(), b"\xed\xa0\x80"),
    "cut utf-8": PLAIN.replace("查".encode(), b"\xe6\x9f"),
    "mark": b"\xef\xbb\xbf" + PLAIN,
    "nul": PLAIN.replace("查".encode(), b"\0"),
    "nul at the end": PLAIN + b"\0",
    "nul by reference": PLAIN.replace("<![CDATA[查年假]]>".encode(), b"&#0;"),
    "control character": PLAIN.replace("查".encode(), b"\x08"),
    "control character by reference": PLAIN.replace("<![CDATA[查年假]]>".encode(), b"&#8;"),
    "surrogate by reference": PLAIN.replace("<![CDATA[查年假]]>".encode(), b"&#xd800;"),
    "oversized": b"<xml>" + b"x" * MAX_MESSAGE + b"</xml>",
    "not closed": PLAIN[:-6],
    "two roots": PLAIN + PLAIN,
    "words after the end": PLAIN + b"x",
    "another root": b"<xmls></xmls>",
    "capital root": b"<XML></XML>",
    "a comment first": b"<!-- x -->" + PLAIN,
    "the end of a section in plain words": PLAIN.replace("查年假".encode(), b"a]]>b"),
}
SEALED = b"<xml><ToUserName>ww00test</ToUserName><Encrypt><![CDATA[QUJD]]></Encrypt></xml>"
OUTSIDE = {
    "empty": b"",
    "blanks": b" " * MAX_BODY,
    "json": b'{"encrypt":"QUJD"}',
    "doctype": b"<!DOCTYPE xml>" + SEALED,
    "billion laughs": LAUGHS.encode() + b"<xml><Encrypt>&lol9;</Encrypt></xml>",
    "xxe": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
    "declaration": b'<?xml version="1.0"?>' + SEALED,
    "none": b"<xml></xml>",
    "two": SEALED.replace(b"</xml>", b"<Encrypt>QUJD</Encrypt></xml>"),
    "two, one within": b"<xml><Encrypt><Encrypt>QUJD</Encrypt></Encrypt></xml>",
    "two, one with an attribute": SEALED.replace(b"</xml>", b"<Encrypt a='1'>QUJD</Encrypt></xml>"),
    "a hundred thousand": b"<xml>" + b"<Encrypt>QUJD</Encrypt>" * 40_000 + b"</xml>",
    "not closed": b"<xml><Encrypt>QUJD</xml>",
    "closed only": b"<xml>QUJD</Encrypt></xml>",
    "cut": SEALED[:-1],
    "more behind": SEALED + b"x",
    "utf-16": SEALED.decode().encode("utf-16"),
    "mark": b"\xef\xbb\xbf" + SEALED,
    "nul": SEALED.replace(b"ww00", b"ww\0\0"),
    "not ascii": SEALED.replace(b"QUJD", "年假".encode()),
}


def refused(reader: Callable[[bytes], object], body: bytes) -> float:
    """Seconds until it was refused, the best of three: the machine may be busy."""
    best = 1.0
    gc.disable()
    try:
        for _ in range(3):
            started = time.perf_counter()
            with pytest.raises(Forged):
                reader(body)
            best = min(best, time.perf_counter() - started)
    finally:
        gc.enable()
    return best


@pytest.mark.parametrize("name", INSIDE)
def test_refused_inside(name: str) -> None:
    assert refused(lambda body: parse(body, CORP, AGENT), INSIDE[name]) < SECONDS


@pytest.mark.parametrize("name", OUTSIDE)
def test_refused_outside(name: str) -> None:
    assert refused(envelope, OUTSIDE[name]) < SECONDS


@pytest.mark.parametrize(
    "body",
    [
        SEALED,
        b" \r\n\t" + SEALED + b"\n",
        b"<xml><Encrypt>QUJD</Encrypt></xml>",
        b"<xml>\n<Encrypt>\n<![CDATA[QUJD]]>\n</Encrypt>\n</xml>",
        b"<xml><Encrypt> QUJD </Encrypt><AgentID>1</AgentID></xml>",
    ],
)
def test_an_envelope(body: bytes) -> None:
    assert envelope(body) == "QUJD"


def test_what_wecom_may_write() -> None:
    """Seven levels below the root, blanks before it, comments and processing instructions, which say nothing."""
    body = b"\n <xml>" + b"<a>" * 7 + b"x" + b"</a>" * 7 + b"<!-- c --><?p i?><b>1<!-- c -->2</b>\n</xml>\n"
    assert fields(read(body))["b"] == "12"


def test_the_largest_that_is_read_is_read_at_once() -> None:
    """An approval event of a very large process: as many elements as are taken at all."""
    body = b"<xml><ApprovalInfo>" + b"<UserId>a</UserId>" * 3_900 + b"</ApprovalInfo></xml>"
    started = time.perf_counter()
    assert len(read(body)[0]) == 3_900
    assert time.perf_counter() - started < 0.02
