"""Everything that somebody else might try at the login, and what it leaves behind."""

from datetime import timedelta

from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from bot.app import real_now
from bot.web.tables import WebLogin
from tests.web.entrance import Entrance, state_of
from tests.web.visitor import Visitor


async def test_a_callback_in_another_browser_is_refused_and_used_up(
    door: Entrance, phone: Visitor, other: Visitor
) -> None:
    """Login CSRF: an attacker sends a victim the end of their own login."""
    back = await door.callback(phone, "lilei")
    await other.get("/h5/login")
    stolen = await other.get(back)
    assert stolen.status == 403
    assert "登录没有完成" in stolen.words
    assert other.cookie("hrbot_session") is None
    assert (await phone.get(back)).status == 403
    assert await door.logged_in() == []


async def test_a_callback_is_worth_one_login(door: Entrance, phone: Visitor) -> None:
    back = await door.callback(phone, "lilei")
    assert (await phone.get(back)).status == 302
    assert (await phone.get(back)).status == 403
    assert len(await door.logged_in()) == 1


async def test_a_code_of_an_earlier_login_is_worth_nothing_with_a_new_state(door: Entrance, phone: Visitor) -> None:
    first = await door.callback(phone, "lilei")
    assert (await phone.get(first)).status == 302
    second = await door.callback(phone, "lilei", "/h5/login?next=/console")
    assert (await phone.get(first.replace(state_of(first), state_of(second)))).status == 403
    assert len(await door.logged_in()) == 1


async def test_after_ten_minutes_one_begins_again(door: Entrance, phone: Visitor) -> None:
    back = await door.callback(phone, "lilei")
    async with door.bot.database.sessions() as session, session.begin():
        await session.execute(update(WebLogin).values(expires_at=real_now() - timedelta(seconds=1)))
    page = await phone.get(back)
    assert page.status == 403
    assert "重新登录" in page.words


async def test_a_state_of_one_messenger_is_none_of_the_other(door: Entrance, phone: Visitor) -> None:
    back = await door.callback(phone, "lilei")
    code = door.dingtalk.oauth_code("xuli")
    assert (await phone.get(f"/h5/login/dingtalk?authCode={code}&state={state_of(back)}")).status == 403
    assert await door.logged_in() == []


async def test_a_callback_that_nobody_began_is_refused(door: Entrance, phone: Visitor) -> None:
    await phone.get("/h5/login")
    for query in ("", "?code=x", "?state=x", "?code=x&state=y", "?code=x&state=%00", "?userid=xuli"):
        assert (await phone.get(f"/h5/login/wecom{query}")).status == 403
    assert await door.logged_in() == []


async def test_who_one_is_comes_from_the_messenger_alone(door: Entrance, phone: Visitor) -> None:
    back = await door.callback(phone, "lilei")
    await phone.get(f"{back}&userid=xuli&UserId=xuli&person=xuli")
    assert [person for person, _ in await door.logged_in()] == ["lilei"]


async def test_a_token_put_into_the_browser_before_is_not_the_one_after(door: Entrance, phone: Visitor) -> None:
    """Session fixation."""
    phone.take_cookie("hrbot_session", "a-token-that-somebody-else-knows-too-000000")
    await door.log_in(phone, "lilei")
    assert phone.cookie("hrbot_session") not in (None, "a-token-that-somebody-else-knows-too-000000")


async def test_a_new_login_ends_the_one_before(door: Entrance, phone: Visitor, other: Visitor) -> None:
    await door.log_in(phone, "lilei")
    before = phone.cookie("hrbot_session") or ""
    await door.log_in(phone, "xuli", "/console")
    other.take_cookie("hrbot_session", before)
    assert (await other.get("/h5/")).status == 302
    assert await door.logged_in() == [("xuli", "chat")]


async def test_a_look_ahead_does_not_use_up_the_login(door: Entrance, phone: Visitor) -> None:
    back = await door.callback(phone, "lilei")
    async with phone.http.head(f"{door.base}{back}") as answer:
        assert answer.status == 405
    assert (await phone.get(back)).status == 302


# out, limits, traces


async def test_logging_out_ends_the_session_and_only_our_page_can(door: Entrance, phone: Visitor) -> None:
    await door.log_in(phone, "lilei")
    token = phone.cookie("hrbot_session") or ""
    for origin in ("http://evil.example", "null", ""):
        assert (await phone.post("/h5/logout", Origin=origin)).status == 403
    assert (await phone.get("/h5/")).status == 200
    page = await phone.post("/h5/logout")
    assert "已退出登录" in page.words
    assert phone.cookie("hrbot_session") is None
    phone.take_cookie("hrbot_session", token)
    assert (await phone.get("/h5/")).status == 302


async def test_too_many_refusals_of_one_address_close_the_door_for_a_while(door: Entrance, phone: Visitor) -> None:
    for _ in range(60):
        assert (await phone.get(f"/h5/login/wecom?code=x&state={'0' * 64}")).status == 403
    back = await door.callback(phone, "lilei")
    page = await phone.get(back)
    assert page.status == 429
    assert "15分钟" in page.words
    assert await door.logged_in() == []


async def test_no_code_state_or_token_is_written_anywhere(door: Entrance, phone: Visitor) -> None:
    back = await door.callback(phone, "lilei")
    with capture_logs() as said:
        await phone.get(f"{back}x")
        await phone.get(await door.callback(phone, "outsider"))
        await door.log_in(phone, "lilei")
    code, token = back.partition("code=")[2].partition("&")[0], phone.cookie("hrbot_session") or "none"
    async with door.bot.database.engine.connect() as connection:
        audit = str((await connection.exec_driver_sql("select * from kernel_audit")).all())
        rows = str((await connection.exec_driver_sql("select * from web_session")).all())
    for secret in (code, state_of(back), token):
        assert secret not in str(said)
        assert secret not in audit
        assert secret not in rows
    assert "web.login" in audit
    assert "web.login_refused" in audit


async def test_what_ended_is_tidied_away(door: Entrance, phone: Visitor) -> None:
    await door.callback(phone, "lilei")
    async with door.bot.database.sessions() as session, session.begin():
        await session.execute(update(WebLogin).values(expires_at=real_now() - timedelta(seconds=1)))
    await door.bot.tidy()
    async with door.bot.database.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(WebLogin)) == 0
