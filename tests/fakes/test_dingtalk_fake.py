"""The fake itself: each limit once, over real TCP. What it asserts is what the facts say of DingTalk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.dingtalk import preview, shown_text
from tests.fakes.smallest_dingtalk import App, card, listening

CREATE, UPDATE, SEND = "card/instances/createAndDeliver", "card/instances", "robot/oToMessages/batchSend"


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with listening(["u1", "u2"], {"cidG": ["u1", "u2"]}) as app:
        yield app


async def test_environment(app: App) -> None:
    values = app.fake.environment(template=False)
    assert values["HRBOT_DINGTALK__API_BASE"] == values["HRBOT_DINGTALK__OAPI_BASE"] == app.fake.base
    assert "HRBOT_DINGTALK__CARD_TEMPLATE_ID" not in values


async def test_tokens(app: App) -> None:
    """The same while valid; one that is revoked, expired or missing: 400, or 40014 and 42001 on the old base."""
    fake = app.fake
    first = await app.token()
    assert await app.token() == first
    fake.revoke_token()
    assert await app.code(SEND, {}, token=first) == "InvalidAuthentication"
    second = await app.token()
    fake.advance(7200)
    url = f"{fake.base}/topapi/v2/user/get"
    for token, code in ((first, 40014), (second, 42001), ("", 40014), (await app.token(), 0)):
        async with app.http.post(url, params={"access_token": token}, json={"userid": "u1"}) as response:
            assert (await response.json())["errcode"] == code
    status, answer = await app.call("oauth2/accessToken", {"appKey": fake.account.client_id, "appSecret": "no"})
    assert (status, answer["code"]) == (400, "invalidClientIdOrSecret")


async def test_batches(app: App) -> None:
    """20 users; strangers and flow-controlled ones are named; a wrong robot, key or parameter is refused."""
    fake = app.fake
    fake.flow_controlled.add("u2")
    answer = await app.send(["u1", "u2", "u9"], "sampleMarkdown", title="提醒", text="**补卡**")
    assert (answer["invalidStaffIdList"], answer["flowControlledStaffIdList"]) == (["u9"], ["u2"])
    assert [preview(one) for one in fake.seen["u1"]] == ["提醒"]
    assert fake.seen["u2"] == []
    assert "overLimit" in (await app.send([f"u{number}" for number in range(21)]))["code"]
    assert "msgKey" in (await app.send(["u1"], "sampleHtml"))["code"]
    assert "msgParam" in (await app.send(["u1"], "sampleMarkdown", text="x"))["code"]
    group = {"robotCode": fake.account.robot_code, "msgKey": "sampleText", "openConversationId": "cidG"}
    text = json.dumps({"content": "工" * 6000}, ensure_ascii=False)
    assert "overLimit" in (await app.code("robot/groupMessages/send", {**group, "msgParam": text}) or "")
    assert await app.code("robot/groupMessages/send", {**group, "msgParam": '{"content":"大家好"}'}) is None
    assert (await fake.expect("cidG", "大家好")).kind == "sampleText"
    wrong = {**group, "robotCode": fake.account.client_id, "msgParam": text}
    assert await app.code("robot/groupMessages/send", wrong) == "invalidParameter.robotCode.invalid"
    await app.send(["u1"], "sampleMarkdown", title="t", text="|a|b|\n|---|---|")
    assert "table" in fake.warnings[-1]


async def test_cards(app: App) -> None:
    """Created once, strings of 1 KB; updated by key only when asked to; unknown ones are refused."""
    fake = app.fake
    assert (await app.call(CREATE, card(fake)))[1]["result"]["deliverResults"][0]["success"]
    stranger = card(fake, user="u9", track="cd9@1")
    assert not (await app.call(CREATE, stranger))[1]["result"]["deliverResults"][0]["success"]
    for change, code in (
        ({}, "param.cardAlreadyExist"),
        ({"cardTemplateId": "other"}, "param.templateNotExist"),
        ({"outTrackId": "x", "openSpaceId": "u1"}, "param.openSpaceIdInvalid"),
        ({"outTrackId": "x", "cardData": {"cardParamMap": {"n": 1}}}, "param.error"),
        ({"outTrackId": "x", "cardData": {"cardParamMap": {"n": "工" * 342}}}, "param.error"),
        ({"outTrackId": "x", "cardData": {"cardParamMap": {f"n{n}": "x" * 1024 for n in range(101)}}}, "param.error"),
        ({"outTrackId": "x", "imRobotOpenSpaceModel": {}}, "param.error"),
        ({"outTrackId": "x", "privateData": {"u9": {"cardParamMap": {}}}}, "param.userIdNotExist"),
    ):
        assert await app.code(CREATE, {**card(fake), **change}) == code, change
    shown = await fake.expect("u1", "请假审批", "[同意] [驳回]")
    assert preview(shown) == "请假审批：小王"
    change = {"outTrackId": "cd1@1", "cardData": {"cardParamMap": {"greyed": "已同意"}}}
    by_key = {**change, "cardUpdateOptions": {"updateCardDataByKey": True}}
    assert await app.code(UPDATE, by_key, method="PUT") is None
    assert shown_text(fake.screen("u1")[0]) == "请假审批\n（已同意）"
    await app.call(UPDATE, change, method="PUT")
    assert shown_text(fake.screen("u1")[0]) == "（已同意）"
    assert await app.code(UPDATE, {**change, "outTrackId": "no"}, method="PUT") == "param.cardNotExist"


async def test_limits(app: App) -> None:
    """Over the QPS of an API 403, the others go on; the month's calls; an address or permission that is missing."""
    fake = app.fake
    fake.limits.per_second[SEND] = 2
    assert [(await app.send(["u1"])).get("code") for _ in range(3)][2] == (
        "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
    )
    assert (fake.limits.refused[SEND], len(fake.calls[SEND]), len(fake.seen["u1"])) == (1, 3, 2)
    fake.advance(1.1)
    fake.quotas.calls = 3
    assert "processQueryKey" in await app.send(["u1"])
    assert (await app.send(["u1"]))["code"] == "Forbidden.AccessDenied.ApiCountLimitForOrg"
    fake.advance(32 * 24 * 3600)
    assert "processQueryKey" in await app.send(["u1"])
    fake.missing_permissions.add(SEND)
    assert "Permission" in (await app.send(["u1"]))["code"]
    fake.ip_allowed = False
    assert "IpNotInWhiteList" in (await app.call(SEND, {}, token="-"))[1]["code"]


async def test_stream(app: App) -> None:
    """One ticket, one connection; acks, pings, quotas, what comes without a name, and what nobody hears."""
    fake = app.fake
    assert (await fake.say("u1", "早")).lost
    url = await app.listen()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await app.http.ws_connect(url)
    await app.listen()
    wrong = {**app.opening(), "clientSecret": "no"}
    assert await app.code("gateway/connections/open", wrong, token="-") == "invalidClientIdOrSecret"
    said = await fake.say("u1", "查考勤", group="cidG", unnamed=True, times=3)
    assert (len(said.tries), said.in_time) == (3, True)
    assert app.got[0]["data"]["text"] == {"content": " 查考勤"}
    assert "senderStaffId" not in app.got[0]["data"]
    assert [one.in_time for one in await fake.ping()] == [True, True]
    fake.exhaust_pushes()
    await fake.send_rich("u1", ["看", b"picture"])
    assert (app.got[-1]["data"]["errorCode"], "content" in app.got[-1]["data"]) == (20001, False)
    assert fake.unacked() == []
    assert {one.connection for one in fake.frames} == {"c-1", "c-2"}
    fake.warnings.clear()
    await app.sockets[0].send_str('{"code":200}')
    await asyncio.sleep(0.01)
    assert "not an ack" in fake.warnings[0]


async def test_events_come_again(app: App) -> None:
    """LATER, silence and a cut: again with the same eventId until SUCCESS. A robot message: never again."""
    fake = app.fake
    await app.listen()
    fake.event_seconds = 0.05
    app.event_answers = ["LATER", None]
    event = await fake.event("user_leave_org", {"userId": ["u2"]})
    await fake.settled()
    assert [one.acked for one in event.tries] == [True, False, True]
    assert len({one["headers"]["eventId"] for one in app.got}) == 1
    assert event.tries[1].late
    assert fake.unacked("event") == [event.tries[1]]
    fake.freeze()
    fake.robot_seconds = 0.05
    lost = await fake.say("u1", "x")
    assert fake.cut() == 1
    await asyncio.sleep(0.05)
    assert (lost.in_time, lost.tries[0].cut, len(app.got)) == (False, True, 3)
    waiting = await fake.event("user_add_org", {"userId": ["u3"]})
    assert not waiting.done
    await app.listen()
    await fake.settled()
    assert waiting.done


async def test_disconnect(app: App) -> None:
    """Nothing is pushed there any more; it ends after silence."""
    fake = app.fake
    fake.disconnect_after = 0.05
    await app.listen()
    await fake.disconnect()
    assert (await fake.say("u1", "x")).lost
    await asyncio.wait_for(app.tasks[0], 2)
    assert app.got[0]["data"] == {"reason": "maintenance"}


async def test_presses(app: App) -> None:
    """Only what is there can be pressed; the answer changes the presser's card alone; after 2 s it is too late."""
    fake = app.fake
    await app.listen()
    form = [
        {"name": "day", "label": "日期", "type": "DATE", "required": True},
        {"name": "kind", "label": "类型", "type": "SELECT", "options": [{"value": "a", "text": "年假"}]},
    ]
    shown = {"form": json.dumps({"fields": form})}
    spaces = {"openSpaceId": "dtv1.card//IM_GROUP.cidG", "imGroupOpenSpaceModel": {"supportForward": False}}
    robot = {"imGroupOpenDeliverModel": {"robotCode": fake.account.robot_code}}
    await app.call(CREATE, {**card(fake, **shown), **spaces, **robot})
    app.card_answer = {"cardData": {"cardParamMap": {"greyed": "已同意"}}}
    with pytest.raises(AssertionError, match="cannot be pressed"):
        await fake.press("u1", "cd1@1", "delete")
    with pytest.raises(AssertionError, match="day"):
        await fake.press_label("u1", "同意", {"kind": "年假"})
    pushed = await fake.press_label("u1", "同意", {"day": "2026-03-12", "kind": "年假"})
    content: Any = json.loads(app.got[0]["data"]["content"])["cardPrivateData"]
    assert content["actionIds"] == ["form"]
    assert content["params"] == {"action": "ok", "form": {"day": "2026-03-12", "kind": {"index": 0, "value": "a"}}}
    assert pushed.in_time
    assert fake.cards["cd1@1"].view("u1")["greyed"] == "已同意"
    fake.card_seconds, app.card_delay, fake.press_field = 0.05, 0.1, "value"
    assert not (await fake.press("u2", "cd1@1", "no")).in_time
    assert "greyed" not in fake.cards["cd1@1"].view("u2")
    assert "error" in fake.warnings[-1]
    await fake.press("u9", "cd-unknown", "no", {"action": "forged"}, force=True)


async def test_http_mode(app: App) -> None:
    """Signed robot messages, sealed events that come three times, signed card callbacks, the check of the URL."""
    fake = app.fake
    fake.mode, fake.scale = "http", 0.0001
    await fake.check_url()
    assert (await fake.say("u1", "x")).in_time
    assert {"timestamp", "sign"} <= {name.lower() for name in app.posted[-1][1]}
    app.event_answers = [None, "failure"]
    event = await fake.event("user_add_org", {"userId": ["u3"]})
    assert [one.acked for one in event.tries] == [False, False, True]
    assert app.posted[-1][2]["plain"]["EventType"] == "user_add_org"
    app.event_answers = [None] * 3
    assert not (await fake.event("user_add_org", {"userId": ["u3"]})).acked
    assert (await fake.repost(event.tries[0])).acked
    route = {"callbackRouteKey": "hr", "callbackUrl": fake.card_url, "apiSecret": "s"}
    assert await app.code(CREATE, {**card(fake), "callbackType": "HTTP", "callbackRouteKey": "hr"}) == "param.error"
    await app.call("card/callbacks/register", route)
    await app.call(CREATE, {**card(fake), "callbackType": "HTTP", "callbackRouteKey": "hr"})
    assert (await fake.press("u1", "cd1@1", "ok")).in_time
    assert "x-ddpaas-signature" in {name.lower() for name in app.posted[-1][1]}


async def test_files(app: App) -> None:
    """A download code, a link for a while; uploads can be sent."""
    fake = app.fake
    await app.listen()
    await fake.send_file("u1", "病假条.pdf", b"%PDF-1")
    body = {"downloadCode": app.got[0]["data"]["content"]["downloadCode"], "robotCode": fake.account.robot_code}
    link = (await app.call("robot/messageFiles/download", body))[1]["downloadUrl"]
    async with app.http.get(link) as response:
        assert await response.read() == b"%PDF-1"
    fake.advance(601)
    async with app.http.get(link) as response:
        assert response.status == 403
    form = aiohttp.FormData()
    form.add_field("media", b"PK", filename="工资.xlsx")
    query = {"access_token": await app.token(), "type": "file"}
    async with app.http.post(f"{fake.base}/media/upload", params=query, data=form) as response:
        media_id = (await response.json())["media_id"]
    await app.send(["u1"], "sampleFile", mediaId=media_id, fileName="工资.xlsx", fileType="xlsx")
    assert fake.seen["u1"][0].file == ("工资.xlsx", b"PK")
    assert "msgParam" in (await app.send(["u1"], "sampleFile", mediaId="no", fileName="a", fileType="pdf"))["code"]


async def test_webhooks(app: App) -> None:
    """They need no token, end after 90 minutes, and show in the chat they came from."""
    fake = app.fake
    await app.listen()
    await fake.say("u1", "x", group="cidG")
    url = app.got[0]["data"]["sessionWebhook"]
    for seconds, code in ((0, 0), (5401, 300001)):
        fake.advance(seconds)
        async with app.http.post(url, json={"msgtype": "text", "text": {"content": "好"}}) as response:
            assert (await response.json())["errcode"] == code
    assert [one.text for one in fake.seen_group["cidG"]] == ["好"]


async def test_faults(app: App) -> None:
    fake, token = app.fake, await app.token()
    body = {"robotCode": fake.account.robot_code, "userIds": ["u1"], "msgKey": "sampleText"}
    body["msgParam"] = '{"content":"x"}'
    headers, limit = {"x-acs-dingtalk-access-token": token}, aiohttp.ClientTimeout(total=0.1)
    for kind in ("reset", "stall_after_accept", "half"):
        fake.inject(SEND, kind)
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            async with app.http.post(f"{fake.base}/v1.0/{SEND}", json=body, headers=headers, timeout=limit) as response:
                await response.read()
    assert len(fake.seen["u1"]) == 2
    fake.inject(SEND, "slow", seconds=0.01)
    for kind in ("rate", "busy", "code", "banned", "html", "huge"):
        fake.inject(SEND, kind, **({"megabytes": 1} if kind == "huge" else {}))
    fake.inject(SEND, "status", status=429, retry_after=7)
    got = []
    for _ in range(8):
        async with app.http.post(f"{fake.base}/v1.0/{SEND}", json=body, headers=headers) as response:
            got.append((response.status, len(await response.read())))
    assert [status for status, _ in got] == [200, 403, 500, 400, 200, 200, 200, 429]
    assert got[6][1] > 1 << 20
