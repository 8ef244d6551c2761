"""What the bot may send on its long connection, checked as WeCom does: an errcode for each command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.wecom.errors import BAD_PARAMETER, RATE

if TYPE_CHECKING:
    from tests.fakes.wecom.aibot import Aibot

BAD_REQ_ID, EXPIRED = 846605, 846608
LONGEST = 20_480


@dataclass
class Command:
    """One frame of the bot. `chat` is found out when it is judged."""

    cmd: str
    req_id: str
    body: dict[str, Any]
    at: float
    chat: str = ""
    words: str = ""


def respond(bot: Aibot, command: Command) -> int:
    """A stream that is finished at once, within six minutes of the message."""
    pushed = bot.find(command.req_id)
    stream = command.body.get("stream")
    if pushed is None or pushed.body["msgtype"] == "event":
        return BAD_REQ_ID
    if (
        command.body.get("msgtype") != "stream"
        or not isinstance(stream, dict)
        or set(stream)
        != {
            "id",
            "finish",
            "content",
        }
    ):
        return BAD_PARAMETER
    if pushed.finished or bot.world.now() - pushed.body["create_time"] > bot.stream_life:
        return EXPIRED
    code = spoken(bot, command, pushed.chat, stream["content"])
    pushed.finished = code == 0 and stream["finish"] is True
    return code


def welcome(bot: Aibot, command: Command) -> int:
    """Only for enter_chat, within five seconds, once."""
    pushed = bot.find(command.req_id)
    event = pushed.body.get("event", {}).get("eventtype") if pushed else None
    if pushed is None or event != "enter_chat" or pushed.finished:
        return BAD_REQ_ID
    if bot.world.now() - pushed.body["create_time"] > bot.welcome_life + 1:
        return EXPIRED
    if command.body.get("msgtype") != "text":
        return BAD_PARAMETER
    pushed.finished = True
    return spoken(bot, command, pushed.chat, command.body["text"]["content"])


def send(bot: Aibot, command: Command) -> int:
    """Into a conversation in which somebody wrote to the bot before."""
    chat, kind = command.body.get("chatid"), command.body.get("msgtype")
    known = {pushed.chat: "chatid" in pushed.body for pushed in bot.pushed}
    if not isinstance(chat, str) or chat not in known or kind != "markdown":
        return BAD_PARAMETER
    if command.body.get("chat_type") != (2 if known[chat] else 1):
        return BAD_PARAMETER
    return spoken(bot, command, chat, command.body["markdown"].get("content"))


def spoken(bot: Aibot, command: Command, chat: str, words: object) -> int:
    """Shown to the conversation, if it is not too long or too often."""
    if not isinstance(words, str) or not words.strip() or len(words.encode()) > LONGEST:
        return BAD_PARAMETER
    now, times = bot.world.now(), bot.limits[chat]
    while times and times[0] <= now - 3600:
        times.popleft()
    if len(times) >= bot.per_hour or sum(at > now - 60 for at in times) >= bot.per_minute:
        bot.over.append(command)
        return RATE
    times.append(now)
    command.chat, command.words = chat, words
    bot.show(chat, "markdown", words)
    return 0


COMMANDS: dict[str, Callable[[Aibot, Command], int]] = {
    "aibot_respond_msg": respond,
    "aibot_respond_welcome_msg": welcome,
    "aibot_send_msg": send,
}
