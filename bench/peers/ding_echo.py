"""What every peer does with a robot message of DingTalk: check the signature, parse, answer with the echo."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

PATH = "/callback/dingtalk"
SECRET = os.environ["HRBOT_DINGTALK__CLIENT_SECRET"]


class Forged(Exception):
    """Not signed with the app's secret."""


def opened(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The message inside. Raises Forged."""
    stamp = headers.get("timestamp", "")
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(base64.b64encode(digest).decode(), headers.get("sign", "")):
        raise Forged
    return dict(json.loads(body))


def sealed(text: str) -> str:
    """The answer that DingTalk shows."""
    return json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False)


def echo(headers: Mapping[str, str], body: bytes) -> str:
    return sealed(str(opened(headers, body)["text"]["content"]))
