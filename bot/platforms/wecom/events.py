"""What a person did without writing: pressed, opened the app, chose from the menu; and what WeCom itself reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.platforms.port import Ticket, Update
from bot.platforms.wecom.choices import NOT_CHOSEN
from bot.platforms.wecom.letter import NAME, Letter

SUBMIT = "submit$"
"""The one button of a card that is drawn as a vote; the chosen option of CHOICE is the action."""
CHOICE = "action"
SAY = "say:"
"""A menu key that begins so is the sentence that the person says."""
MAX_TASK = 128
"""Bytes of a task id, WeCom's own limit."""
_CHANGES = frozenset(
    ("create_user", "update_user", "delete_user", "create_party", "update_party", "delete_party", "update_tag")
)


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """A hint that a member or department changed (WeCom delivers little more): read it again.

    `change` is a ChangeType of WeCom or `unknown`. Userids are lower-case.
    """

    change: str
    user_id: str | None
    new_user_id: str | None
    departments: tuple[int, ...]
    party_id: int | None

    @property
    def tells(self) -> bool:
        """Somebody's account went or is spelt otherwise now; anything else needs nothing done."""
        renamed = self.change == "update_user" and self.new_user_id not in {None, self.user_id}
        return self.user_id is not None and (renamed or self.change == "delete_user")


def contact(letter: Letter) -> ContactChanged:
    change = letter.get("ChangeType").lower()
    party = _numbers(letter.get("Id"))
    return ContactChanged(
        change if change in _CHANGES else "unknown",
        letter.get("UserID").lower() or None,
        letter.get("NewUserID").lower() or None,
        _numbers(letter.get("Department")),
        party[0] if party else None,
    )


def _numbers(listed: str) -> tuple[int, ...]:
    parts = (part.strip() for part in listed.split(","))
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19)


def press(letter: Letter) -> Update | None:
    """A button, a submit or a choice of the card's menu. All of it is only a reference that the router looks up."""
    task, action, code = letter.get("TaskId"), letter.get("EventKey"), letter.get("ResponseCode")
    card_id = task.partition("@")[0]
    if not card_id or not action or len(task.encode()) > MAX_TASK:
        return None
    inputs = chosen(letter)
    if action == SUBMIT:
        action = inputs.pop(CHOICE, "") or SUBMIT
    ticket = Ticket(task, code) if code else None
    return Update(NAME, letter.message_id, letter.sender, card_id=card_id, action=action, inputs=inputs, ticket=ticket)


def chosen(letter: Letter) -> dict[str, str]:
    """Question → option, several joined by a comma; a question that was left open is not there."""
    found = {}
    for item in letter.root.iterfind("SelectedItems/SelectedItem"):
        question = (item.findtext("QuestionKey") or "").strip()
        options = ",".join(
            text for option in item.iterfind("OptionIds/OptionId") if (text := (option.text or "").strip())
        )
        if question and options and options != NOT_CHOSEN:
            found[question] = options
    return found


def entered(letter: Letter) -> Update:
    """Once a day: the app is opened many times, and one welcome is enough."""
    day = letter.day
    message_id = f"{letter.agent_id}:enter:{letter.sender}:{day}" if day else letter.message_id
    return Update(NAME, message_id, letter.sender, entered=True)


def click(letter: Letter) -> Update | None:
    key = letter.get("EventKey")
    return letter.said(key.removeprefix(SAY).strip()) if key.startswith(SAY) else None


Reader = Callable[[Letter], Update | None]

EVENTS: dict[str, tuple[str, Reader | None]] = {
    "template_card_event": ("template_card_event", press),
    "template_card_menu_event": ("template_card_menu_event", press),
    "click": ("click", click),
    "enter_agent": ("enter_agent", entered),
    "subscribe": ("subscribe", None),
    "unsubscribe": ("unsubscribe", None),
    "view": ("view", None),
    "location": ("location_event", None),
    "batch_job_result": ("batch_job_result", None),
    "change_contact": ("change_contact", None),
    "sys_approval_change": ("sys_approval_change", None),
    "open_approval_change": ("open_approval_change", None),
    "close_inactive_agent": ("close_inactive_agent", None),
    "reopen_inactive_agent": ("reopen_inactive_agent", None),
}
"""Event name in lower case → the kind it is counted as, and its reader; None where there is nothing to answer."""
