"""What people do in DingTalk: write, send, press. And what the organisation reports as events."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from tests.fakes.dingtalk import cards, press
from tests.fakes.dingtalk.callbacks import Callbacks
from tests.fakes.dingtalk.errors import ApiError
from tests.fakes.dingtalk.records import Frame, Pushed, Shown
from tests.fakes.dingtalk.seen import buttons, shown_text

FREE = ("user_", "org_", "label_", "role_")
"""Events that do not count against the quota (facts 0)."""


class How(TypedDict, total=False):
    """Options of everything a person writes."""

    group: str
    """The openConversationId of a group of which this person is a member; else the single chat."""
    times: int
    """The same thing so many times at once."""
    unnamed: bool
    """Without senderStaffId: the robot is unpublished or the sender is external."""
    changes: Mapping[str, Any]
    """Laid over the payload: a forged or odd one."""
    timestamp: int
    """Of the HTTP envelope, ms."""


class PersonSide(Callbacks):
    """Each of these pushes once to one connection (or posts, in HTTP mode), waits for the answer, gives Pushed."""

    press_field = "content"
    """`value`: the other name under which a press carries its content (facts 3.3)."""
    flat_forms = False
    """Send the values of a form among the other parameters instead of under `form`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.read: set[tuple[str, int]] = set()

    async def say(self, user: str, text: str, **how: Unpack[How]) -> Pushed:
        """Text; in a group after the @, with the space that this leaves."""
        content = f" {text}" if "group" in how else text
        return await self.message(user, "text", {"text": {"content": content}}, **how)

    async def send_picture(self, user: str, content: bytes, **how: Unpack[How]) -> Pushed:
        code = self.keep("image", "image.jpg", content)
        return await self.message(user, "picture", {"content": {"downloadCode": code}}, **how)

    async def send_file(self, user: str, name: str, content: bytes, **how: Unpack[How]) -> Pushed:
        code = self.keep("file", name, content)
        return await self.alone(user, "file", {"downloadCode": code, "fileName": name}, **how)

    async def send_audio(self, user: str, recognition: str | None = None, **how: Unpack[How]) -> Pushed:
        content = {"downloadCode": self.keep("voice", "voice.amr", b"#!AMR\n" + bytes(32)), "duration": 3000}
        return await self.alone(user, "audio", content | ({"recognition": recognition} if recognition else {}), **how)

    async def send_video(self, user: str, content: bytes = bytes(32), **how: Unpack[How]) -> Pushed:
        code = self.keep("video", "video.mp4", content)
        return await self.alone(user, "video", {"downloadCode": code, "videoType": "mp4", "duration": 3000}, **how)

    async def send_rich(self, user: str, parts: Sequence[str | bytes], **how: Unpack[How]) -> Pushed:
        """Words and pictures mixed."""
        rich = [
            {"text": one}
            if isinstance(one, str)
            else {"downloadCode": self.keep("image", "image.jpg", one), "type": "picture"}
            for one in parts
        ]
        return await self.message(user, "richText", {"content": {"richText": rich}}, **how)

    async def alone(self, user: str, kind: str, content: dict[str, Any], **how: Unpack[How]) -> Pushed:
        assert "group" not in how, f"{kind} reaches the robot in a single chat only"
        return await self.message(user, kind, {"content": content}, **how)

    async def message(self, user: str, kind: str, content: Mapping[str, Any], **how: Unpack[How]) -> Pushed:
        """A robot message (facts 2.2). With the pushes of the month used up it comes without text and content."""
        group, changes = how.get("group"), how.get("changes", {})
        data = {**self.head(user, group), "msgtype": kind, **content, **changes}
        if how.get("unnamed"):
            del data["senderStaffId"]
        pushed = Pushed("robot", data)
        for _ in range(how.get("times", 1)):
            if not self.quotas.push(self.now()):
                pushed.data = exhausted(data)
        await asyncio.gather(*(self.robot_push(pushed, how.get("timestamp")) for _ in range(how.get("times", 1))))
        pushed.done = True
        if pushed.lost:
            self.lost.append(pushed)
        return pushed

    def head(self, user: str, group: str | None) -> dict[str, Any]:
        """Who, where, and how to answer."""
        assert group is None or user in self.groups[group], f"{user} is not in {group}"
        robot = f"$:LWCP_v1:$robot{self.account.client_id}"
        url, until = self.webhook(user, group)
        data: dict[str, Any] = {
            "msgId": "msg" + secrets.token_urlsafe(16),
            "conversationId": self.conversation(user, group),
            "conversationType": "2" if group else "1",
            "senderStaffId": user,
            "senderId": f"$:LWCP_v1:${user}",
            "senderNick": user,
            "senderCorpId": self.account.corp_id,
            "isAdmin": False,
            "chatbotUserId": robot,
            "chatbotCorpId": self.account.corp_id,
            "robotCode": self.account.robot_code,
            "createAt": self.millis(),
            "sessionWebhook": url,
            "sessionWebhookExpiredTime": until,
            "senderPlatform": "Mac",
        }
        if group:
            data |= {"conversationTitle": "群", "isInAtList": True, "atUsers": [{"dingtalkId": robot}]}
        return data

    async def robot_push(self, pushed: Pushed, timestamp: int | None) -> None:
        if self.mode == "http":
            pushed.tries.append(await self.posted_robot(pushed.data, timestamp))
        elif frame := await self.streamed("robot", pushed.data, {}):
            pushed.tries.append(frame)

    async def event(self, name: str, data: Mapping[str, Any], *, times: int = 1, event_id: str | None = None) -> Pushed:
        """Any event: event("user_leave_org", {"userId": ["u1"]}). Back after the first try; then see `settled()`.

        `times`: even when acked it comes again so often, with the same eventId.
        """
        if not name.startswith(FREE):
            self.quotas.push(self.now())
        stamp, event_id = self.millis(), event_id or secrets.token_hex(16)
        if self.mode == "http":
            head = {"EventType": name, "EventTime": stamp, "CorpId": self.account.corp_id, "eventId": event_id}
            pushed = Pushed("event", {**head, "timeStamp": str(stamp), **data})
            await asyncio.gather(*(self.posted_event(pushed) for _ in range(times)))
            return pushed
        headers = {
            "eventId": event_id,
            "eventType": name,
            "eventCorpId": self.account.corp_id,
            "eventBornTime": str(stamp),
            "eventUnifiedAppId": "app-1",
        }
        pushed = Pushed("event", {"timeStamp": str(stamp), **data})
        await asyncio.gather(*(self.stream_event(pushed, headers) for _ in range(times)))
        return pushed

    async def press(
        self,
        user: str,
        out_track_id: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        force: bool = False,
        times: int = 1,
    ) -> Pushed:
        """Press a button. `params`: what stands in the form (option by value or text); other keys without a form.

        Raises AssertionError when this card does not show that button to this person now; `force=True` sends it all
        the same.
        """
        card = self.cards.get(out_track_id)
        view = card.view(user) if card is not None else {}
        if not force:
            assert card is not None, f"there is no card {out_track_id}"
            assert self.reaches(user, out_track_id), f"{user} does not see {out_track_id}"
            assert card.callback is not None, "this card has no callbackType, its buttons do nothing"
            press.pressable(view, action, f"{user} {out_track_id}")
        content = press.callback_content(view, action, params, force=force, flat=self.flat_forms)
        pushed = Pushed("card", self.pressed(user, out_track_id, content))
        await asyncio.gather(*(self.card_push(pushed) for _ in range(times)))
        pushed.done = True
        if pushed.lost:
            self.lost.append(pushed)
        return pushed

    def pressed(self, user: str, out_track_id: str, content: dict[str, Any]) -> dict[str, Any]:
        """The callback (facts 3.3)."""
        card = self.cards.get(out_track_id)
        group = card is not None and user not in card.users and bool(card.groups)
        return {
            "type": "actionCallback",
            "outTrackId": out_track_id,
            "corpId": self.account.corp_id,
            "userId": user,
            "userIdType": 1,
            "spaceType": "IM_GROUP" if group else "IM_ROBOT",
            "spaceId": card.groups[0] if card is not None and group else user,
            "extension": "{}",
            self.press_field: json.dumps({"cardPrivateData": content}),
        }

    async def card_push(self, pushed: Pushed) -> None:
        """One press; an answer in time changes the presser's card."""
        self.quotas.push(self.now())  # that it counts is unconfirmed
        card = self.cards.get(pushed.data["outTrackId"])
        over_http = self.mode == "http" or (card is not None and card.callback == "HTTP")
        frame = await (self.posted_card(pushed.data, card) if over_http else self.streamed("card", pushed.data, {}))
        if frame is None:
            return
        pushed.tries.append(frame)
        if not frame.in_time or frame.code != 200:
            self.warnings.append(f"{pushed.data['outTrackId']}: the presser sees an error: {frame.code} {frame.faulty}")
        elif card is not None:
            self.take_answer(card.out_track_id, pushed.data["userId"], frame, over_http)

    def take_answer(self, out_track_id: str, user: str, frame: Frame, over_http: bool) -> None:
        try:
            cards.answer(self, self.cards[out_track_id], user, frame.answer if over_http else frame.answer["response"])
        except ApiError as error:
            frame.faulty = str(error)
            self.warnings.append(f"{out_track_id}: the answer to a press: {error}")

    def reaches(self, user: str, out_track_id: str) -> bool:
        """This person has the card in the single chat or in a group."""
        card = self.cards[out_track_id]
        return user in card.users or any(user in self.groups.get(group, ()) for group in card.groups)

    async def press_label(
        self, user: str, label: str, params: Mapping[str, Any] | None = None, **options: Any
    ) -> Pushed:
        """Press what reads so on the newest card that offers it to this person."""
        for card in reversed(self.cards.values()):
            if self.reaches(user, card.out_track_id):
                for button in buttons(card.view(user)):
                    if button["text"] == label:
                        return await self.press(user, card.out_track_id, str(button["id"]), params, **options)
        raise AssertionError(f"{user} sees no live [{label}]:\n" + "\n---\n".join(map(shown_text, self.screen(user))))

    async def expect(self, user: str, *pieces: str, patience: float = 10.0) -> Shown:
        """The first thing not yet expected that holds these pieces in order, white space aside; it is read then.

        `user` may be the openConversationId of a group.
        """
        deadline = time.monotonic() + patience
        while True:
            for number, shown in enumerate(self.history(user)):
                if (user, number) not in self.read and holds(shown_text(shown), pieces):
                    self.read.add((user, number))
                    return shown
            if time.monotonic() > deadline:
                unread = "\n---\n".join(map(shown_text, self.unread(user)))
                raise AssertionError(f"{user} did not get {pieces}; unread:\n{unread}")
            await asyncio.sleep(0.01)

    def history(self, user: str) -> list[Shown]:
        return self.seen_group[user] if user in self.groups else self.seen[user]

    def unread(self, user: str) -> list[Shown]:
        """What `expect` has not taken yet."""
        return [shown for number, shown in enumerate(self.history(user)) if (user, number) not in self.read]

    def forget_unread(self, user: str) -> None:
        self.read.update((user, number) for number in range(len(self.history(user))))


def exhausted(data: Mapping[str, Any]) -> dict[str, Any]:
    """The payload once the month's pushes are used up; both spellings occur (facts 0, 9)."""
    left = {name: value for name, value in data.items() if name not in ("text", "content")}
    words = "the organisation's pushes of this month are used up"
    return {**left, "errorCode": 20001, "errCode": 20001, "errorMessage": words, "errMsg": words}


def holds(text: str, pieces: tuple[str, ...]) -> bool:
    """All pieces stand in the text in this order, white space aside."""
    left = "".join(text.split())
    for piece in pieces:
        _, found, left = left.partition("".join(piece.split()))
        if not found:
            return False
    return True
