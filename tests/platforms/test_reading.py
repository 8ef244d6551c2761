"""What the readers make of changes and events of the organisation; of most nothing is kept, so it is looked at here."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.platforms.dingtalk import events
from bot.platforms.wecom.events import ContactChanged
from bot.platforms.wecom.messages import parse
from config.settings import DingTalk
from tests.platforms.cases import SAMPLE, Case, cases

NOBODY = {"user_id": None, "new_user_id": None, "departments": (), "party_id": None}
CONTACTS = [case for case in cases("wecom") if case.kind == "change_contact"]
EVENTS = [case for case in cases("dingtalk") if "EventType" in case.payload]
OWN = DingTalk(client_id="dingkey", client_secret=SecretStr("s"), robot_code="dingrobot", corp_id="dingtest")


@pytest.mark.parametrize("case", CONTACTS, ids=[case.name for case in CONTACTS])
def test_changes_of_the_directory(case: Case) -> None:
    incoming = parse(case.filled(SAMPLE["wecom"]).payload.encode(), "ww00test", 1000002)
    wanted = {**NOBODY, **case.read, "departments": tuple(case.read.get("departments", ()))}
    assert incoming.contact == ContactChanged(**wanted)


@pytest.mark.parametrize("case", EVENTS, ids=[case.name for case in EVENTS])
def test_events_in_both_forms(case: Case) -> None:
    fields = case.filled(SAMPLE["dingtalk"]).payload
    event = events.of_body(fields, OWN)
    head = {"eventType": fields["EventType"], "eventId": "e1", "eventCorpId": "dingtest"}
    born = {"eventBornTime": str(fields["EventTime"])} if "EventTime" in fields else {}
    streamed = events.of_frame({**head, **born}, fields, OWN)
    assert list(event.users) == case.read.get("users", [])
    assert list(event.departments) == case.read.get("departments", [])
    assert [list(astuple(change)) for change in event.changes] == case.read.get("changes", [])
    assert (list(astuple(event.approval)) if event.approval else None) == case.read.get("approval")
    if case.kind != events.CHECK_URL:
        assert (event.kind, event.message_id) == (case.kind, "e:e1")
        assert event.born == datetime.fromtimestamp(1_795_000_000, UTC)
        assert event == streamed
        assert event.free is not case.counts
