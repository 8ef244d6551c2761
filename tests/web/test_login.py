"""Logging in: who is let in as whom, by which way, and where to."""

from datetime import timedelta

import pytest

from bot.app import real_now
from bot.web import sessions
from bot.web.login_states import safe_target
from domain.kernel.ids import PersonId
from domain.people import service as people
from tests.web.entrance import Entrance, state_of
from tests.web.visitor import CHROME, DINGTALK, Visitor, visitor


async def test_in_wecom_nobody_is_asked_anything(door: Entrance, phone: Visitor) -> None:
    door.arrives("LiLei")
    door.wecom.members |= {"LiLei"}
    door.wecom.members -= {"lilei"}
    sent = await phone.get("/h5/login?next=/h5/card/cd_1")
    assert sent.location.startswith(f"{door.wecom.origin}/connect/oauth2/authorize?")
    assert sent.location.endswith("#wechat_redirect")
    page = await phone.get(await door.callback(phone, "LiLei", "/h5/login?next=/h5/card/cd_1"))
    assert (page.status, page.location) == (302, "/h5/card/cd_1")
    assert "李雷，您好" in (await phone.get("/h5/")).words
    assert await door.logged_in() == [("lilei", "h5")]


async def test_on_a_computer_one_chooses_and_scans(door: Entrance) -> None:
    async with visitor(door.base, CHROME) as computer:
        page = await computer.get("/h5/login?next=/console")
        assert "企业微信登录" in page.words
        assert "钉钉登录" in page.words
        sent = await computer.get("/h5/login/go/wecom?next=/console")
        assert sent.location.startswith(f"{door.wecom.origin}/wwlogin/sso/login?")
        page = await computer.get(await door.callback(computer, "xuli", "/h5/login/go/wecom?next=/console"))
        assert (page.status, page.location) == (302, "/console")
    assert await door.logged_in() == [("xuli", "chat")]


async def test_by_dingtalks_page(door: Entrance) -> None:
    async with visitor(door.base, CHROME) as computer:
        page = await computer.get(await door.callback(computer, "hanmeimei", "/h5/login/go/dingtalk"))
        assert page.location == "/h5/"
        assert "韩梅梅，您好" in (await computer.get("/h5/")).words


async def by_script(browser: Visitor, code: str, state: str) -> tuple[int, str]:
    sent = browser.http.post(
        f"{browser.base}/h5/login/dingtalk/code",
        json={"code": code, "state": state},
        headers={"Origin": browser.base},
    )
    async with sent as answer:
        return answer.status, await answer.text()


async def test_inside_dingtalk_its_script_brings_the_code(door: Entrance, other: Visitor) -> None:
    async with visitor(door.base, DINGTALK) as ding:
        page = await ding.get("/h5/login?next=/h5/card/cd_1")
        state = page.text.partition('data-state="')[2].partition('"')[0]
        assert f'data-corp="{door.dingtalk.account.corp_id}"' in page.text
        code = door.dingtalk.oauth_code("xuli", script=True)
        assert (await by_script(other, code, state))[0] == 403
        page = await ding.get("/h5/login")
        state = page.text.partition('data-state="')[2].partition('"')[0]
        status, answer = await by_script(ding, door.dingtalk.oauth_code("xuli", script=True), state)
        assert (status, answer) == (200, '{"next": "/h5/"}')
        assert "徐丽，您好" in (await ding.get("/h5/")).words
        assert (await by_script(ding, door.dingtalk.oauth_code("xuli", script=True), state))[0] == 403


# who is let in


async def test_a_stranger_is_told_what_to_do(door: Entrance, phone: Visitor) -> None:
    door.wecom.members |= {"newcomer"}
    page = await door.log_in(phone, "newcomer", "/h5/card/cd_1")
    assert page.status == 403
    assert "/h5/login?next=%2Fh5%2Fcard%2Fcd_1" in page.text
    assert "绑定码" in page.words
    assert "newcomer" not in page.text
    assert await door.logged_in() == []


async def test_who_left_is_a_stranger_and_out_at_once(door: Entrance, phone: Visitor, other: Visitor) -> None:
    await door.log_in(phone, "lilei")
    async with door.bot.database.transaction(door.bot.outbox(), "wangfang") as tx:
        await people.leave_company(tx, PersonId("lilei"), tx.today - timedelta(days=1))
    assert (await phone.get("/h5/")).location == "/h5/login?next=/h5/"
    assert await door.logged_in() == []
    page = await door.log_in(other, "lilei")
    assert (page.status, "绑定码" in page.words) == (403, True)


async def test_who_is_no_member_of_the_company_is_refused(door: Entrance, phone: Visitor) -> None:
    page = await door.log_in(phone, "outsider")
    assert page.status == 403
    assert "选择本公司" in page.words


async def test_a_code_of_another_app_or_too_old_is_refused(door: Entrance, phone: Visitor) -> None:
    for code in (door.wecom.oauth_code("lilei", agent_id=7), "never-given-out", "x" * 600, "%E7%A0%81"):
        back = await door.callback(phone, "lilei")
        assert (await phone.get(f"/h5/login/wecom?code={code}&state={state_of(back)}")).status == 403
    back = await door.callback(phone, "lilei")
    door.wecom.advance(301)
    assert (await phone.get(back)).status == 403
    assert await door.logged_in() == []


async def test_dingtalk_wants_our_organisation_and_our_staff(door: Entrance) -> None:
    desk = door.dingtalk.login
    async with visitor(door.base, CHROME) as computer:
        desk.chosen_corp = "dingothercorp"
        page = await computer.get(await door.callback(computer, "lilei", "/h5/login/go/dingtalk"))
        assert page.status == 403
        desk.chosen_corp, desk.outside = door.dingtalk.account.corp_id, {"lilei"}
        assert (await computer.get(await door.callback(computer, "lilei", "/h5/login/go/dingtalk"))).status == 403
        back = await door.callback(computer, "lilei", "/h5/login/go/dingtalk")
        wrong = door.dingtalk.oauth_code("xuli", client_id="dinganother")
        assert (await computer.get(f"/h5/login/dingtalk?authCode={wrong}&state={state_of(back)}")).status == 403
    assert await door.logged_in() == []


async def test_a_messenger_that_does_not_answer_is_said_so(door: Entrance, phone: Visitor) -> None:
    back = await door.callback(phone, "lilei")
    door.wecom.inject("auth/getuserinfo", "html")
    page = await phone.get(back)
    assert page.status == 503
    assert "稍候" in page.words
    assert (await door.log_in(phone, "lilei")).status == 302


# where to


ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/h5/",
    "/h5//evil.example",
    "/h5/\\evil.example",
    "/h5/\r\nSet-Cookie: a=b",
    "/h5/ ",
    "/h5",
    "/consoleevil",
    "/h5/login?next=/h5/login",
    "/h5/logout",
    "/metrics",
    "javascript:alert(1)",
    "/h5/" + "a" * 300,
    "/h5/首页",
    "",
]
OURS = ["/h5/", "/h5/card/cd_1?a=b", "/console", "/console?x", "/console/x#lilei", "/kiosk", "/kiosk/a"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_only_pages_of_ours_are_targets(target: str) -> None:
    assert safe_target(target) == "/h5/"


@pytest.mark.parametrize("target", OURS)
def test_pages_of_ours_are_targets(target: str) -> None:
    assert safe_target(target) == target


async def test_nobody_is_sent_anywhere_else(door: Entrance, phone: Visitor) -> None:
    async with visitor(door.base) as computer:
        for target in ("//evil.example", "/%5Cevil.example", "/h5/%0d%0aSet-Cookie:%20a=b", "https://evil.example/"):
            page = await door.log_in(phone, "lilei", target)
            assert (page.status, page.location) == (302, "/h5/")
            assert not any(cookie.startswith("a=") for cookie in page.headers.getall("Set-Cookie"))
            assert (await computer.get(f"/h5/login?next={target}")).fields()["next"] == "/h5/"
            await phone.post("/h5/logout")
        assert (await door.log_in(phone, "lilei", "/h5/card/cd_1?a=b")).location == "/h5/card/cd_1?a=b"


# in a demo


async def test_in_a_demo_one_may_be_anybody_on_this_machine(door: Entrance) -> None:
    async with visitor(door.base) as browser:
        page = await browser.get("/h5/login?next=/h5/card/cd_1")
        assert "演示公司" in page.words
        assert "李雷" in page.words
        assert (await browser.log_in_to_demo("nobody")).status == 404
        assert (await browser.log_in_to_demo("xuli", "/h5/card/cd_1")).location == "/h5/card/cd_1"
        for headers in ({"X-Forwarded-For": "10.0.0.1"}, {"Host": "hr.example.com"}, {"Origin": "http://evil.example"}):
            assert (await browser.post("/h5/login/demo", {"person": "xuli"}, **headers)).status == 403
            assert (await browser.get("/h5/", **headers)).status == 403


async def test_a_session_of_a_kiosk_opens_no_page_of_ones_own(door: Entrance) -> None:
    async with door.bot.database.transaction(door.bot.outbox(), "web") as tx:
        token = await sessions.begin(tx, PersonId("lilei"), "kiosk", real_now(), "kiosk-1")
    async with visitor(door.base) as browser:
        browser.take_cookie("hrbot_session", token)
        assert (await browser.get("/h5/")).status == 302
        assert (await browser.get("/h5/card/cd_1/state", Accept="application/json")).status == 401
