"""Our client against the strict fake: what arrives, and the token (P1)."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.platforms.dingtalk.errors import CardExists, CardMissing, CardRefused
from bot.platforms.dingtalk.transport import PublicOnly, is_public
from bot.platforms.port import Undeliverable
from tests.dingtalk.sending import LI, SEND, TEAM, TOKEN, WEBHOOK, Sending, later, read, said
from tests.platforms.metrics import called

PARAMS = {"title": "请假审批", "status": "waiting"}


# ---- when all is well


async def test_messages_arrive(out: Sending) -> None:
    api, before = await out.api(), called("dingtalk", SEND, "0")
    await said(api, "年假还有 5 天")
    await api.send_group(TEAM, "sampleMarkdown", {"title": "通知", "text": "**好**"})
    assert read(out.fake) == ["年假还有 5 天"]
    assert out.fake.seen_group[TEAM][0].title == "通知"
    assert called("dingtalk", SEND, "0") == before + 1
    assert out.fake.tokens.issued == 1
    assert out.fake.warnings == []


async def test_a_card_is_delivered_and_changed_for_all(out: Sending) -> None:
    api = await out.api()
    await api.deliver_card("cd_1@1", PARAMS, "您有一条待审批", user=LI)
    await api.deliver_card("cd_2@1", PARAMS, "通知", cid=TEAM)
    await api.update_card("cd_1@1", {"status": "approved"})
    shown = out.fake.screen(LI)[0]
    assert shown.card == {"title": "请假审批", "status": "approved"}
    assert shown.push == "您有一条待审批"
    assert out.fake.cards["cd_1@1"].callback == "STREAM"
    assert out.fake.seen_group[TEAM][0].card == PARAMS
    assert out.fake.warnings == []


async def test_what_a_card_can_be_refused_for(out: Sending) -> None:
    api = await out.api()
    await api.deliver_card("cd_1@1", PARAMS, "x", user=LI)
    with pytest.raises(CardExists):
        await api.deliver_card("cd_1@1", PARAMS, "x", user=LI)
    with pytest.raises(CardMissing):
        await api.update_card("cd_9@1", PARAMS)
    with pytest.raises(CardRefused):
        await api.deliver_card("cd_3@1", PARAMS, "x", user="nobody")
    with pytest.raises(CardRefused):
        await (await out.api(card_template_id="gone")).deliver_card("cd_4@1", PARAMS, "x", user=LI)


async def test_an_answer_goes_through_a_webhook_of_theirs_only(out: Sending) -> None:
    api = await out.api()
    url, _ = out.fake.webhook(LI, None)
    body = {"msgtype": "text", "text": {"content": "好的"}}
    assert await api.send_webhook(url, body)
    assert read(out.fake) == ["好的"]
    assert not await api.send_webhook("https://evil.example/robot/sendBySession?session=1", body)
    assert not await api.send_webhook("http://oapi.dingtalk.com/robot/sendBySession?session=1", body)
    out.fake.advance(91 * 60)
    assert not await api.send_webhook(url, body)
    assert out.calls(WEBHOOK) == 2
    assert all(call.token is None for call in out.fake.calls[WEBHOOK])


async def test_files_go_out_and_come_in(out: Sending) -> None:
    api = await out.api()
    media = await api.upload("file", '工资单 "三月"\r\n.xlsx', b"0123456789")
    await api.send_direct(LI, "sampleFile", {"mediaId": media, "fileName": "工资单.xlsx", "fileType": "xlsx"})
    assert out.fake.seen[LI][0].file == ("工资单.xlsx", b"0123456789")
    fetched = await api.download(out.fake.keep("image", "1.jpg", b"\x89PNG 12"), 100)
    assert fetched.content == b"\x89PNG 12"
    with pytest.raises(Undeliverable, match="larger"):
        await api.download(out.fake.keep("image", "1.jpg", bytes(101)), 100)
    with pytest.raises(Undeliverable):
        await api.download("unknown", 100)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://10.1.2.3/1",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "https:///1",
        "https://[bad/1",
    ],
)
async def test_a_file_is_not_fetched_from_inside(out: Sending, url: str) -> None:
    out.fake.inject("robot/messageFiles/download", "answer", body={"downloadUrl": url})
    with pytest.raises(Undeliverable, match="not followed"):
        await (await out.api()).download("code", 100)


async def test_a_name_that_leads_inside_is_not_followed(out: Sending) -> None:
    resolver = PublicOnly()
    with pytest.raises(OSError, match="public"):
        await resolver.resolve("localhost", 443)
    await resolver.close()
    assert is_public("203.119.24.1")
    assert not is_public("fe80::1%eth0")
    assert not is_public("nonsense")


# ---- P1: the token


@pytest.mark.parametrize("status", [400, 401])
async def test_a_refused_token_is_renewed_once(out: Sending, status: int) -> None:
    api = await out.api()
    await said(api)
    out.fake.tokens.status = status
    out.fake.revoke_token()
    await asyncio.gather(*(said(api, str(number)) for number in range(5)))
    out.fake.expire_token()
    await api.upload("file", "a.pdf", b"1")
    assert len(read(out.fake)) == 6
    assert out.fake.tokens.issued == 3


async def test_a_token_is_renewed_five_minutes_early(out: Sending) -> None:
    api = await out.api()
    await said(api)
    out.pass_by(6890)
    await said(api)
    assert out.calls(TOKEN) == 1
    out.pass_by(20)
    await said(api)
    assert out.calls(TOKEN) == 2


async def test_a_token_that_is_always_refused_ends_the_asking(out: Sending) -> None:
    api = await out.api()
    out.fake.inject(SEND, "code", times=None, code="InvalidAuthentication")
    for _ in range(4):
        await later(api)
    assert out.calls(TOKEN) <= 2


async def test_a_wrong_secret_is_not_tried_in_a_loop(out: Sending) -> None:
    api = await out.api(client_secret="wrong")
    with capture_logs() as logs:
        assert (await later(api)).after == 300
        await later(api)
    assert out.calls(TOKEN) == 1
    assert [entry["code"] for entry in logs if entry["log_level"] == "error"] == ["invalidClientIdOrSecret"]
    assert api.degraded()
    assert "wrong" not in str(logs)
