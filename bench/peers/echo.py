"""What every peer does with a callback: check, decrypt, parse, and answer with the encrypted echo, all by wechatpy."""

from __future__ import annotations

import os
from collections.abc import Mapping

from wechatpy.enterprise import create_reply, parse_message
from wechatpy.enterprise.crypto import WeChatCrypto

PATH = "/callback/wecom"
crypto = WeChatCrypto(
    os.environ["HRBOT_WECOM__TOKEN"], os.environ["HRBOT_WECOM__AES_KEY"], os.environ["HRBOT_WECOM__CORP_ID"]
)


def opened(query: Mapping[str, str], body: bytes):
    """The message inside. Raises wechatpy's InvalidSignatureException and others."""
    return parse_message(crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"]))


def sealed(query: Mapping[str, str], message, text: str) -> str:
    """The encrypted passive reply."""
    return crypto.encrypt_message(create_reply(text, message).render(), query["nonce"], query["timestamp"])


def echo(query: Mapping[str, str], body: bytes) -> str:
    message = opened(query, body)
    return sealed(query, message, message.content)
