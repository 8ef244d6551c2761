"""What may be in a message/send (facts 3): the common fields, and each msgtype but the cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.wecom import cards
from tests.fakes.wecom.errors import BAD_AGENT, BAD_MSGTYPE, ApiError, bad
from tests.fakes.wecom.fields import Part

TEXT_BYTES = 2048
MEDIA = {"image", "voice", "video", "file"}
KINDS = {"text", "markdown", "textcard", "news", "template_card", *MEDIA}


@dataclass
class Send:
    """A message/send that may be carried out."""

    kind: str
    to: list[str]
    everybody: bool
    content: dict[str, Any]
    once: float | None
    """Seconds within which the same request is not shown again."""
    warnings: list[str] = field(default_factory=list)

    @property
    def task_id(self) -> str | None:
        return self.content.get("task_id") or None if self.kind == "template_card" else None


def check(body: Any, agent_id: int) -> Send:
    """Raises ApiError."""
    if not isinstance(body, dict):
        raise bad("the request is not a JSON object")
    request = Part(body, "request", [])
    agent(request, agent_id)
    kind = request.text("msgtype")
    if kind not in KINDS:
        raise ApiError(BAD_MSGTYPE, f"msgtype: {kind!r}")
    content = request.part(kind)
    if content is None:
        raise bad(f"{kind} missing")
    to, everybody = receivers(request)
    request.number("safe", range(2), 0)
    request.number("enable_id_trans", range(2), 0)
    once = request.number("enable_duplicate_check", range(2), 0)
    interval = request.number("duplicate_check_interval", range(1, 4 * 3600 + 1), 1800)
    request.done()
    if kind == "template_card":
        request.warnings += cards.check(content.values)
    else:
        {"text": text, "markdown": markdown, "textcard": textcard, "news": news}.get(kind, media)(content)
        content.done()
    return Send(kind, to, everybody, content.values, float(interval) if once else None, request.warnings)


def agent(request: Part, agent_id: int) -> None:
    """It must be the number of the app whose token this is."""
    request.known.add("agentid")
    value = request.values.get("agentid")
    if isinstance(value, bool) or not isinstance(value, int) or value != agent_id:
        raise ApiError(BAD_AGENT, f"agentid: {value!r}")


def receivers(request: Part) -> tuple[list[str], bool]:
    """The userids as they were written, and whether it goes to everybody. Departments and tags are not known here."""
    users, parties, tags = (request.text(key) for key in ("touser", "toparty", "totag"))
    if not (users or parties or tags):
        raise bad("touser, toparty and totag are all empty")
    if users == "@all":
        return [], True
    names = [name.strip() for name in users.split("|") if name.strip()]
    if len(names) > 1000 or len(parties.split("|")) > 100 or len(tags.split("|")) > 100:
        raise bad("more than 1000 users, 100 departments or 100 tags")
    return names, False


def text(content: Part) -> None:
    """Too long is not refused: it is cut, which nobody is told."""
    value = content.text("content", required=True)
    if len(value.encode()) > TEXT_BYTES:
        content.warnings.append(f"text.content: cut, {len(value.encode())} > {TEXT_BYTES} bytes: {value[:40]}…")


def markdown(content: Part) -> None:
    content.text("content", required=True, octets=2048)


def textcard(content: Part) -> None:
    content.text("title", required=True, chars=128)
    content.text("description", required=True, chars=512)
    content.text("url", required=True, octets=2048)
    content.text("btntxt", chars=4)


def news(content: Part) -> None:
    for article in content.parts("articles", least=1, most=8):
        article.text("title", required=True, octets=128)
        article.text("description", octets=512)
        mini = article.text("appid")
        article.text("pagepath", required=bool(mini))
        article.text("url", required=not mini, octets=2048)
        article.text("picurl")
        article.done()


def media(content: Part) -> None:
    content.text("media_id", required=True)
    if content.place.endswith("video"):
        content.text("title", octets=128)
        content.text("description", octets=512)


def cut(value: str) -> str:
    """As it is shown: at most 2048 bytes of UTF-8, no half characters."""
    return value.encode()[:TEXT_BYTES].decode(errors="ignore")
