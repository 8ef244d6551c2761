"""Every kind of message, press and event, read; and what is odd, foreign or spoiled."""

from __future__ import annotations

import json
import random
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.platforms.dingtalk import events, messages, presses
from bot.platforms.dingtalk.events import Event
from bot.platforms.dingtalk.messages import Foreign, Incoming
from bot.platforms.port import Media, Ticket, Update
from bot.platforms.shared.documents import Unreadable, load
from tests.dingtalk.shelf import settings
from tests.fakes.dingtalk import Account
from tests.platforms.cases import bodies

NOW = datetime.fromtimestamp(1_795_000_000, UTC)
OWN = settings(Account("dingtest", "dingkey", robot_code="dingrobot"), "https://api.dingtalk.com")
WEBHOOK = "https://oapi.dingtalk.com/robot/sendBySession?session=s3cret"
MESSAGE: dict[str, Any] = {
    "msgId": "msgA1==",
    "conversationId": "cidX==",
    "conversationType": "1",
    "senderStaffId": "lilei",
    "senderCorpId": "dingtest",
    "chatbotCorpId": "dingtest",
    "robotCode": "dingrobot",
    "createAt": 1_795_000_000_000,
    "sessionWebhook": WEBHOOK,
    "sessionWebhookExpiredTime": 1_795_005_400_000,
}
PRESS: dict[str, Any] = {"type": "actionCallback", "outTrackId": "cd_1@3", "corpId": "dingtest", "userId": "xuli"}
HEADERS = {"eventId": "e1", "eventCorpId": "dingtest", "eventBornTime": "1795000000000"}
CASES = yaml.safe_load((Path(__file__).parent / "cases" / "payloads.yaml").read_text(encoding="utf-8"))
SAID = [case for case in CASES if "event" not in case]
EVENTS = [case for case in CASES if "event" in case]


def laid(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """With the changes of a case; null takes a field away. As it comes off the wire."""
    changed = {name: value for name, value in {**base, **over}.items() if value is not None}
    return json.loads(json.dumps(changed))


def read(case: dict[str, Any]) -> Incoming:
    if "press" in case:
        return presses.parse(laid(PRESS, case["press"]), OWN, "m3")
    return messages.parse(laid(MESSAGE, case["robot"]), OWN, NOW)


def said(**changes: Any) -> Incoming:
    return read({"robot": {"msgtype": "text", "text": {"content": "查年假"}, **changes}})


def reported(case: dict[str, Any]) -> Event:
    return events.of_frame({**HEADERS, "eventType": case["event"]}, laid({}, case["fields"]), OWN)


@pytest.mark.parametrize("case", SAID, ids=[case["name"] for case in SAID])
def test_what_becomes_of_it(case: dict[str, Any]) -> None:
    incoming = read(case)
    assert (incoming.kind, incoming.unnamed) == (case["kind"], case.get("unnamed", False))
    if "update" not in case:
        assert incoming.update is None
        return
    wanted = {"media": [], "reply_to": None if "press" in case else (WEBHOOK, 1_795_005_400.0), **case["update"]}
    wanted["ticket"] = Ticket(PRESS["outTrackId"], "") if "press" in case else None
    wanted["media"] = tuple(Media(*pair) for pair in wanted["media"])
    assert incoming.update == replace(Update("dingtalk", incoming.message_id, "lilei"), **wanted)
    assert incoming.message_id == ("c:m3" if "press" in case else "msgA1==")


@pytest.mark.parametrize("case", EVENTS, ids=[case.get("name", case["event"]) for case in EVENTS])
def test_events(case: dict[str, Any]) -> None:
    event = reported(case)
    assert (event.kind, event.message_id, event.born) == (case.get("kind", case["event"]), "e:e1", NOW)
    assert list(event.users) == case.get("users", [])
    assert list(event.departments) == case.get("departments", [])
    assert [list(astuple(change)) for change in event.changes] == case.get("changes", [])
    assert (list(astuple(event.approval)) if event.approval else None) == case.get("approval")


@pytest.mark.parametrize(
    "changes",
    [
        {"robotCode": "dingother"},
        {"robotCode": "DINGROBOT"},
        {"chatbotCorpId": "dingother"},
        {"senderCorpId": "dingother"},
        {"chatbotCorpId": "dingother", "senderStaffId": None},
    ],
)
def test_of_another_robot_or_company(changes: dict[str, Any]) -> None:
    with pytest.raises(Foreign):
        said(**changes)


def test_presses_and_events_of_another_company() -> None:
    with pytest.raises(Foreign):
        presses.parse({**PRESS, "corpId": "dingother"}, OWN, "m1")
    with pytest.raises(Foreign):
        events.of_frame({**HEADERS, "eventCorpId": "dingother"}, {}, OWN)
    with pytest.raises(Foreign):
        events.of_body({"EventType": "user_add_org", "CorpId": "dingother"}, OWN)


def test_without_a_configured_company_any_is_taken() -> None:
    free = OWN.model_copy(update={"corp_id": None})
    payload = laid(MESSAGE, {"msgtype": "text", "text": {"content": "a"}, "chatbotCorpId": "x", "senderCorpId": "y"})
    assert messages.parse(payload, free, NOW).update is not None


@pytest.mark.parametrize(
    "given", [None, "", "x" * 101, "e:1", "c:1", "m:1", 7.5, {"a": 1}], ids=lambda given: str(given)[:8]
)
def test_ids_fit_the_inbox_and_are_the_same_again(given: object) -> None:
    incoming = said(msgId=given)
    assert incoming.message_id == said(msgId=given).message_id
    assert 0 < len(incoming.message_id) <= 120
    assert incoming.message_id.startswith("m:") or incoming.message_id == str(given)
    assert (
        incoming.message_id == given or incoming.message_id != said(msgId=given, createAt=1).message_id or given == 7.5
    )


@pytest.mark.parametrize("sender", ["z" * 65, "年" * 65])
def test_a_sender_that_cannot_be_is_nobody_at_all(sender: str) -> None:
    incoming = said(senderStaffId=sender)
    assert (incoming.update, incoming.unnamed) == (None, False)


def test_what_is_not_marked_as_a_single_chat_is_no_place_for_secrets() -> None:
    for kind in (None, "", "3", "２", True):
        incoming = said(conversationType=kind)
        assert incoming.update is not None
        assert incoming.update.conversation == "cidX=="
    assert said(conversationType="2", conversationId="c" * 61).update is None


@pytest.mark.parametrize(
    ("until", "kept"), [(1_794_999_999_999, False), (None, False), ("soon", False), ("1795000001000", True)]
)
def test_an_address_is_kept_until_it_ends(until: object, kept: bool) -> None:
    incoming = said(sessionWebhookExpiredTime=until)
    assert incoming.update is not None
    assert (incoming.update.reply_to is not None) is kept


def test_addresses_and_fields_are_not_shown() -> None:
    assert "s3cret" not in repr(said())
    event = reported(
        {"event": "user_modify_org", "fields": {"diffInfo": {"userid": "u", "prev": {"a": "13900000000"}}}}
    )
    assert "13900000000" not in repr(event)


def test_long_things_are_cut() -> None:
    update = said(text={"content": "年" * 5_000}).update
    assert update is not None
    assert update.text == "年" * 4_000
    params = {f"k{number}": "v" * 5_000 for number in range(500)}
    update = presses.parse({**PRESS, "params": {"action": "a" * 999, **params}}, OWN, "m").update
    assert update is not None
    assert (len(update.action or ""), len(update.inputs), len(update.inputs["k0"])) == (200, 100, 4_000)


def test_presses_over_http_differ_by_card_person_action_values_and_time() -> None:
    base = {**PRESS, "actionIds": ["a"], "params": {"x": "1"}}
    others = [
        ({**base, "outTrackId": "cd_2@1"}, "1"),
        ({**base, "userId": "lilei"}, "1"),
        ({**base, "actionIds": ["b"]}, "1"),
        ({**base, "params": {"x": "2"}}, "1"),
        (base, "2"),
    ]
    ids = {presses.http_delivery(payload, time) for payload, time in [(base, "1"), *others]}
    assert len(ids) == 6
    assert presses.http_delivery(json.loads(json.dumps(base)), "1") == presses.http_delivery(base, "1")


@examples(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_whatever_a_person_types_is_read(words: str) -> None:
    incoming = said(text={"content": words})
    expected = words.replace("\0", "").encode("utf-8", "replace").decode().strip()
    assert (incoming.update.text if incoming.update else "") == expected


def written(case: dict[str, Any]) -> bytes:
    base, over = (PRESS, case["press"]) if "press" in case else (MESSAGE, case.get("robot") or case["fields"])
    return json.dumps(laid(base, over)).encode()


def test_spoiled_payloads_are_read_or_refused_and_nothing_else() -> None:
    """Bytes changed, cut out and doubled at random places of every case; the seed is fixed."""
    chance = random.Random(7)
    kinds, sources = set(), [*map(written, CASES), *bodies("dingtalk")]
    for _ in range(4_000):
        body = chance.choice(sources)
        at, size = chance.randrange(len(body)), chance.randrange(12)
        middle = chance.choice([b"", body[at : at + size] * 2, chance.randbytes(size), b"[", b"null", b"1e999", b'"'])
        try:
            payload = load(body[:at] + middle + body[at + size :])
            kinds.add(messages.parse(payload, OWN, NOW).kind)
            kinds.add(presses.parse(payload, OWN, "m").kind)
            kinds.add(events.of_body(payload, OWN).kind)
            kinds.add(events.of_frame(payload, payload, OWN).kind)
        except (Unreadable, Foreign) as error:
            assert error.args == ()  # noqa: PT017 - either is right
    assert kinds <= messages.KINDS | events.KINDS | {presses.CARD}


@pytest.mark.parametrize("raw", ["", "x", "[]", "7", "null", '"x"', b"\xff", "[" * 200_000, "9" * 5_000, '"' * 3, None])
def test_what_is_no_object_is_unreadable(raw: object) -> None:
    with pytest.raises(Unreadable):
        load(raw)


def test_data_is_read_twice() -> None:
    assert load(json.dumps(json.dumps({"a": 1}))) == load('{"a":1}') == load({"a": 1}) == {"a": 1}
