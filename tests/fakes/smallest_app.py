"""The smallest app that talks to the fake, and cards that WeCom takes: what the fake's own tests need."""

from __future__ import annotations

from typing import Any

import aiohttp
import xmltodict
from aiohttp import web
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.fakes.wecom import FakeWeCom

URL = {"type": 1, "url": "https://hr.example/x"}


class App:
    """The smallest app that talks to the fake: an API client, and a callback that opens envelopes with wechatpy."""

    def __init__(self, fake: FakeWeCom, http: aiohttp.ClientSession) -> None:
        self.fake, self.http = fake, http
        self.got: list[dict[str, Any]] = []
        self.answers: list[int] = []

    async def token(self) -> str:
        account = self.fake.account
        query = {"corpid": account.corp_id, "corpsecret": account.secret}
        async with self.http.get(f"{self.fake.base}/gettoken", params=query) as response:
            return str((await response.json())["access_token"])

    async def call(self, api: str, body: Any, token: str | None = None) -> Any:
        query = {"access_token": token or await self.token()}
        async with self.http.post(f"{self.fake.base}/{api}", params=query, json=body) as response:
            assert response.status == 200
            return await response.json()

    async def send(self, kind: str, content: Any, touser: str = "lilei", **more: Any) -> Any:
        body = {"touser": touser, "msgtype": kind, "agentid": self.fake.account.agent_id, kind: content, **more}
        return await self.call("message/send", body)

    async def update(self, code: str, **change: Any) -> Any:
        body = {"userids": ["lilei"], "agentid": self.fake.account.agent_id, "response_code": code, **change}
        return await self.call("message/update_template_card", body)

    async def callback(self, request: web.Request) -> web.Response:
        account, query = self.fake.account, request.query
        crypto = WeChatCrypto(account.token, account.aes_key, account.corp_id)
        stamp, nonce = query["timestamp"], query["nonce"]
        if request.method == "GET":
            return web.Response(body=crypto.check_signature(query["msg_signature"], stamp, nonce, query["echostr"]))
        plain = crypto.decrypt_message(await request.read(), query["msg_signature"], stamp, nonce)
        self.got.append(xmltodict.parse(plain)["xml"])
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


def card(**more: Any) -> dict[str, Any]:
    return {
        "card_type": "button_interaction",
        "task_id": "cd_1@1",
        "main_title": {"title": "请假审批", "desc": "李雷"},
        "horizontal_content_list": [{"keyname": "类型", "value": "年假"}],
        "button_list": [{"text": "同意", "style": 1, "key": "agree"}, {"text": "驳回", "style": 4, "key": "reject"}],
        **more,
    }


VOTE: dict[str, Any] = {
    "card_type": "vote_interaction",
    "task_id": "sv-1",
    "main_title": {"title": "年会餐食"},
    "checkbox": {
        "question_key": "meal",
        "mode": 0,
        "option_list": [{"id": "a", "text": "清真"}, {"id": "b", "text": "素食"}],
    },
    "submit_button": {"text": "提交", "key": "submit$"},
}
MULTIPLE: dict[str, Any] = {
    "card_type": "multiple_interaction",
    "task_id": "pc-1",
    "main_title": {"title": "补卡申请"},
    "select_list": [
        {
            "question_key": "slot",
            "title": "班次",
            "selected_id": "on",
            "option_list": [{"id": "on", "text": "上班"}, {"id": "off", "text": "下班"}],
        }
    ],
    "submit_button": {"text": "提交", "key": "punch.submit"},
}
NOTICE: dict[str, Any] = {
    "card_type": "text_notice",
    "main_title": {"title": "已同意", "desc": "王建国"},
    "card_action": URL,
}
NEWS = {**NOTICE, "card_type": "news_notice", "card_image": {"url": "https://hr.example/a.png", "aspect_ratio": 1.5}}
