"""The fake itself: each limit once, through real HTTP. What it asserts is what the facts say of WeCom."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from tests.fakes.smallest_app import App, card
from tests.fakes.wecom import preview


async def test_tokens(app: App) -> None:
    """The same while valid; 40014, 42001, 41001 after; 40001 and 40013 for wrong credentials."""
    fake, base = app.fake, app.fake.base
    first = await app.token()
    assert await app.token() == first
    fake.revoke_token()
    assert (await app.call("message/send", {}, token=first))["errcode"] == 40014
    second = await app.token()
    fake.advance(7200)
    assert (await app.call("message/send", {}, token=second))["errcode"] == 42001
    async with app.http.post(f"{base}/message/send", json={}) as response:
        assert (await response.json())["errcode"] == 41001
    for query, code in (({"corpid": fake.account.corp_id, "corpsecret": "no"}, 40001), ({"corpid": "ww1"}, 40013)):
        async with app.http.get(f"{base}/gettoken", params=query) as response:
            assert (await response.json())["errcode"] == code
    assert fake.tokens.issued == 2
    assert len(fake.calls["gettoken"]) == 5


async def test_task_ids_are_unique_for_ever(app: App) -> None:
    assert (await app.send("template_card", card()))["errcode"] == 0
    assert (await app.send("template_card", card(), touser="hanmeimei"))["errcode"] == 40058


async def test_other_messages(app: App) -> None:
    """Text is cut without a word; markdown and the others are refused when too long."""
    assert (await app.send("text", {"content": "工" * 683}))["errcode"] == 0
    assert app.fake.seen["lilei"][-1].text == "工" * 682
    assert len(app.fake.warnings) == 1
    article = {"title": "t", "url": "https://x"}
    for kind, good, wrong in (
        ("markdown", {"content": "**ok**"}, {"content": "工" * 683}),
        ("textcard", {"title": "t", "description": "d<br>e", "url": "https://x"}, {"title": "t", "description": "d"}),
        ("news", {"articles": [article]}, {"articles": [article] * 9}),
    ):
        assert (await app.send(kind, good))["errcode"] == 0
        assert (await app.send(kind, wrong))["errcode"] == 40058
    assert (await app.send("mpnews", {}))["errcode"] == 40008
    assert (await app.call("message/send", {"agentid": 1}))["errcode"] == 40056
    assert [preview(one) for one in app.fake.seen["lilei"][1:]] == ["**ok**", "t d\ne", "t"]


async def test_receivers(app: App) -> None:
    answer = await app.send("text", {"content": "x"}, touser="lilei|U9|HANMEIMEI|u10")
    assert answer["invaliduser"] == "u9|u10"
    assert {user for user, seen in app.fake.seen.items() if seen} == {"lilei", "hanmeimei"}
    assert (await app.send("text", {"content": "x"}, touser="u9"))["errcode"] == 81013
    assert (await app.send("text", {"content": "x"}, touser=""))["errcode"] == 40058


async def test_duplicate_check(app: App) -> None:
    """The same request within the interval is answered, not shown, and has no code; after it, the task id is used."""
    once: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    assert "response_code" in await app.send("template_card", card(), **once)
    again = await app.send("template_card", card(), **once)
    assert again["errcode"] == 0
    assert "response_code" not in again
    assert len(app.fake.seen["lilei"]) == len(app.fake.duplicates) == 1
    app.fake.advance(601)
    assert (await app.send("template_card", card(), **once))["errcode"] == 40058
    assert (await app.send("text", {"content": "x"}, duplicate_check_interval=14401))["errcode"] == 40058


async def test_limits(app: App) -> None:
    """31 a minute to one member: the last is dropped silently. Over an API's limit: 45009 for a minute."""
    for number in range(31):
        assert (await app.send("text", {"content": str(number)}))["errcode"] == 0
    assert len(app.fake.seen["lilei"]) == 30
    assert [(user, body["text"]["content"]) for user, body in app.fake.dropped] == [("lilei", "30")]
    app.fake.advance(61)
    app.fake.limits.per_minute["message/send"] = 2
    codes = [(await app.send("text", {"content": "x"}))["errcode"] for _ in range(4)]
    assert codes == [0, 0, 45009, 45009]
    assert app.fake.limits.blocked_calls["message/send"] == 1
    app.fake.advance(61)
    assert (await app.send("text", {"content": "x"}))["errcode"] == 0


async def test_media(app: App) -> None:
    """Three days, by kind; what people send can be fetched; a name comes along."""
    form = aiohttp.FormData(quote_fields=False)  # WeCom takes the name as it stands
    form.add_field("media", b"%PDF-1.7 x", filename="工资条.pdf")
    query = {"access_token": await app.token(), "type": "file"}
    async with app.http.post(f"{app.fake.base}/media/upload", params=query, data=form) as response:
        media_id = (await response.json())["media_id"]
    assert (await app.send("file", {"media_id": media_id}))["errcode"] == 0
    assert app.fake.seen["lilei"][0].file == ("工资条.pdf", b"%PDF-1.7 x")
    assert (await app.send("image", {"media_id": media_id}))["errcode"] == 40007
    await app.fake.send_image("lilei", b"\xff\xd8\xff picture", "病假条.jpg")
    query = {"access_token": await app.token(), "media_id": app.got[0]["MediaId"]}
    async with app.http.get(f"{app.fake.base}/media/get", params=query) as response:
        assert await response.read() == b"\xff\xd8\xff picture"
        assert response.content_disposition is not None
        assert response.content_disposition.filename == "病假条.jpg"
    app.fake.advance(3 * 24 * 3600 + 1)
    query["access_token"] = await app.token()
    async with app.http.get(f"{app.fake.base}/media/get", params=query) as response:
        assert (await response.json())["errcode"] == 40007


async def test_recall(app: App) -> None:
    answer = await app.send("text", {"content": "x"})
    assert (await app.call("message/recall", {"msgid": answer["msgid"]}))["errcode"] == 0
    assert app.fake.screen("lilei") == []


async def test_people_do_things(app: App) -> None:
    """Every callback opens with wechatpy; ids come as the directory writes them."""
    await app.fake.verify_url()
    await app.fake.say("lilei", "查年假 ]]> & <b>")
    await app.fake.send_location("lilei", 31.2304, 121.4737, "人民广场")
    await app.fake.send_voice("lilei")
    await app.fake.send_file("lilei", "a.pdf", b"%PDF-1")
    await app.fake.enter("lilei")
    await app.fake.contact_event("delete_user", {"UserID": "lilei"})
    assert app.got[0]["Content"] == "查年假 ]]> & <b>"
    assert [one["FromUserName"] for one in app.got] == ["LiLei"] * 5 + ["sys"]
    assert len({one["MsgId"] for one in app.got[:4]}) == 4
    assert "MsgId" not in app.got[4]
    assert {one.status for one in app.fake.callbacks} == {200}


async def test_resends(app: App) -> None:
    """Anything but 200 comes again, three tries in all, the same bytes; no answer in time as well."""
    app.answers = [503, 403]
    posted = await app.fake.say("lilei", "x")
    assert posted.statuses == [503, 403, 200]
    assert len({one.body for one in posted.tries}) == 1
    app.answers = [500] * 5
    assert (await app.fake.say("lilei", "y")).statuses == [500] * 3
    app.answers = []
    app.fake.answer_seconds = 0.0001
    assert (await app.fake.say("lilei", "z")).status is None


async def test_forged_envelopes(app: App) -> None:
    """Another key, another time, and a captured request again."""
    forged = replace(app.fake.account, token="other")
    query, body = app.fake.envelope("<xml/>", timestamp=1, account=forged)
    assert "timestamp=1&" in query
    assert (await app.fake.post(query, body)).status == 500
    seen = (await app.fake.say("lilei", "x", timestamp=5)).tries[0]
    assert (await app.fake.post(seen.query, seen.body)).status == 200
    assert len(app.got) == 2


async def test_faults(app: App) -> None:
    fake, token = app.fake, await app.token()
    url = f"{fake.base}/message/send?access_token={token}"
    body = {"touser": "lilei", "msgtype": "text", "agentid": fake.account.agent_id, "text": {"content": "x"}}
    limit = aiohttp.ClientTimeout(total=0.1)
    for kind in ("reset", "stall_after_accept", "half"):
        fake.inject("message/send", kind)
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            async with app.http.post(url, json=body, timeout=limit) as response:
                await response.read()
    assert len(fake.seen["lilei"]) == 2
    fake.inject("message/send", "errcode", code=-1)
    fake.inject("message/send", "status", status=429, retry_after=7)
    fake.inject("message/send", "html")
    fake.inject("message/send", "huge", megabytes=1)
    fake.inject("message/send", "answer", body=[1], when=lambda call: call.body["touser"] == "lilei")
    fake.inject("*", "slow", seconds=0.05, when=lambda call: call.api == "message/send")
    assert (await app.send("text", {"content": "x"}))["errcode"] == -1
    got = []
    started = time.monotonic()
    for _ in range(5):
        async with app.http.post(url, json=body) as response:
            got.append((response.status, len(await response.read())))
    assert [status for status, _ in got] == [429, 200, 200, 200, 200]
    assert got[2][1] > 1 << 20
    assert time.monotonic() - started > 0.05
    fake.block("message/send")
    assert (await app.send("text", {"content": "x"}))["errcode"] == 45009
    assert len({call.digest for call in fake.calls["message/send"][:3]}) == 1
    assert fake.calls["message/send"][-1].blocked


async def test_expect(app: App) -> None:
    waiting = asyncio.create_task(app.fake.expect("LiLei", "请假", "[同意]"))
    await app.send("template_card", card())
    assert (await waiting).task_id == "cd_1@1"
    assert app.fake.unread("lilei") == []
    with pytest.raises(AssertionError, match="did not get"):
        await app.fake.expect("lilei", "请假", patience=0)
    assert json.loads(app.fake.calls["message/send"][0].raw)["touser"] == "lilei"
