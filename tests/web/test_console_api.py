"""The seams of the web chat's API."""

import aiohttp
import pytest

from tests.stage import Stage


async def test_people_and_groups_have_the_agreed_shape(stage: Stage) -> None:
    people = {person["id"]: person for person in await stage.get("/console/api/people")}
    assert set(people["lilei"]) == {"id", "name", "department", "title", "roles", "manager"}
    assert people["lilei"]["name"] == "李雷"
    assert people["lilei"]["manager"] == "xuli"
    assert people["xuli"]["manager"] == "wangjianguo"
    assert people["wangjianguo"]["manager"] is None
    assert people["zhangwei2"]["name"] == "张玮"
    groups = await stage.get("/console/api/groups")
    service = next(group for group in groups if group["name"] == "客服部")
    assert {"lilei", "hanmeimei", "xuli"} <= set(service["members"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("messages", {"from": "nobody", "text": "你好"}, 404),
        ("messages", {"from": "lilei", "text": "  "}, 422),
        ("messages", {"from": "lilei"}, 422),
        ("messages", {"text": "你好"}, 422),
        ("messages", {"from": "lilei", "text": "你" * 4001}, 422),
        ("messages", {"from": "lilei", "text": "你好", "conversation": "nowhere"}, 404),
        ("actions", {"from": "lilei", "card_id": "cd_none", "action": "agree"}, 404),
        ("actions", {"from": "nobody", "card_id": "cd_none", "action": "agree"}, 404),
        ("actions", {"from": "lilei", "action": "agree"}, 422),
        ("actions", ["lilei"], 422),
    ],
)
async def test_bad_requests_are_told_apart(stage: Stage, path: str, body: object, status: int) -> None:
    async with stage.http.post(f"{stage.base}/console/api/{path}", json=body) as response:
        assert response.status == status
        assert "error" in await response.json()


async def test_what_is_no_json_is_400(stage: Stage) -> None:
    async with stage.http.post(f"{stage.base}/console/api/messages", data=b"{") as response:
        assert response.status == 400


async def test_a_location_needs_no_text(stage: Stage) -> None:
    where = {"latitude": 31.2, "longitude": 121.5, "label": "客户公司"}
    async with stage.http.post(
        f"{stage.base}/console/api/messages", json={"from": "lilei", "location": where}
    ) as answer:
        assert answer.status == 202
    await stage.expect("lilei", "打卡")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "hrbot.example.com"},
        {"Origin": "http://evil.example"},
        {"X-Forwarded-For": "10.0.0.1"},
        {"Forwarded": "for=10.0.0.1"},
        {"Origin": "null"},
    ],
)
async def test_foreign_and_forwarded_requests_are_refused(stage: Stage, headers: dict[str, str]) -> None:
    async with stage.http.get(f"{stage.base}/console/api/people", headers=headers) as response:
        assert response.status == 403


async def test_our_own_origin_is_welcome(stage: Stage) -> None:
    async with stage.http.get(f"{stage.base}/console/api/people", headers={"Origin": stage.base}) as response:
        assert response.status == 200
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]


async def test_the_inbox_starts_from_the_beginning_and_waits(stage: Stage) -> None:
    await stage.say("lilei", "你好")
    await stage.expect("lilei", "您好")
    again = await stage.get("/console/api/inbox", person="lilei", after="0", wait="0")
    assert [message["conversation"] for message in again["messages"]] == ["direct"]
    nothing = await stage.get("/console/api/inbox", person="lilei", after=str(again["messages"][-1]["seq"]), wait="0.2")
    assert nothing == {"messages": []}


async def test_events_stream_messages_and_resume(stage: Stage) -> None:
    await stage.say("lilei", "你好")
    await stage.expect("lilei", "您好")
    timeout = aiohttp.ClientTimeout(total=5)
    async with stage.http.get(f"{stage.base}/console/api/events?person=lilei", timeout=timeout) as stream:
        head = await stream.content.readuntil(b"\n\n")
        assert b"event: message" in head
        assert b"id: 1" in head
    async with stage.http.get(
        f"{stage.base}/console/api/events?person=lilei", headers={"Last-Event-ID": "1"}, timeout=timeout
    ) as stream:
        assert b"still here" in await stream.content.readuntil(b"\n\n")


async def test_health_and_metrics(stage: Stage) -> None:
    assert (await stage.get("/healthz"))["alive"]
    assert (await stage.get("/readyz"))["ready"]
    async with stage.http.get(f"{stage.base}/metrics") as response:
        assert 'hrbot_dead{what="inbox"} 0.0' in await response.text()


async def test_a_file_is_only_its_owners(stage: Stage) -> None:
    await stage.send_file("lilei", "../../etc/病假条.png", b"\x89PNG" + bytes(64), "image/png")
    await stage.settle()
    async with stage.bot.database.engine.connect() as connection:
        file_id = (await connection.exec_driver_sql("select id from bot_file")).scalar_one()
    kept = stage.bot.files.folder / file_id
    assert b"PNG" not in kept.read_bytes()[:64]
    async with stage.http.get(f"{stage.base}/console/api/files/{file_id}?person=lilei") as response:
        assert response.status == 200
        assert "%E7%97%85%E5%81%87%E6%9D%A1.png" in response.headers["Content-Disposition"]
        assert ".." not in response.headers["Content-Disposition"]
    async with stage.http.get(f"{stage.base}/console/api/files/{file_id}?person=hanmeimei") as response:
        assert response.status == 404
