"""Every kind of message and event, read into updates."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.port import Media, Ticket, Update
from bot.platforms.shared.crypto import Forged
from bot.platforms.wecom.events import ContactChanged
from bot.platforms.wecom.messages import KINDS, Incoming, parse
from tests.platforms.cases import bodies
from tests.wecom.sealed import AGENT, CORP, TEXT, event

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "payloads.yaml").read_text(encoding="utf-8"))
READ: dict[str, Any] = {
    "media": lambda pairs: tuple(Media(*pair) for pair in pairs),
    "ticket": lambda pair: Ticket(*pair),
}


def message(inner: str) -> bytes:
    for tag, value in (("CreateTime", "1795000000"), ("ToUserName", CORP)):
        if f"<{tag}>" not in inner:
            inner = f"<{tag}>{value}</{tag}>{inner}"
    return f"<xml>{inner}</xml>".encode()


def read(xml: str | bytes) -> Incoming:
    return parse(xml.encode() if isinstance(xml, str) else xml, CORP, AGENT)


def expected(case: dict[str, Any], message_id: str) -> Update | None:
    if "update" not in case:
        return None
    wanted = {key: READ.get(key, lambda value: value)(value) for key, value in case["update"].items()}
    return replace(Update("wecom", message_id, "zhangsan"), **wanted)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_becomes_of_it(case: dict[str, Any]) -> None:
    incoming = read(message(case["xml"]))
    contact = case.get("contact")
    nobody = {"user_id": None, "new_user_id": None, "departments": (), "party_id": None}
    assert incoming.kind == case["kind"]
    assert incoming.update == expected(case, incoming.message_id)
    assert incoming.message_id == case.get("message_id", incoming.message_id)
    if contact:
        contact = {**contact, "departments": tuple(contact.get("departments", ()))}
        assert incoming.contact == ContactChanged(**{**nobody, **contact})
    else:
        assert incoming.contact is None


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_ids_are_short_and_the_same_again(case: dict[str, Any]) -> None:
    first, again = read(message(case["xml"])), read(message(case["xml"]))
    assert first.message_id == again.message_id
    assert 0 < len(first.message_id) <= 120


def test_ids_stay_short_for_the_longest_userid() -> None:
    """The inbox keeps 120 characters of a message id and 64 of a person."""
    incoming = read(event("enter_agent", sender="z" * 64))
    assert incoming.update is not None
    assert len(incoming.message_id) <= 120
    assert len(incoming.update.sender) == 64


def test_two_events_of_one_second_are_two() -> None:
    """D2: approvals all come from `sys` and share their second; so do two presses of a quick finger."""
    approvals = [f"<ApprovalInfo><SpNo>20261122000{number}</SpNo></ApprovalInfo>" for number in (1, 2)]
    clicks = [f"<EventKey>say:{key}</EventKey>" for key in ("查年假", "请假")]
    presses = [f"<TaskId>cd_1@1</TaskId><EventKey>{key}</EventKey>" for key in ("yes", "no")]
    for name, inners in (("sys_approval_change", approvals), ("click", clicks), ("template_card_event", presses)):
        first, second = (read(event(name, body, sender="sys" if name.startswith("sys") else "lisi")) for body in inners)
        assert first.message_id != second.message_id
        assert read(event(name, inners[0], sender="sys" if name.startswith("sys") else "lisi")) == first


def test_the_app_is_opened_once_a_day() -> None:
    ids = {read(event("enter_agent", time=1795000000 + minute * 60)).message_id for minute in range(60)}
    assert ids == {"1000002:enter:lisi:2026-11-18"}


@pytest.mark.parametrize("time", ["", "x", "-", "99999999999999999999", "1e9"])
def test_an_unreadable_time_is_no_day(time: str) -> None:
    xml = event("enter_agent").replace("<CreateTime>1795000000</CreateTime>", f"<CreateTime>{time}</CreateTime>")
    assert read(xml).message_id.startswith("1000002:e:")


@pytest.mark.parametrize("number", ["", "-1", "12x", "１２", "9" * 31, "1' or '1'='1"])
def test_an_odd_message_number_is_replaced_by_a_hash(number: str) -> None:
    assert read(TEXT.replace("900000000000000001", number)).message_id.startswith("1000002:e:")


def test_a_long_text_is_cut() -> None:
    incoming = read(TEXT.replace("查年假", "年" * 5_000))
    assert incoming.update is not None
    assert incoming.update.text == "年" * 4_000


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=200), st.booleans())
def test_whatever_a_person_types_is_read(words: str, entities: bool) -> None:
    section = f"<![CDATA[{words.replace(']]>', ']]]]><![CDATA[>')}]]>"
    incoming = read(TEXT.replace("<![CDATA[查年假]]>", escape(words) if entities else section))
    assert (incoming.update.text if incoming.update else "") == (words if words.strip() else "")


def test_spoiled_messages_are_forged_or_read_and_nothing_else() -> None:
    """Bytes changed, cut out and doubled at random places of every case; the seed is fixed."""
    chance = random.Random(7)
    kinds, sources = set(), [*(message(case["xml"]) for case in CASES), *bodies("wecom")]
    for _ in range(5_000):
        body = chance.choice(sources)
        at, size = chance.randrange(len(body)), chance.randrange(12)
        middle = chance.choice(
            [b"", body[at : at + size] * 2, chance.randbytes(size), b"<", b"]]>", b"&", b"\xff", b"/>"]
        )
        try:
            kinds.add(read(body[:at] + middle + body[at + size :]).kind)
        except Forged as forged:
            assert forged.args == ()  # noqa: PT017 - either is right
    assert kinds <= KINDS


def test_a_response_code_is_not_shown() -> None:
    body = "<TaskId>cd_1@1</TaskId><EventKey>go</EventKey><ResponseCode>RC-secret</ResponseCode>"
    assert "RC-secret" not in repr(read(event("template_card_event", body)))


@pytest.mark.parametrize(
    "xml",
    [
        TEXT.replace(str(AGENT), "1000003"),
        TEXT.replace(f"<AgentID>{AGENT}</AgentID>", ""),
        TEXT.replace(str(AGENT), f"0{AGENT}"),
        TEXT.replace(str(AGENT), "１０００００２"),
        TEXT.replace(CORP, "ww00other"),
        TEXT.replace(CORP, CORP.upper()),
        TEXT.replace("</xml>", "<FromUserName>boss</FromUserName></xml>"),
        TEXT.replace("</xml>", f"<AgentID>{AGENT}</AgentID></xml>"),
        event("click", "<EventKey>say:x</EventKey>", agent=None),
        event("change_contact", "<ChangeType>delete_user</ChangeType><UserID>a</UserID>", agent=1000003),
        event("no_such_event", agent=None),
    ],
)
def test_of_another_app_or_company(xml: str) -> None:
    with pytest.raises(Forged):
        read(xml)
