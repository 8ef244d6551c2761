"""Conversations as text: `tests/*/chats/*.chat`. HR can write them; they run on each platform, through real HTTP.

# a comment
今天 2026-03-11 10:30              business time, also later in the conversation
李雷> 我想下周三下午请半天年假      李雷 writes
李雷@客服部> 打卡                   … in the group of 客服部
李雷> [提交]                        presses the button of that label on the newest card
徐丽> [驳回] 原因=人手不足          … with the card's input filled
李雷+ 病假条.jpg                    sends a picture
李雷< 请假确认 … 0.5 天 … [提交]    gets a message that holds these pieces in this order
李雷< 无                            gets nothing
没有账号 黄磊                       from here on he has no account on any messenger
---                                 everybody has read everything
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from domain.kernel.clock import shanghai
from domain.kernel.ids import PersonId
from domain.people import service as people
from domain.people.rules import Messenger
from tests.stage import Stage

WITHOUT = "没有账号 "
LINE = re.compile(r"^(?P<who>[^\s<>+@]+)(?:@(?P<group>[^\s<>]+))?(?P<sign>[<>+])\s*(?P<what>.*)$")


@dataclass(frozen=True)
class Conversation:
    """A parsed .chat file."""

    name: str
    lines: tuple[tuple[int, str], ...]

    @property
    def begins(self) -> str:
        first = self.lines[0][1]
        assert first.startswith("今天 "), f"{self.name}: the first line says 今天 …"
        return first.removeprefix("今天 ").strip()


def read(path: Path) -> Conversation:
    lines = [
        (number, line.strip())
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    return Conversation(path.stem, tuple(lines))


async def play(stage: Stage, conversation: Conversation) -> int:
    """Run it line by line; a failing line is named. The number of lines that held."""
    ids = {person["name"]: person["id"] for person in await stage.get("/console/api/people")}
    groups = {group["name"]: group["id"] for group in await stage.get("/console/api/groups")}
    for number, line in conversation.lines:
        try:
            await _line(stage, line, ids, groups)
        except AssertionError as error:
            raise AssertionError(f"{conversation.name}.chat line {number}: {line}\n{error}") from None
    return len(conversation.lines)


async def without_account(stage: Stage, person: str) -> None:
    """End the person's accounts on all messengers."""
    assert stage.bot is not None
    async with stage.bot.database.transaction(stage.bot.outbox(), "test") as tx:
        for platform in Messenger:
            assert await people.unlink_account(tx, PersonId(person), platform)
    await stage.bot.accounts.refresh()


async def _line(stage: Stage, line: str, ids: dict[str, str], groups: dict[str, str]) -> None:
    if line.startswith("今天 "):
        assert stage.clock is not None
        stage.clock.set(shanghai(line.removeprefix("今天 ").strip().replace(" ", "T")))
        return
    if line.startswith(WITHOUT):
        await without_account(stage, ids[line.removeprefix(WITHOUT).strip()])
        return
    if line.startswith("---"):
        await stage.settle()
        for person in ids.values():
            await stage.read(person)
            stage.forget_unread(person)
        return
    match = LINE.match(line)
    assert match, "no such line"
    who, what = ids[match["who"]], match["what"].strip()
    if match["sign"] == "<":
        await (stage.quiet(who) if what == "无" else stage.expect(who, *re.split(r"\s*…\s*", what)))
    elif match["sign"] == "+":
        await stage.send_file(who, what, b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    elif pressed := re.match(r"^\[(.+?)\]\s*(.*)$", what):
        inputs = dict(pair.split("=", 1) for pair in pressed[2].split()) if pressed[2] else {}
        await stage.press_label(who, pressed[1], inputs)
    else:
        group = match["group"]
        await stage.say(who, what, conversation=groups[group] if group else "direct")
