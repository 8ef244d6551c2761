"""Cards: created with their delivery, updated at any time (facts 3.3). Codes not in the facts are unconfirmed."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.dingtalk.errors import bad
from tests.fakes.dingtalk.fields import mapping, octets, string, string_map
from tests.fakes.dingtalk.records import Call, Card, Frame, Params, Shown
from tests.fakes.dingtalk.world import World

KEY_BYTES, VALUE_BYTES, CARD_BYTES = 100, 1024, 100 * 1024
SPACE = re.compile(r"dtv1\.card//(IM_ROBOT|IM_GROUP)\.(\S+)")


def create(world: World, call: Call) -> dict[str, Any]:
    """card/instances/createAndDeliver."""
    body = mapping(call.body, "body")
    template, track = string(body, "cardTemplateId"), string(body, "outTrackId")
    if template != world.account.card_template_id:
        raise bad(f"no such template: {template}", "param.templateNotExist")
    if track in world.cards:
        raise bad(f"outTrackId was used before: {track}", "param.cardAlreadyExist")
    user_id_type(body)
    places = spaces(body)
    params = checked(body.get("cardData"), "cardData")
    private = privates(world, body.get("privateData"))
    if octets(body.get("cardData")) + octets(body.get("privateData") or {}) > CARD_BYTES:
        raise bad("the card is larger than 100 KB", "param.error")
    card = Card(track, *callback(world, body), params, private, "")
    results = [deliver(world, card, body, kind, name) for kind, name in places]
    world.cards[track] = card
    show(world, card, updated=False)
    return {"success": True, "result": {"outTrackId": track, "deliverResults": results}}


def callback(world: World, body: dict[str, Any]) -> tuple[str | None, str | None]:
    """How presses come back: the callback type and, over HTTP, the route."""
    kind, route = body.get("callbackType"), body.get("callbackRouteKey")
    if kind is None:
        world.warnings.append("createAndDeliver: without callbackType its buttons do nothing")
    elif kind not in ("STREAM", "HTTP"):
        raise bad(f"callbackType {kind}", "param.error")
    if kind == "HTTP" and route not in world.routes:
        raise bad(f"callbackRouteKey {route} was never registered", "param.error")
    return kind, route


def user_id_type(body: dict[str, Any]) -> None:
    if body.get("userIdType", 1) != 1:
        raise bad("this fake knows userIdType 1 only", "param.error")


def spaces(body: dict[str, Any]) -> list[tuple[str, str]]:
    found = [SPACE.fullmatch(one) for one in string(body, "openSpaceId").split(";")]
    places = [(match[1], match[2]) for match in found if match]
    if len(places) != len(found):
        raise bad(f"openSpaceId {body['openSpaceId']}", "param.openSpaceIdInvalid")
    return places


def checked(data: Any, place: str) -> Params:
    """The variables; a value may have 1 KB, so long lists must be shortened by the sender."""
    params = string_map(mapping(data, place).get("cardParamMap"), f"{place}.cardParamMap")
    for key, value in params.items():
        if octets(key) > KEY_BYTES or octets(value) > VALUE_BYTES:
            raise bad(f"{place}.{key[:50]}: {octets(key)} B key, {octets(value)} B value", "param.error")
    return params


def privates(world: World, data: Any) -> dict[str, Params]:
    private = mapping(data or {}, "privateData")
    if strangers := sorted(set(private) - world.members):
        raise bad(f"privateData: {strangers}", "param.userIdNotExist")
    return {user: checked(one, f"privateData.{user}") for user, one in private.items()}


def deliver(world: World, card: Card, body: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """One space. Wrong models are refused; a stranger or a strange group only fails in deliverResults."""
    single = kind == "IM_ROBOT"
    prefix = "imRobotOpen" if single else "imGroupOpen"
    space = mapping(body.get(f"{prefix}SpaceModel"), f"{prefix}SpaceModel")
    model = mapping(body.get(f"{prefix}DeliverModel"), f"{prefix}DeliverModel")
    if not isinstance(space.get("supportForward"), bool):
        raise bad(f"{prefix}SpaceModel.supportForward is required", "param.error")
    if space["supportForward"]:
        world.warnings.append(f"{card.out_track_id}: this card may be forwarded")
    if single and model.get("spaceType") != "IM_ROBOT":
        raise bad("imRobotOpenDeliverModel.spaceType is required", "param.error")
    if model.get("robotCode", world.account.robot_code if single else None) != world.account.robot_code:
        raise bad("robotCode is not this app's", "invalidParameter.robotCode.invalid")
    notification, last = space.get("notification") or {}, string_map(space.get("lastMessageI18n") or {}, "lastMessage")
    if octets((space.get("searchSupport") or {}).get("searchDesc", "")) > 200 * 3:
        raise bad("searchDesc is longer than 200", "param.error")
    card.push = notification.get("alertContent") or last.get("ZH_CN", "")
    known = world.members if single else world.groups
    place = {"spaceId": f"dtv1.card//{kind}.{name}", "spaceType": kind}
    if name not in known or (single and name in world.flow_controlled):
        return {**place, "success": False, "carrierId": "", "errorMsg": "not reachable"}
    (card.users if single else card.groups).append(name)
    return {**place, "success": True, "carrierId": f"carrier-{card.out_track_id}-{name}", "errorMsg": ""}


def show(world: World, card: Card, *, updated: bool, users: list[str] | None = None) -> None:
    """Everybody's screen as it is now; `users`: only theirs."""
    for user in card.users if users is None else users:
        if user in card.users:
            world.show(shown(world, card, user, updated), users=[user])
    if users is None:
        for group in card.groups:
            world.show(shown(world, card, None, updated), groups=[group])


def shown(world: World, card: Card, user: str | None, updated: bool) -> Shown:
    params = card.view(user)
    text = card.push or "[卡片]"
    return Shown("card", params.get("title", ""), text, card.out_track_id, world.now(), params, card.push, updated)


def update(world: World, call: Call) -> dict[str, Any]:
    """PUT card/instances: without updateCardDataByKey what is not named is gone."""
    body = mapping(call.body, "body")
    card = world.cards.get(string(body, "outTrackId"))
    if card is None:
        raise bad(f"no such card: {body['outTrackId']}", "param.cardNotExist")
    user_id_type(body)
    if any(answering(frame, card) for frame in world.frames[-200:]):
        world.warnings.append(f"{card.out_track_id}: updated inside its own callback")
    apply(world, card, body, updated_private=privates(world, body.get("privateData")))
    return {"success": True, "result": True}


def answering(frame: Frame, card: Card) -> bool:
    """A press of this card still waits for its answer: the update API must not be called yet (facts 0)."""
    waiting = frame.kind == "card" and frame.code is None and not (frame.late or frame.cut)
    return waiting and frame.data.get("outTrackId") == card.out_track_id


def apply(world: World, card: Card, body: dict[str, Any], updated_private: dict[str, Params]) -> None:
    options = mapping(body.get("cardUpdateOptions") or {}, "cardUpdateOptions")
    if body.get("cardData") is not None:
        params = checked(body["cardData"], "cardData")
        by_key = options.get("updateCardDataByKey") is True
        card.params = {**card.params, **params} if by_key else params
        for changed in card.answered.values():
            for key in list(changed):
                if key in params or not by_key:
                    del changed[key]
    by_key = options.get("updatePrivateDataByKey") is True
    for user, params in updated_private.items():
        card.private[user] = {**card.private.get(user, {}), **params} if by_key else params
    card.updates += 1
    show(world, card, updated=True, users=None if body.get("cardData") is not None else list(updated_private))


def answer(world: World, card: Card, user: str, response: Any) -> None:
    """What a callback's answer changes, for the presser only. Raises ApiError when it is not in order."""
    body = mapping(response, "response")
    changed: Params = {}
    for name in ("cardData", "userPrivateData"):
        if body.get(name) is not None:
            changed |= checked(body[name], name)
    if changed:
        card.answered.setdefault(user, {}).update(changed)
        show(world, card, updated=True, users=[user])
