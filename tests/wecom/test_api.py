"""Our client against the strict fake: what arrives, and faults P1 (the token) and P6 (200 is not yet sent)."""

from __future__ import annotations

import asyncio

import pytest

from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.shared.answered import file_name
from bot.platforms.wecom.api import CardFrozen, WeComApi
from tests.fakes.wecom import FakeWeCom
from tests.platforms.metrics import called
from tests.wecom.gates import SEND, Time
from tests.wecom.sending import UPDATE, card, later, read, text

# ---- when all is well


async def test_a_message_arrives(api: WeComApi, wecom: FakeWeCom) -> None:
    before = called("wecom", SEND, "0")
    sent = await api.send(text("年假还有 5 天"))
    assert sent.message_id
    assert (sent.response_code, sent.invalid) == (None, frozenset())
    assert read(wecom) == ["年假还有 5 天"]
    assert called("wecom", SEND, "0") == before + 1


async def test_a_card_is_changed_once_and_then_frozen(api: WeComApi, wecom: FakeWeCom) -> None:
    sent = await api.send(card("cd_1@1"))
    assert sent.response_code
    await api.update_card(["lisi"], sent.response_code, {"button": {"replace_name": "已同意"}})
    shown = wecom.card("lisi", "cd_1@1")
    assert shown is not None
    assert shown.greyed == "已同意"
    with pytest.raises(CardFrozen):
        await api.update_card(["lisi"], sent.response_code, {"button": {"replace_name": "已同意"}})


async def test_a_card_is_not_frozen_by_what_passes(api: WeComApi, wecom: FakeWeCom) -> None:
    sent = await api.send(card("cd_1@1"))
    for code in (-1, 45033, 60020):
        wecom.inject(UPDATE, "errcode", code=code)
        with pytest.raises(TryLater):
            await api.update_card(["lisi"], sent.response_code or "", {"button": {"replace_name": "已同意"}})


async def test_files_go_out_and_come_in(api: WeComApi, wecom: FakeWeCom) -> None:
    media_id = await api.upload("file", '工资单 "三月"\r\n.xlsx', b"0123456789")
    await api.send({"touser": "lisi", "msgtype": "file", "file": {"media_id": media_id}})
    assert wecom.seen["lisi"][0].file == ("工资单 三月.xlsx", b"0123456789")

    fetched = await api.download(wecom.keep("image", "../发票/1.png", b"\x89PNG 12"), 100)
    assert (fetched.name, fetched.media_type, fetched.content) == ("1.png", "image/png", b"\x89PNG 12")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=\"x.pdf\"; filename*=utf-8''%E5%8F%91%E7%A5%A8%201.pdf", "发票 1.pdf"),
        ("attachment; filename*=UTF-8'zh'%ff%fe.pdf", "\ufffd\ufffd.pdf"),
        ('attachment; filename="%E5%8F%91%E7%A5%A8.pdf"', "发票.pdf"),
        ('attachment; filename="打 8% 折.pdf"', "打 8% 折.pdf"),
        ("attachment;filename=发票.pdf", "发票.pdf"),
        ('attachment; filename="' + "发票.pdf".encode("gbk").decode(errors="surrogateescape") + '"', "发票.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="..\\\\a\x00b.txt"', "ab.txt"),
        ('attachment; filename=".."', "file"),
        ("attachment", "file"),
        ("", "file"),
    ],
)
def test_names_of_files(header: str, name: str) -> None:
    assert file_name(header) == name


async def test_a_file_of_json_is_a_file(api: WeComApi, wecom: FakeWeCom) -> None:
    fetched = await api.download(wecom.keep("file", "a.json", b'{"errcode":40007}'), 100)
    assert fetched.content == b'{"errcode":40007}'


async def test_a_file_that_is_gone_or_too_large_is_never_asked_for_again(api: WeComApi, wecom: FakeWeCom) -> None:
    with pytest.raises(Undeliverable, match="40007"):
        await api.download("m-never", 100)
    with pytest.raises(Undeliverable, match="larger"):
        await api.download(wecom.keep("file", "a.pdf", b"x" * 101), 100)
    assert (await api.download(wecom.keep("file", "a.pdf", b"x" * 100), 100)).content == b"x" * 100


# ---- P1: the token


@pytest.mark.parametrize("end", ["revoke_token", "expire_token"])
async def test_500_sends_at_once_renew_the_token_once(api: WeComApi, wecom: FakeWeCom, end: str) -> None:
    wecom.member_limits.per_minute = 10_000
    await api.send(text("先"))
    getattr(wecom, end)()
    await asyncio.gather(*(api.send(text(f"第 {n} 条")) for n in range(500)))
    assert len(wecom.calls["gettoken"]) == 2
    assert sorted(read(wecom)) == sorted(["先", *(f"第 {n} 条" for n in range(500))])


async def test_500_sends_at_the_start_get_one_token(api: WeComApi, wecom: FakeWeCom) -> None:
    await asyncio.gather(*(api.send(text(f"第 {n} 条")) for n in range(500)))
    assert len(wecom.calls["gettoken"]) == 1


@pytest.mark.parametrize("code", [40014, 42001])
async def test_a_new_token_that_is_refused_too_is_no_loop(
    api: WeComApi, wecom: FakeWeCom, time: Time, code: int
) -> None:
    await api.send(text("先"))
    wecom.inject(SEND, "errcode", times=None, code=code)
    told = [await later(api) for _ in range(20)]
    assert {one.after for one in told} == {60.0}
    assert len(wecom.calls["gettoken"]) == 2
    assert len(wecom.calls[SEND]) == 3, "the first, the refused one, its repeat"

    wecom.faults.clear()
    time.pass_by(61)
    await api.send(text("后"))
    assert read(wecom) == ["先", "后"]


@pytest.mark.parametrize("code", [40001, 40013, 40091])
async def test_a_wrong_secret_is_not_tried_again_within_a_minute(
    api: WeComApi, wecom: FakeWeCom, time: Time, code: int
) -> None:
    wecom.inject("gettoken", "errcode", times=None, code=code)
    told = await asyncio.gather(*(later(api, f"第 {n} 条") for n in range(50)))
    assert {one.after for one in told} == {300.0}
    assert len(wecom.calls["gettoken"]) == 1
    time.pass_by(61)
    await later(api)
    assert len(wecom.calls["gettoken"]) == 2


async def test_a_secret_refused_by_a_send_is_remembered_too(api: WeComApi, wecom: FakeWeCom) -> None:
    wecom.inject(SEND, "errcode", code=40001)
    assert [(await later(api)).after for _ in range(3)] == [300.0] * 3
    assert (len(wecom.calls["gettoken"]), len(wecom.calls[SEND])) == (1, 1)


async def test_the_token_is_renewed_five_minutes_early(api: WeComApi, wecom: FakeWeCom, time: Time) -> None:
    await api.send(text("一"))
    time.pass_by(7200 - 301)
    await api.send(text("二"))
    assert len(wecom.calls["gettoken"]) == 1
    time.pass_by(2)
    wecom.inject("gettoken", "errcode", code=60020)
    await api.send(text("三"))  # no new one to be had, the old one is still good
    assert len(wecom.calls["gettoken"]) == 2
    time.pass_by(61)
    await api.send(text("四"))
    assert len(wecom.calls["gettoken"]) == 3


async def test_an_answer_without_a_token_is_no_fault_of_the_message(api: WeComApi, wecom: FakeWeCom) -> None:
    wecom.inject("gettoken", "answer", times=None, body={"errcode": 0, "access_token": 7, "expires_in": "soon"})
    assert [(await later(api)).after for _ in range(3)] == [60.0] * 3
    assert len(wecom.calls["gettoken"]) == 1


# ---- P6: HTTP 200 is not yet sent


async def test_who_did_not_get_it_is_named(api: WeComApi, wecom: FakeWeCom) -> None:
    wecom.members.add("WangWu")
    wecom.unlicensed.add("WangWu")
    sent = await api.send(text("通知", "ZhangSan|Nobody|WANGWU"))
    assert sent.invalid == {"nobody", "wangwu"}
    assert len(wecom.calls[SEND]) == 1
    assert read(wecom) == ["通知"]


@pytest.mark.parametrize("code", [40003, 60111, 46004, 81013, 40058, 42045, 45002, 301023, 99999])
async def test_what_will_never_arrive_is_said_so(api: WeComApi, wecom: FakeWeCom, code: int) -> None:
    wecom.inject(SEND, "errcode", code=code)
    with pytest.raises(Undeliverable, match=str(code)):
        await api.send(text("你好"))
    assert len(wecom.calls[SEND]) == 1
    wecom.inject(UPDATE, "errcode", code=code)
    with pytest.raises(CardFrozen, match=str(code)):
        await api.update_card(["lisi"], "rc", {"button": {"replace_name": "已同意"}})


async def test_busy_is_left_to_the_backoff_of_the_sender(api: WeComApi, wecom: FakeWeCom) -> None:
    wecom.inject(SEND, "errcode", times=20, code=-1)
    assert {(await later(api)).after for _ in range(20)} == {None}
    assert api.degraded() is None, "an answer is an answer"
