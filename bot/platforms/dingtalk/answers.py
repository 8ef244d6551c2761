"""What DingTalk's answers say, in both generations of its API: read strictly, and kept out of logs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.platforms.dingtalk.errors import BANNED, FINE, HTTP_429, HTTP_BLAMED
from bot.platforms.dingtalk.transport import Style
from bot.platforms.shared.answered import Raw
from bot.platforms.shared.breaker import Unreachable

BLAMED = {400, 413, 414, 431}
"""HTTP statuses that the one request is to blame for."""
TOKEN_REFUSED, SUB_CODE = 401, 88
_REQUEST = re.compile(r"[\w-]{1,64}")
_ADDRESS = re.compile(r"\bip\s*[=:：]\s*((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f:]{3,39})", re.IGNORECASE)
"""How an error names the address that we called from; its place in the message is not documented."""


@dataclass(frozen=True)
class Answer:
    """A JSON answer: `code` is 0, an errcode, or a code of the new API, as it came."""

    code: str
    status: int
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str | None:
        found = self.data.get(name)
        return found if isinstance(found, str) and found else None

    def people(self, name: str) -> frozenset[str]:
        """User ids of a list, in lower case."""
        found = self.data.get(name)
        return frozenset(str(one).lower() for one in found) if isinstance(found, list) else frozenset()

    @property
    def address(self) -> str | None:
        """The address that we called from, where a refusal names it."""
        found = _ADDRESS.search(self.text("message") or self.text("errmsg") or self.text("sub_msg") or "")
        return found[1] if found else None

    def traces(self) -> dict[str, str]:
        """What DingTalk's support asks for. The message is never logged: it may quote what was sent."""
        found = self.text("requestid") or self.text("request_id") or ""
        return {"request": found} if _REQUEST.fullmatch(found) else {}


def read(raw: Raw, style: Style) -> Answer:
    """An answer that says something. Raises Unreachable for what is none: no JSON, too long, a server's own error."""
    if not raw.whole:
        raise Unreachable("answer too long")
    data = _document(raw.content)
    if not isinstance(data, dict):
        return _wordless(raw.status)
    if data.get("status") == int(BANNED) and "punish" in data:
        return Answer(BANNED, raw.status, data)
    if raw.status != 200:
        code = data.get("code")
        return Answer(code, raw.status, data) if isinstance(code, str) and code else _wordless(raw.status)
    errcode = data.get("errcode", 0 if style is Style.NEW else None)
    if not isinstance(errcode, int) or isinstance(errcode, bool):
        raise Unreachable("answer not understood")
    if errcode == SUB_CODE and data.get("sub_code"):
        return Answer(str(data["sub_code"]), raw.status, data)
    return Answer(str(errcode), raw.status, data)


def _wordless(status: int) -> Answer:
    """An answer without a code. Raises Unreachable when it tells nothing about this call."""
    if status == 429:
        return Answer(HTTP_429, status)
    if status == TOKEN_REFUSED:
        return Answer("http 401", status)
    if status in BLAMED:
        return Answer(HTTP_BLAMED, status)
    raise Unreachable(f"http {status}" if status != 200 else "answer not understood")


def ok(answer: Answer) -> bool:
    return answer.code == FINE


def _document(content: bytes) -> object:
    """The JSON, None when it is not: the parser's own words would quote the answer."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
