"""P7: what DingTalk's two generations of API answer, read strictly; whatever is no answer waits and is not quoted."""

from __future__ import annotations

import random

import pytest

from bot.platforms.dingtalk.answers import Answer, ok, read
from bot.platforms.dingtalk.transport import Style
from bot.platforms.shared.answered import Raw
from bot.platforms.shared.breaker import Unreachable
from tests.dingtalk.sending import SEND, Sending, later, said
from tests.dingtalk.sending import read as texts
from tests.platforms.answers import NO_ANSWERS

GOOD = b'{"errcode":0,"errmsg":"ok","processQueryKey":"k","invalidStaffIdList":[],"result":{"success":true}}'
FINE_WHEN_NEW = {b"{}"}
"""The new API says with its status that all is well."""


def answer(body: bytes, status: int = 200) -> Raw:
    return Raw(status, "application/json", None, None, body, whole=True)


@pytest.mark.parametrize("style", [Style.NEW, Style.OLD, Style.WEBHOOK])
@pytest.mark.parametrize("body", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
def test_whatever_is_not_understood_is_no_answer(style: Style, body: bytes) -> None:
    if style is Style.NEW and body in FINE_WHEN_NEW:
        assert ok(read(answer(body), style))
        return
    with pytest.raises(Unreachable) as told:
        read(answer(body), style)
    assert told.value.kind == "answer not understood"


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500, 502, 503])
def test_a_status_without_a_code_is_no_answer(status: int) -> None:
    for body in (*NO_ANSWERS, b'{"code":7}', b'{"code":""}'):
        with pytest.raises(Unreachable, match=str(status)):
            read(answer(body, status), Style.NEW)


def test_what_is_longer_than_allowed_is_no_answer() -> None:
    with pytest.raises(Unreachable, match="too long"):
        read(Raw(200, "application/json", None, None, b"", whole=False), Style.OLD)


def test_spoiled_answers_are_read_or_refused_and_nothing_else() -> None:
    """Bytes changed, cut out and doubled at random places; the seed is fixed."""
    chance = random.Random(7)
    seen = set()
    for _ in range(3_000):
        at, size = chance.randrange(len(GOOD)), chance.randrange(12)
        middle = chance.choice([b"", GOOD[at : at + size] * 2, chance.randbytes(size), b"[", b"null", b"1e999", b'"'])
        style = chance.choice(list(Style))
        try:
            found = read(answer(GOOD[:at] + middle + GOOD[at + size :]), style)
        except Unreachable as fault:
            seen.add(fault.kind)
        else:
            assert isinstance(found, Answer)
            assert found.people("invalidStaffIdList") is not None
            seen.add("read")
    assert seen == {"read", "answer not understood"}


async def test_odd_lists_of_people_do_not_undo_a_send(out: Sending) -> None:
    api = await out.api()
    for odd in (
        {"invalidStaffIdList": "lilei"},
        {"flowControlledStaffIdList": {"lilei": 1}},
        {"invalidStaffIdList": [7]},
    ):
        out.fake.inject(SEND, "answer", body={"processQueryKey": "k", **odd})
        await said(api)
    out.fake.inject(SEND, "answer", body=["processQueryKey"])
    assert "not understood" in (await later(api)).reason
    await said(api, "again")
    assert texts(out.fake) == ["again"]
