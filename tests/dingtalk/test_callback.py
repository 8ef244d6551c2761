"""The door over TCP: signatures, the window, replays, and one answer for all that is forged. dingtalk-sdk seals."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from bot.inbox import InboxFull
from bot.platforms.dingtalk.callback import CARD_HEADERS, ROBOT_HEADERS, Callback
from tests.dingtalk.shelf import GROUP, Door, Shelf, real_now, settings
from tests.fakes.dingtalk import Account, FakeDingTalk, Frame
from tests.fakes.dingtalk.account import signed
from tests.platforms.metrics import incoming

EVENT = {"userId": ["lilei"]}


async def test_a_message(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    pushed = await dingtalk.say("lilei", "查年假")
    assert (pushed.in_time, pushed.answer) == (True, b"")
    [update] = shelf.kept.values()
    assert (update.message_id, update.sender, update.text) == (pushed.data["msgId"], "lilei", "查年假")
    assert update.reply_to is not None


async def test_a_group_message_and_nobody(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    await dingtalk.say("xuli", "查排班", group=GROUP)
    assert (await dingtalk.say("xuli", "查工资", unnamed=True)).in_time
    [update] = shelf.kept.values()
    assert (update.text, update.conversation) == ("查排班", GROUP)
    assert [nobody.unnamed for nobody in shelf.nobody] == [True]


async def test_a_press(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    pushed = await dingtalk.press("xuli", "cd_1@2", "agree", {"comment": "好"}, force=True)
    assert (pushed.in_time, pushed.answer) == (True, {})
    [update] = shelf.kept.values()
    assert update.message_id.startswith("c:")
    assert (update.sender, update.card_id, update.action, update.inputs) == ("xuli", "cd_1", "agree", {"comment": "好"})


async def test_an_event(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    for name in ("signature", "msg_signature"):
        dingtalk.signature_name = name
        pushed = await dingtalk.event("user_leave_org", EVENT, times=2, event_id=name)
        assert (pushed.codes, pushed.answer) == ([200, 200], "success")
    assert [event.users for event in shelf.events.values()] == [("lilei",), ("lilei",)]


async def test_the_address_check(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    await dingtalk.check_url()
    assert shelf.events == {}


async def test_an_unknown_event_is_acknowledged(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    assert (await dingtalk.event("never_heard_of", {})).answer == "success"


async def test_the_same_four_times_is_one(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    """D1."""
    pushed = await dingtalk.say("lilei", "查年假", times=4)
    assert (pushed.codes, len(shelf.kept)) == ([200] * 4, 1)


# X3: replay


async def pushes(dingtalk: FakeDingTalk) -> list[Frame]:
    """One of each kind, as captured."""
    said = await dingtalk.say("lilei", "查年假")
    pressed = await dingtalk.press("xuli", "cd_1@1", "agree", force=True)
    reported = await dingtalk.event("user_leave_org", EVENT)
    return [said.tries[0], pressed.tries[0], reported.tries[0]]


async def test_a_replay_inside_the_window_has_no_second_effect(
    door: Door, dingtalk: FakeDingTalk, shelf: Shelf
) -> None:
    for captured in await pushes(dingtalk):
        for shift in (0, 1, 298, -298):
            door.shift = shift
            assert (await dingtalk.repost(captured)).code == 200
        door.shift = 0
    assert (len(shelf.kept), len(shelf.events)) == (2, 1)


@pytest.mark.parametrize("shift", [301, -301, 3_601, 86_400, 10**9])
async def test_a_replay_outside_the_window_is_refused(
    door: Door, dingtalk: FakeDingTalk, shelf: Shelf, shift: int
) -> None:
    captured = await pushes(dingtalk)
    shelf.kept.clear()
    shelf.events.clear()
    before = incoming("dingtalk", "none", "stale")
    door.shift = shift
    answers = [await dingtalk.repost(one) for one in captured]
    assert [(answer.code, answer.answer) for answer in answers] == [(401, b"")] * 3
    assert (shelf.kept, shelf.events, incoming("dingtalk", "none", "stale")) == ({}, {}, before + 3)


async def test_of_another_robot_or_company(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    for changes in ({"robotCode": "dingother"}, {"chatbotCorpId": "dingother"}, {"senderCorpId": "dingother"}):
        assert (await dingtalk.say("lilei", "查年假", changes=changes)).codes == [401]
    dingtalk.account = replace(dingtalk.account, corp_id="dingother")
    dingtalk.event_retries = ()
    assert (await dingtalk.event("user_leave_org", EVENT)).codes == [401]
    assert (await dingtalk.press("xuli", "cd_1@1", "agree", force=True)).codes == [401]
    assert (shelf.kept, shelf.events) == ({}, {})


@pytest.mark.parametrize("owner", ["dingtestcorp", "suite", ""])
async def test_an_event_for_another_owner_is_refused(
    door: Door, dingtalk: FakeDingTalk, shelf: Shelf, owner: str
) -> None:
    dingtalk.account = replace(dingtalk.account, client_id=owner)
    dingtalk.event_retries = ()
    assert (await dingtalk.event("user_leave_org", EVENT)).codes == [401]
    assert shelf.events == {}


# X4: one answer for all that is forged


def forgeries(dingtalk: FakeDingTalk, captured: list[Frame]) -> list[tuple[str, dict[str, str], bytes]]:
    """Unsigned, misread, signed by others, empty."""
    (url, robot, message), (_, card, press), (sealed_url, plain, sealed) = (one.request for one in captured)
    stamp = robot[ROBOT_HEADERS[0]]
    other = Account(client_id=dingtalk.account.client_id)
    found = [
        (url, {}, message),
        (url, {}, b""),
        (url, {**robot, "sign": ""}, message),
        (url, {**robot, "sign": other.robot_sign(int(stamp))}, message),
        (url, {**robot, "sign": signed(dingtalk.account.client_secret, stamp)}, message),
        (url, {**robot, "timestamp": str(int(stamp) + 1)}, message),
        (url, {**robot, "timestamp": ""}, message),
        (url, {"sign": robot["sign"]}, message),
        (url, {**card, CARD_HEADERS[1]: ""}, press),
        (url, {**card, CARD_HEADERS[0]: str(int(stamp) + 7)}, press),
        (url, {**card, CARD_HEADERS[1]: robot["sign"]}, press),
        (url, plain, sealed),
        (sealed_url, plain, b""),
        (sealed_url, plain, b"{}"),
        (sealed_url, plain, b'{"encrypt":7}'),
        (sealed_url, robot, message),
        (sealed_url + "&signature=", plain, sealed),
        (sealed_url.replace("timestamp=1", "timestamp=2"), plain, sealed),
        (sealed_url.replace("nonce=", "nonce=x"), plain, sealed),
        (url, robot, b"[]"),
        (url, robot, b"not json"),
        (url, robot, message[:-1]),
        (url, card, b"null"),
    ]
    for who in (other, replace(other, event_token=dingtalk.account.event_token)):
        fake = FakeDingTalk(account=who)
        fake.event_url = url
        found.append(fake.sealed_event(EVENT).request)
    return found


def spoiled(dingtalk: FakeDingTalk, captured: list[Frame]) -> list[tuple[str, dict[str, str], bytes]]:
    """Changed and cut at random places; the seed is fixed."""
    chance = random.Random(4)
    (url, robot, message), _, (sealed_url, plain, sealed) = (one.request for one in captured)
    encrypted, sign = json.loads(sealed)["encrypt"], robot["sign"]
    found = []
    for _ in range(60):
        at = chance.randrange(len(encrypted))
        changed = encrypted[:at] + chance.choice("-_é \n") + encrypted[at + 1 :]
        found.append((sealed_url, plain, json.dumps({"encrypt": changed}).encode()))
        cut = encrypted[: at // 4 * 4]
        found.append((resigned(dingtalk, url, cut), plain, json.dumps({"encrypt": cut}).encode()))
        at = chance.randrange(len(sign))
        found.append((url, {**robot, "sign": sign[:at] + chance.choice("-_.*") + sign[at + 1 :]}, message))
    return found


def resigned(dingtalk: FakeDingTalk, url: str, encrypted: str) -> str:
    """With the right signature of a wrong text."""
    from dingtalk.crypto import _get_signature

    stamp = str(dingtalk.millis())
    signature = _get_signature(dingtalk.account.event_token, stamp, "n", encrypted)
    return f"{url}?signature={signature}&timestamp={stamp}&nonce=n"


async def test_every_forgery_gets_the_same_answer(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    captured = await pushes(dingtalk)
    shelf.kept.clear()
    shelf.events.clear()
    assert dingtalk.session is not None
    answers = set()
    for url, headers, body in forgeries(dingtalk, captured) + spoiled(dingtalk, captured):
        async with dingtalk.session.post(url, data=body, headers=headers) as answer:
            shown = tuple(pair for pair in answer.headers.items() if pair[0] != "Date")
            answers.add((answer.status, await answer.read(), shown))
    assert len(answers) == 1
    [(status, content, _)] = answers
    assert (status, content) == (401, b"")
    assert (shelf.kept, shelf.events) == ({}, {})


async def test_without_token_and_key_no_event_is_taken(dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    own = settings(dingtalk.account, dingtalk.base).model_copy(update={"event_token": None})
    assert Callback(own, shelf.store, real_now).crypto is None
    async with Door(dingtalk, shelf) as door:
        object.__setattr__(door.callback, "crypto", None)
        dingtalk.event_retries = ()
        assert (await dingtalk.event("user_leave_org", EVENT)).codes == [401]
        assert (await dingtalk.say("lilei", "查年假")).codes == [200]


async def test_other_methods_are_not_answered(door: Door, dingtalk: FakeDingTalk) -> None:
    await dingtalk.check_url()
    assert dingtalk.session is not None
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        async with dingtalk.session.request(method, dingtalk.robot_url) as answer:
            assert answer.status == 405


# the store


@pytest.mark.parametrize("error", [InboxFull(), OperationalError("insert", {}, Exception()), OSError("no disk")])
async def test_what_is_not_sent_again_waits_in_memory(
    door: Door, dingtalk: FakeDingTalk, shelf: Shelf, error: Exception
) -> None:
    shelf.fails = error
    assert (await dingtalk.say("lilei", "查年假")).in_time
    assert (await dingtalk.press("xuli", "cd_1@1", "agree", force=True)).in_time
    assert shelf.kept == {}
    shelf.fails = None
    await shelf.until(2)


async def test_an_event_that_cannot_be_stored_comes_again(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    shelf.fails = OperationalError("insert", {}, Exception())
    dingtalk.scale = 0.02
    reporting = asyncio.create_task(dingtalk.event("user_leave_org", EVENT))
    await asyncio.sleep(0.1)
    shelf.fails = None
    assert (await reporting).codes == [503, 200]
    assert len(shelf.events) == 1


async def test_a_slow_database_does_not_delay_a_press(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    shelf.slow = 3.0
    pushed = await dingtalk.press("xuli", "cd_1@1", "agree", force=True)
    assert (pushed.in_time, shelf.kept) == (True, {})
    shelf.slow = 0.0
    await shelf.until(1)


async def test_nothing_of_a_push_is_logged(door: Door, dingtalk: FakeDingTalk, shelf: Shelf) -> None:
    shelf.fails = OperationalError("insert", {"text": "canary-words"}, Exception("canary-words"))
    with structlog.testing.capture_logs() as logs:
        said = await dingtalk.say("lilei", "canary-words")
        await dingtalk.event("user_leave_org", {"userId": ["canary-words"]})
        await dingtalk.say("lilei", "canary-words", timestamp=1)
    shelf.fails = None
    canaries = ["canary-words", said.data["sessionWebhook"], dingtalk.account.client_secret]
    assert not [canary for canary in canaries if canary in str(logs)]


async def test_a_mistake_of_ours_is_an_empty_500(
    door: Door, dingtalk: FakeDingTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr("bot.platforms.dingtalk.messages.parse", broken)
    with structlog.testing.capture_logs() as logs:
        pushed = await dingtalk.say("lilei", "查年假")
    assert (pushed.codes, pushed.answer, "canary" in str(logs)) == ([500], b"", False)
