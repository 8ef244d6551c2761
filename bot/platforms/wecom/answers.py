"""What WeCom's answers say: read strictly, and kept out of logs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.platforms.port import Fetched, Undeliverable
from bot.platforms.shared.answered import Raw, file_name
from bot.platforms.shared.breaker import Unreachable
from domain.people.matching import Member

_HINT = re.compile(r"hint: ?\[([\w-]{1,64})\]")
_ADDRESS = re.compile(r"from ip: ?([\d.:a-fA-F]{3,45})")
_NO_FILES = {"application/json", "text/plain", "text/html"}


NUMBER_NAMES = ("工号", "员工编号", "员工工号")
"""What a company calls the number among the fields of its own (扩展属性)."""


class CardFrozen(Exception):
    """A card that can no longer be changed: a new one must be sent."""


class Gone(Undeliverable):
    """Nobody of those whom it was for is there any more."""


@dataclass(frozen=True)
class Sent:
    """A message that WeCom took. `invalid` people (lower case) did not get it."""

    message_id: str
    response_code: str | None = field(repr=False)
    invalid: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """A JSON answer, or a file."""

    errcode: int
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    file: Fetched | None = field(default=None, repr=False)

    def text(self, name: str) -> str | None:
        found = self.data.get(name)
        return found if isinstance(found, str) and found else None

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        """The objects of a list."""
        found = self.data.get(name)
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def people(self, *names: str) -> frozenset[str]:
        """Userids of pipe-joined lists."""
        parts = "|".join(self.text(name) or "" for name in names).lower().split("|")
        return frozenset(part.strip() for part in parts if part.strip())

    def traces(self) -> dict[str, str]:
        """What WeCom's support asks for: the hint, and the address that we called from. The rest is never logged."""
        said = self.text("errmsg") or ""
        found = {"hint": _HINT.search(said), "address": _ADDRESS.search(said)}
        return {name: match[1] for name, match in found.items() if match}


def read(raw: Raw) -> Answer:
    """A JSON answer. Raises Unreachable for anything else."""
    if raw.status != 200:
        raise Unreachable(f"http {raw.status}")
    if not raw.whole:
        raise Unreachable("answer too long")
    data = _document(raw.content)
    errcode = data.get("errcode") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(errcode, int) or isinstance(errcode, bool):
        raise Unreachable("answer not understood")
    return Answer(errcode, data)


def read_file(raw: Raw) -> Answer | None:
    """A file, or the JSON that says why there is none; None when it is longer than the limit."""
    is_file = raw.status == 200 and (raw.disposition is not None or raw.media_type not in _NO_FILES)
    if is_file and not raw.whole:
        return None
    if is_file:
        return Answer(0, file=Fetched(file_name(raw.disposition or ""), raw.media_type, raw.content))
    return read(raw)


def _document(content: bytes) -> object:
    """The JSON, None when it is not: the parser's own words would quote the answer."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def member(row: Mapping[str, Any]) -> Member | None:
    """A member of the directory; the number is a field of the company's own."""
    account, name = row.get("userid"), row.get("name")
    if not isinstance(account, str) or not account:
        return None
    own = row.get("extattr")
    fields = own.get("attrs") if isinstance(own, dict) else None
    for field_ in fields if isinstance(fields, list) else ():
        words = field_.get("text") if isinstance(field_, dict) and field_.get("name") in NUMBER_NAMES else None
        number = words.get("value") if isinstance(words, dict) else None
        if isinstance(number, str) and number.strip():
            return Member(account, str(name or ""), number.strip())
    return Member(account, str(name or ""))
