"""The smallest app that talks to the fake of DingTalk, and a card that it takes: what the fake's own tests need."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.fakes.dingtalk import FakeDingTalk

SUBSCRIPTIONS = [
    {"type": "EVENT", "topic": "*"},
    {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"},
    {"type": "CALLBACK", "topic": "/v1.0/card/instances/callback"},
]
Answer = tuple[int, Any]


class App:
    """An API client, a Stream client, and the three HTTP callbacks."""

    def __init__(self, fake: FakeDingTalk, http: aiohttp.ClientSession) -> None:
        self.fake, self.http = fake, http
        self.got: list[dict[str, Any]] = []
        """Frames, `data` parsed."""
        self.posted: list[tuple[str, dict[str, str], Any]] = []
        self.event_answers: list[str | None] = []
        """Of the next events; None: no ack, or HTTP 500."""
        self.card_answer: dict[str, Any] = {}
        self.card_delay = 0.0
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def call(self, api: str, body: Any, *, token: str | None = None, method: str = "POST") -> Answer:
        headers = {"x-acs-dingtalk-access-token": token or await self.token()}
        url = f"{self.fake.base}/v1.0/{api}"
        async with self.http.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def code(self, api: str, body: Any, **options: Any) -> str | None:
        """The error code; None: it was done."""
        _, answer = await self.call(api, body, **options)
        code: str | None = answer.get("code")
        return code

    async def token(self) -> str:
        account = self.fake.account
        body = {"appKey": account.client_id, "appSecret": account.client_secret}
        async with self.http.post(f"{self.fake.base}/v1.0/oauth2/accessToken", json=body) as response:
            return str((await response.json())["accessToken"])

    async def send(self, users: list[str], key: str = "sampleText", **param: Any) -> Any:
        body = {"userIds": users, "msgKey": key, "msgParam": json.dumps(param or {"content": "x"})}
        return (await self.call("robot/oToMessages/batchSend", {"robotCode": self.fake.account.robot_code, **body}))[1]

    def opening(self) -> dict[str, Any]:
        account = self.fake.account
        secret = {"clientId": account.client_id, "clientSecret": account.client_secret}
        return {**secret, "subscriptions": SUBSCRIPTIONS, "ua": "test", "localIp": "127.0.0.1"}

    async def listen(self) -> URL:
        """Open a connection and answer what comes; its address."""
        _, place = await self.call("gateway/connections/open", self.opening(), token="-")
        url = URL(place["endpoint"]).with_query(ticket=place["ticket"])
        socket = await self.http.ws_connect(url)
        self.sockets.append(socket)
        self.tasks.append(asyncio.create_task(self.answered(socket)))
        await self.fake.connected(len([one for one in self.sockets if not one.closed]))
        return url

    async def answered(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            frame = json.loads(message.data)
            frame["data"] = json.loads(frame["data"])
            self.got.append(frame)
            data = await self.ack(frame)
            if data is not None:
                headers = {"messageId": frame["headers"]["messageId"], "contentType": "application/json"}
                await socket.send_json({"code": 200, "message": "OK", "headers": headers, "data": json.dumps(data)})

    async def ack(self, frame: dict[str, Any]) -> Any:
        if frame["type"] == "SYSTEM":
            return frame["data"] if frame["headers"]["topic"] == "ping" else None
        if frame["type"] == "EVENT":
            status = self.event_answers.pop(0) if self.event_answers else "SUCCESS"
            return status and {"status": status, "message": ""}
        if "card" in frame["headers"]["topic"]:
            await asyncio.sleep(self.card_delay)
            return {"response": self.card_answer}
        return {"response": None}

    async def callback(self, request: web.Request) -> web.Response:
        """/robot, /event, /card."""
        name, query, body = request.path[1:], request.query, await request.json()
        self.posted.append((name, dict(request.headers), body))
        if name != "event":
            return web.json_response(self.card_answer)
        crypto = self.fake.account.crypto()
        self.posted[-1][2]["plain"] = json.loads(
            crypto.decrypt_message(body, query["signature"], query["timestamp"], query["nonce"])
        )
        answer = self.event_answers.pop(0) if self.event_answers else "success"
        return web.json_response(
            crypto.encrypt_message(answer, "n", 1) if answer else {}, status=200 if answer else 500
        )


@asynccontextmanager
async def listening(members: list[str], groups: dict[str, list[str]]) -> AsyncIterator[App]:
    """The fake with the app behind it, its HTTP callbacks ready; Stream connections are made by `listen`."""
    async with FakeDingTalk(members, groups) as fake, aiohttp.ClientSession() as http:
        app = App(fake, http)
        server = web.Application()
        server.router.add_post("/{name}", app.callback)
        runner = web.AppRunner(server)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        fake.robot_url, fake.event_url, fake.card_url = (f"{origin}/{name}" for name in ("robot", "event", "card"))
        fake.redeliver_after = 0.01
        fake.limits.default = 1000
        yield app
        for task in app.tasks:
            task.cancel()
        await runner.cleanup()


def card(fake: FakeDingTalk, user: str = "u1", track: str = "cd1@1", **params: Any) -> dict[str, Any]:
    """createAndDeliver to one person."""
    shown = {"title": "请假审批", "buttons": json.dumps([{"id": "ok", "text": "同意"}, {"id": "no", "text": "驳回"}])}
    return {
        "cardTemplateId": fake.account.card_template_id,
        "outTrackId": track,
        "callbackType": "STREAM",
        "cardData": {"cardParamMap": {**shown, **params}},
        "openSpaceId": f"dtv1.card//IM_ROBOT.{user}",
        "imRobotOpenSpaceModel": {"supportForward": False, "lastMessageI18n": {"ZH_CN": "请假审批：小王"}},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": fake.account.robot_code},
    }
