"""P7: bodies of a 200 that are no answer of a messenger."""

from __future__ import annotations

NO_ANSWERS = (
    b"",
    b"null",
    b"[]",
    b'"ok"',
    b"{}",
    b'{"errcode":"0"}',
    b'{"errcode":true}',
    b'{"errcode":null}',
    b'{"errcode":0',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"errcode":' + b"9" * 5000 + b"}",
    b"\x1f\x8b\x08\x00 not gzip",
)
