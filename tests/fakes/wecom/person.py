"""What people do on their phones: write, send, press, open the app. And what the directory reports."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Mapping
from typing import Any, Unpack

from tests.fakes.wecom import press
from tests.fakes.wecom.press import Selected
from tests.fakes.wecom.records import Posted, Shown
from tests.fakes.wecom.seen import menu_keys, shown_text
from tests.fakes.wecom.sender import CallbackSender, How


class PressHow(How, total=False):
    """Options of a press."""

    code: str | None
    force: bool


def element(name: str, value: Any) -> str:
    """XML as WeCom writes it: text in CDATA, numbers bare, a list as the element again and again."""
    if isinstance(value, list):
        return "".join(element(name, one) for one in value)
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(element(key, one) for key, one in value.items())}</{name}>"
    if isinstance(value, str):
        return f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
    return f"<{name}>{value}</{name}>"


class PersonSide(CallbackSender):
    """Each of these posts a callback and gives back all attempts; options `times=`, `timestamp=` (see How)."""

    numbers = itertools.count(secrets.randbelow(10**15) + 7 * 10**18)

    def xml(self, user: str, kind: str, elements: Mapping[str, Any]) -> str:
        """The decrypted body (facts 2.6, 2.7)."""
        head = {"ToUserName": self.account.corp_id, "FromUserName": self.display(user), "CreateTime": int(self.now())}
        return element("xml", {**head, "MsgType": kind, **elements})

    async def message(self, user: str, kind: str, elements: Mapping[str, Any], **how: Unpack[How]) -> Posted:
        """A message with a MsgId; an own one may stand in the elements."""
        body = dict(elements)
        body.setdefault("MsgId", next(self.numbers))
        return await self.raw(self.xml(user, kind, {**body, "AgentID": self.account.agent_id}), **how)

    async def say(self, user: str, text: str, **how: Unpack[How]) -> Posted:
        return await self.message(user, "text", {"Content": text}, **how)

    async def send_image(self, user: str, content: bytes, name: str = "image.jpg", **how: Unpack[How]) -> Posted:
        media_id = self.keep("image", name, content)
        url = f"https://wework.qpic.cn/fake/{media_id}"
        return await self.message(user, "image", {"PicUrl": url, "MediaId": media_id}, **how)

    async def send_file(self, user: str, name: str, content: bytes, **how: Unpack[How]) -> Posted:
        """A file; that the callback has this form is unconfirmed (facts 2.6)."""
        media_id = self.keep("file", name, content)
        return await self.message(user, "file", {"MediaId": media_id, "FileName": name}, **how)

    async def send_voice(self, user: str, content: bytes = b"#!AMR\n" + bytes(32), **how: Unpack[How]) -> Posted:
        media_id = self.keep("voice", "voice.amr", content)
        return await self.message(user, "voice", {"MediaId": media_id, "Format": "amr"}, **how)

    async def send_location(self, user: str, lat: float, lng: float, label: str = "", **how: Unpack[How]) -> Posted:
        place = {"Location_X": lat, "Location_Y": lng, "Scale": 15, "Label": label, "AppType": "wxwork"}
        return await self.message(user, "location", place, **how)

    async def event(
        self, user: str, name: str, elements: Mapping[str, Any] | None = None, **how: Unpack[How]
    ) -> Posted:
        """Any event of the app; the elements come after `Event`."""
        body = {"Event": name, "AgentID": self.account.agent_id, **(elements or {})}
        return await self.raw(self.xml(user, "event", body), **how)

    async def enter(self, user: str, **how: Unpack[How]) -> Posted:
        """Opens the app."""
        return await self.event(user, "enter_agent", {"EventKey": ""}, **how)

    async def click(self, user: str, key: str, **how: Unpack[How]) -> Posted:
        """An entry of the app's menu."""
        return await self.event(user, "click", {"EventKey": key}, **how)

    async def contact_event(self, change: str, elements: Mapping[str, Any], **how: Unpack[How]) -> Posted:
        """change_contact, from `sys` (facts 2.8): contact_event("delete_user", {"UserID": "lilei"})."""
        body = {"Event": "change_contact", "ChangeType": change, **elements}
        return await self.raw(self.xml("sys", "event", body), **how)

    async def press(
        self, user: str, task_id: str, key: str, selected: Selected | None = None, **how: Unpack[PressHow]
    ) -> Posted:
        """Press a button, the submit button or a menu entry of a card, as the member sees it now.

        `selected`: question key → option id or label; what is not named stays as preset. Raises AssertionError when
        it cannot be pressed or chosen; `force=True` posts it all the same (a forger, or a client that was late).
        `code=`: another response code than the fresh one.
        """
        code, force = how.get("code"), how.get("force", False)
        shown = self.card(user, task_id)
        if not force:
            shown = press.reachable(shown, key, f"{user} {task_id}")
        card = shown.card if shown is not None and shown.card is not None else {}
        if code is None:
            code = self.new_code(self.messages[shown.msgid]) if shown is not None else "rc-of-no-card"
        menu = key in menu_keys(card)
        items = press.forced(selected or {}) if force else [] if menu else press.choices(card, selected or {})
        body: dict[str, Any] = {
            "EventKey": key,
            "TaskId": task_id,
            "CardType": card.get("card_type", "button_interaction"),
            "ResponseCode": code,
        }
        if items:
            body["SelectedItems"] = {"SelectedItem": items}
        options: How = {"times": how.get("times", 1)}
        if "timestamp" in how:
            options["timestamp"] = how["timestamp"]
        return await self.event(user, "template_card_menu_event" if menu else "template_card_event", body, **options)

    async def press_label(
        self, user: str, label: str, selected: Selected | None = None, **how: Unpack[PressHow]
    ) -> Posted:
        """Press what reads so on the newest card that offers it; the option of a vote card is ticked and submitted."""
        found = press.labelled(self.screen(user), label)
        assert found, f"{user} sees no live [{label}]:\n" + "\n---\n".join(map(shown_text, self.screen(user)))
        shown, key, chosen = found
        return await self.press(user, shown.task_id or "", key, {**chosen, **(selected or {})}, **how)

    async def expect(self, user: str, *pieces: str, patience: float = 10.0) -> Shown:
        """The first thing not yet expected that holds these pieces in order, white space aside; it is read then."""
        deadline = time.monotonic() + patience
        while True:
            for number, shown in enumerate(self.seen[user.lower()]):
                if (user.lower(), number) not in self.read and holds(shown_text(shown), pieces):
                    self.read.add((user.lower(), number))
                    return shown
            if time.monotonic() > deadline:
                unread = "\n---\n".join(map(shown_text, self.unread(user)))
                raise AssertionError(f"{user} did not get {pieces}; unread:\n{unread}")
            await asyncio.sleep(0.01)

    def unread(self, user: str) -> list[Shown]:
        """What `expect` has not taken yet."""
        name = user.lower()
        return [shown for number, shown in enumerate(self.seen[name]) if (name, number) not in self.read]

    def forget_unread(self, user: str) -> None:
        self.read.update((user.lower(), number) for number in range(len(self.seen[user.lower()])))


def holds(text: str, pieces: tuple[str, ...]) -> bool:
    """All pieces stand in the text in this order, white space aside."""
    left = "".join(text.split())
    for piece in pieces:
        _, found, left = left.partition("".join(piece.split()))
        if not found:
            return False
    return True
