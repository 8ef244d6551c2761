"""Callbacks as the messengers send them: signed, each from another person in turn and new, ready to send."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from tests.fakes.dingtalk import Account as DingTalkAccount
from tests.fakes.wecom import Account as WeComAccount

SENTENCES = ("帮助", "我还有几天年假", "我想下周三下午请半天年假", "我的待办", "今天天气怎么样")


def sender(number: int) -> str:
    return f"bench{number}"


def wecom(account: WeComAccount, senders: int, numbers: range) -> Iterator[bytes]:
    """Encrypted; they grow stale after 300 s."""
    at = int(time.time())
    for number in numbers:
        xml = (
            f"<xml><ToUserName><![CDATA[{account.corp_id}]]></ToUserName>"
            f"<FromUserName><![CDATA[{sender(number % senders)}]]></FromUserName><CreateTime>{at}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{SENTENCES[number % len(SENTENCES)]}]]></Content>"
            f"<MsgId>{7_000_000_000_000_000 + number}</MsgId><AgentID>{account.agent_id}</AgentID></xml>"
        )
        query, body = account.envelope(xml, at)
        yield request(f"/callback/wecom?{query}", {"User-Agent": "Mozilla/4.0", "Content-Type": "text/xml"}, body)


def dingtalk(account: DingTalkAccount, senders: int, numbers: range) -> Iterator[bytes]:
    """Robot messages of single chats over HTTP: JSON, signed by a header that does not cover it."""
    at = int(time.time() * 1000)
    headers = {"Content-Type": "application/json; charset=utf-8", "timestamp": str(at), "sign": account.robot_sign(at)}
    for number in numbers:
        who = sender(number % senders)
        message = {
            "msgId": f"msgBench{number:012}==",
            "conversationId": f"cid{who}==",
            "conversationType": "1",
            "senderStaffId": who,
            "senderId": f"$:LWCP_v1:${who}",
            "senderNick": who,
            "senderCorpId": account.corp_id,
            "isAdmin": False,
            "chatbotUserId": "$:LWCP_v1:$robot",
            "chatbotCorpId": account.corp_id,
            "robotCode": account.robot_code,
            "createAt": at,
            "senderPlatform": "Mac",
            "msgtype": "text",
            "text": {"content": SENTENCES[number % len(SENTENCES)]},
        }
        yield request("/callback/dingtalk", headers, json.dumps(message, ensure_ascii=False).encode())


def request(target: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"POST {target} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
