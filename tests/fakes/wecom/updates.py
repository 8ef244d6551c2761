"""message/update_template_card (facts 3.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.fakes.wecom import cards
from tests.fakes.wecom.errors import RESPONSE_CODE, ApiError, bad
from tests.fakes.wecom.fields import Part
from tests.fakes.wecom.messages import agent
from tests.fakes.wecom.records import Call, Message, ResponseCode, Shown
from tests.fakes.wecom.seen import preview
from tests.fakes.wecom.world import CODE_LIFE, World


def update(world: World, call: Call) -> dict[str, Any]:
    """A refused request leaves the code unused (unconfirmed)."""
    if not isinstance(call.body, dict):
        raise bad("the request is not a JSON object")
    request = Part(call.body, "request", [])
    agent(request, world.account.agent_id)
    request.number("enable_id_trans", range(2), 0)
    code = known_code(world, request.text("response_code", required=True))
    users = chosen(request, code.message)
    button, card = request.part("button"), request.part("template_card")
    if (button is None) == (card is None):
        raise bad("exactly one of button and template_card")
    request.done()
    if button is not None:
        words = button.text("replace_name", required=True)
        button.done()
        grey(world, code.message, users, words)
    elif card is not None:
        request.warnings += cards.check(card.values, updating=True)
        redraw(world, code.message, users, card.values)
    code.used = True
    world.warnings += request.warnings
    return {}


def known_code(world: World, text: str) -> ResponseCode:
    code = world.codes.get(text)
    if code is None or code.used or world.now() > code.at + CODE_LIFE:
        raise ApiError(RESPONSE_CODE, "response_code used, expired or unknown")
    return code


def chosen(request: Part, message: Message) -> list[str]:
    """Whose card changes. They must be receivers of that message."""
    request.known.update({"userids", "partyids", "tagids"})
    everybody = request.number("atall", range(2), 0)
    userids = request.values.get("userids", [])
    if not isinstance(userids, list) or len(userids) > 1000 or not all(isinstance(one, str) for one in userids):
        raise bad("userids is not a list of at most 1000 strings")
    if everybody:
        return list(message.recipients)
    users = [user.lower() for user in userids]
    if not users:
        raise bad("userids, partyids, tagids and atall are all empty")
    if strangers := [user for user in users if user not in message.recipients]:
        raise bad(f"userids: {strangers} did not get the message of this response_code")
    return users


def current(world: World, message: Message, user: str) -> Shown | None:
    """The card of the message as the user sees it; None when it was dropped or recalled."""
    return next((shown for shown in world.screen(user) if shown.msgid == message.msgid), None)


def grey(world: World, message: Message, users: list[str], words: str) -> None:
    """Every button becomes one that only tells."""
    screens = {user: current(world, message, user) for user in users}
    for shown in screens.values():
        if shown and shown.card and shown.card["card_type"] not in cards.INTERACTIVE:
            raise bad("button: this card has no button to replace")
    for user, shown in screens.items():
        if shown:
            world.seen[user].append(replace(shown, greyed=words, updated=True, at=world.now()))


def redraw(world: World, message: Message, users: list[str], card: dict[str, Any]) -> None:
    """A new card in the old one's place. Without a task id it keeps its own; another must be new (unconfirmed)."""
    task_id = card.get("task_id")
    if task_id and task_id in world.task_ids - message.task_ids:
        raise bad(f"template_card.task_id belongs to another message: {task_id}")
    if task_id:
        world.task_ids.add(task_id)
        message.task_ids.add(task_id)
    for user in users:
        if shown := current(world, message, user):
            greyed = card.get("replace_text") or None
            new = replace(shown, card=card, body=card, updated=True, at=world.now(), greyed=greyed)
            new.kind, new.task_id = "template_card", task_id or shown.task_id
            new.text = preview(new)
            world.seen[user].append(new)
