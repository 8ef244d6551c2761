"""Shared devices over real HTTP: registration, log-on, log-off, and whoever tries to get round them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bot.app import real_now
from bot.web import kiosk_devices
from bot.web.tables import WebKiosk, WebSession
from domain.kernel.ids import PersonId
from domain.people import service
from tests.stage import Stage
from tests.web.kiosks import PIN, added, browser, device, log_on, with_pin


async def scalar(stage: Stage, question: str) -> object:
    assert stage.bot is not None
    async with stage.bot.database.engine.connect() as connection:
        return (await connection.execute(text(question))).scalar()


async def test_a_device_is_registered_once_with_its_code(stage: Stage) -> None:
    new = await added(stage)
    async with browser(stage) as first, browser(stage) as second:
        assert (await first.get("/kiosk/api/device"))[1] == {"name": None}
        typed = kiosk_devices.shown(new.code).lower()
        assert (await first.post("/kiosk/api/register", {"code": typed}))[0] == 200
        assert (await first.get("/kiosk/api/device"))[1] == {"name": "仓库门口"}
        status, refused = await second.post("/kiosk/api/register", {"code": new.code})
        assert status == 403, "a code that was used is used up"
        assert "登记码不对" in refused["message"]
        assert (await second.get("/kiosk/api/device"))[1] == {"name": None}
        token = first.cookie("hrbot_kiosk")
    stored = await scalar(stage, "select count(*) from web_kiosk where code is null and length(token) = 32")
    assert stored == 1
    assert token
    assert await scalar(stage, f"select count(*) from web_kiosk where token = '{token}'::bytea") == 0


async def test_a_code_lives_ten_minutes(stage: Stage) -> None:
    new, bot = await added(stage), stage.bot
    assert bot is not None
    assert new.code not in repr(new)
    assert new.until - real_now() <= timedelta(minutes=10)
    async with bot.database.transaction(bot.outbox(), "test") as tx:
        await tx.session.execute(update(WebKiosk).values(code_until=real_now()))
    async with browser(stage) as found:
        assert (await found.post("/kiosk/api/register", {"code": new.code}))[0] == 403


async def test_codes_cannot_be_tried_through(stage: Stage) -> None:
    async with browser(stage) as found:
        said = [(await found.post("/kiosk/api/register", {"code": f"{n:012}"}))[0] for n in range(62)]
    assert said.count(403) == 60
    assert said[-1] == 429


async def test_without_a_registered_device_nobody_logs_on(stage: Stage) -> None:
    number = await with_pin(stage, "lilei")
    async with browser(stage) as found:
        status, refused = await log_on(found, number)
        assert (status, refused["code"]) == (401, "bot.kiosk_unregistered")
        found.take("hrbot_kiosk", "0" * 43)
        assert (await log_on(found, number))[0] == 401


async def test_a_person_logs_on_asks_and_is_gone(stage: Stage) -> None:
    number = await with_pin(stage, "lilei")
    async with device(stage) as found:
        assert await log_on(found, number) == (200, {})
        assert await found.goes_to("/kiosk/chat") == "/kiosk/chat"
        status, people = await found.get("/kiosk/chat/api/people")
        assert (status, [(one["id"], one["manager"]) for one in people]) == (200, [("lilei", None)])
        assert (await found.post("/kiosk/chat/api/messages", {"text": "我还有几天年假"}))[0] == 202
        await stage.settle()
        [said] = await found.inbox()
        assert "年假可用 5 天" in said
        assert (await found.get("/kiosk/chat/api/trace"))[0] == 404
        assert (await found.post("/kiosk/api/log-off"))[0] == 200
        assert (await found.get("/kiosk/chat/api/inbox?after=0"))[0] == 401
        assert await found.goes_to("/kiosk/chat") == "/kiosk"
        assert not found.cookie("hrbot_session")
    assert await scalar(stage, "select count(*) from web_session") == 0


async def test_only_touching_it_prolongs_a_session(stage: Stage) -> None:
    number, bot = await with_pin(stage, "lilei"), stage.bot
    assert bot is not None
    ends = update(WebSession).values(idle_until=real_now() + timedelta(seconds=20))
    async with device(stage) as found:
        await log_on(found, number)
        async with bot.database.transaction(bot.outbox(), "test") as tx:
            await tx.session.execute(ends)
        before = await scalar(stage, "select idle_until from web_session")
        for path in ("status", "people", "inbox?after=0", "inbox?after=99&wait=1.2"):
            assert (await found.get(f"/kiosk/chat/api/{path}"))[0] == 200
        assert await scalar(stage, "select idle_until from web_session") == before
        assert (await found.post("/kiosk/api/stay"))[0] == 200
        assert str(await scalar(stage, "select idle_until from web_session")) > str(before)


async def test_a_session_that_ends_ends_what_waits(stage: Stage) -> None:
    number, bot = await with_pin(stage, "lilei"), stage.bot
    assert bot is not None
    async with device(stage) as found:
        await log_on(found, number)
        async with bot.database.transaction(bot.outbox(), "test") as tx:
            await tx.session.execute(update(WebSession).values(idle_until=real_now() + timedelta(seconds=1)))
        async with asyncio.timeout(10):
            stream = found.http.get(f"{found.base}/kiosk/chat/api/events")
            polled, streamed = await asyncio.gather(found.get("/kiosk/chat/api/inbox?after=99&wait=30"), _all(stream))
        assert polled[0] == 401
        assert "still here" in streamed


async def _all(opening: object) -> str:
    async with opening as answer:  # type: ignore[attr-defined]
        return (await answer.content.read()).decode()


async def test_five_wrong_pins_lock_and_the_person_hears_of_it_here(stage: Stage) -> None:
    number = await with_pin(stage, "lilei")
    async with device(stage) as found:
        said = await asyncio.gather(*(log_on(found, number, f"91827{n}") for n in "0124567"))
        assert {status for status, _ in said} == {403}
        assert (await log_on(found, number))[1]["code"] == "LogOnWrong", "the right one, too late"
        unknown = await log_on(found, "99999")
        assert unknown == said[0], "nobody learns who there is"
        other = await with_pin(stage, "hanmeimei")
        assert (await log_on(found, other))[0] == 200
    assert await scalar(stage, "select wrong from people_pin_try where subject = 'lilei'") == 5
    await stage.expect("lilei", "有人在一体机“仓库门口”上连续输错您的密码")


async def test_every_refusal_takes_the_same_time(stage: Stage) -> None:
    number, loop = await with_pin(stage, "lilei"), asyncio.get_running_loop()
    took = []
    async with device(stage) as found:
        for said, pin in ((number, "918274"), ("99999", "918274"), (number, "x"), ("99999", "x")):
            since = loop.time()
            assert (await log_on(found, said, pin))[0] == 403
            took.append(loop.time() - since)
    assert min(took) >= 0.6
    assert max(took) - min(took) < 0.5


async def test_a_starting_pin_is_changed_at_the_device(stage: Stage) -> None:
    assert stage.bot is not None
    number = await with_pin(stage, "lilei")
    async with stage.bot.database.transaction(stage.bot.outbox(), "wangfang") as tx:
        given = await service.give_pin(tx, PersonId("lilei"))
    async with device(stage) as found:
        assert (await log_on(found, number, given.pin))[1]["code"] == "PinStarting"
        assert not found.cookie("hrbot_session")
        weak = await log_on(found, number, given.pin, new="123456")
        assert weak[1]["code"] == "PinGuessable"
        assert "太容易猜到" in weak[1]["message"]
        assert (await log_on(found, number, given.pin, new="736251"))[0] == 200
        assert (await log_on(found, number, "736251"))[0] == 200


async def test_the_next_person_ends_the_one_before(stage: Stage) -> None:
    first, second = await with_pin(stage, "lilei"), await with_pin(stage, "hanmeimei")
    async with device(stage) as found:
        await log_on(found, first)
        old = found.cookie("hrbot_session")
        await log_on(found, second)
        assert [one["id"] for one in (await found.get("/kiosk/chat/api/people"))[1]] == ["hanmeimei"]
        found.take("hrbot_session", old)
        assert (await found.get("/kiosk/chat/api/people"))[0] == 401


async def test_a_removed_device_is_worth_nothing(stage: Stage) -> None:
    number, bot = await with_pin(stage, "lilei"), stage.bot
    assert bot is not None
    async with device(stage) as found:
        assert (await log_on(found, number))[0] == 200
        async with bot.database.transaction(bot.outbox(), "operator") as tx:
            [kiosk] = await kiosk_devices.listed(tx)
            assert await kiosk_devices.remove(tx, kiosk.id, real_now()) == "仓库门口"
            assert await kiosk_devices.remove(tx, kiosk.id, real_now()) is None
        assert (await found.get("/kiosk/chat/api/inbox?after=0"))[0] == 401
        assert (await log_on(found, number))[0] == 401
        assert (await found.get("/kiosk/api/device"))[1] == {"name": None}


async def test_who_leaves_is_logged_off_and_stays_out(stage: Stage) -> None:
    number, bot = await with_pin(stage, "lilei"), stage.bot
    assert bot is not None
    assert stage.clock is not None
    async with device(stage) as found:
        await log_on(found, number)
        async with bot.database.transaction(bot.outbox(), "wangfang") as tx:
            await service.leave_company(tx, PersonId("lilei"), tx.today)
        assert (await found.get("/kiosk/chat/api/people"))[0] == 200, "the last day is still worked"
        stage.clock.set(stage.clock.now() + timedelta(days=1))
        assert (await found.get("/kiosk/chat/api/people"))[0] == 401
        assert (await log_on(found, number))[1]["code"] == "LogOnWrong"


async def test_others_cards_files_and_mailboxes_are_out_of_reach(stage: Stage) -> None:
    await stage.say("hanmeimei", "明天请一天年假")
    await stage.expect("hanmeimei", "请假确认")
    await stage.send_file("hanmeimei", "病假条.png", b"\x89PNG" + bytes(64), "image/png")
    await stage.settle()
    card = await scalar(stage, "select id from bot_card where person = 'hanmeimei'")
    file = await scalar(stage, "select id from bot_file")
    number = await with_pin(stage, "lilei")
    async with device(stage) as found:
        await log_on(found, number)
        press = {"card_id": card, "action": "submit"}
        assert (await found.post("/kiosk/chat/api/actions", press))[0] == 404
        assert (await found.post("/kiosk/chat/api/actions", {**press, "from": "hanmeimei"}))[0] == 403
        assert (await found.post("/kiosk/chat/api/messages", {"from": "hanmeimei", "text": "撤回"}))[0] == 403
        for path in (f"files/{file}", "groups/x"):
            assert (await found.get(f"/kiosk/chat/api/{path}"))[0] == 404
        for path in (f"files/{file}", "inbox", "events", "trace"):
            assert (await found.get(f"/kiosk/chat/api/{path}?person=hanmeimei"))[0] == 403
        assert (await found.get("/kiosk/chat/api/groups"))[1] == []
        said = {"text": "打卡", "conversation": (await stage.get("/console/api/groups"))[0]["id"]}
        assert (await found.post("/kiosk/chat/api/messages", said))[0] == 404


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
async def test_only_our_own_page_changes_anything(stage: Stage, origin: str) -> None:
    number = await with_pin(stage, "lilei")
    async with device(stage) as found:
        assert (await found.post("/kiosk/api/log-on", {"said": number, "pin": PIN}, Origin=origin))[0] == 403
        await log_on(found, number)
        for path, body in (("chat/api/messages", {"text": "撤回"}), ("api/stay", {}), ("api/log-off", {})):
            assert (await found.post(f"/kiosk/{path}", body, Origin=origin))[0] == 403


async def test_what_came_meanwhile_is_read_and_pressed_here(stage: Stage) -> None:
    """The approver has no account: the notice waits in the web chat's mailbox, and its card can be pressed there."""
    number = await with_pin(stage, "xuli")
    await stage.say("lilei", "明天请一天年假")
    await stage.expect("lilei", "请假确认")
    await stage.press_label("lilei", "提交")
    await stage.expect("lilei", "审批中")
    await stage.settle()
    async with device(stage) as found:
        await log_on(found, number)
        messages = (await found.get("/kiosk/chat/api/inbox?after=0"))[1]["messages"]
        card = next(one["card"] for one in messages if "李雷" in one["text"])
        assert [action["label"] for action in card["actions"]][:2] == ["同意", "驳回"]
        press = {"card_id": card["id"], "action": card["actions"][0]["id"]}
        assert (await found.post("/kiosk/chat/api/actions", press))[0] == 202
        await stage.expect("lilei", "年假已批准")


async def test_a_device_in_passing_is_not_where_notices_go(stage: Stage) -> None:
    """Who uses WeCom goes on getting their notices there; who has nothing else gets them in this mailbox."""
    number, bot = await with_pin(stage, "lilei"), stage.bot
    assert bot is not None
    asked = "select platform from bot_last_seen where person = 'lilei'"
    async with device(stage) as found:
        for before, after in ((None, "console"), ("wecom", "wecom"), ("console", "console")):
            async with bot.database.engine.begin() as connection:
                await connection.execute(text("delete from bot_last_seen"))
                if before:
                    row = {"p": before, "at": real_now()}
                    await connection.execute(text("insert into bot_last_seen values ('lilei', :p, :at)"), row)
            await log_on(found, number)
            assert (await found.post("/kiosk/chat/api/messages", {"text": "你好"}))[0] == 202
            await stage.settle()
            assert await scalar(stage, asked) == after


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("log-on", {"said": "", "pin": PIN}, 422),
        ("log-on", {"said": "1001"}, 422),
        ("log-on", {"said": "1" * 61, "pin": PIN}, 422),
        ("log-on", [], 422),
        ("register", {"code": "9" * 61}, 422),
        ("stay", {}, 401),
    ],
)
async def test_bad_requests_are_told_apart(stage: Stage, path: str, body: object, status: int) -> None:
    async with device(stage) as found:
        sent = {"Origin": found.base}
        async with found.http.post(f"{found.base}/kiosk/api/{path}", json=body, headers=sent) as answer:
            assert answer.status == status
