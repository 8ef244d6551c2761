"""X11: an address from a message may only be DingTalk's own, or one that the settings name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.platforms.dingtalk.webhook import LONGEST, allowed, reply_to
from config.settings import DingTalk
from tests.dingtalk.shelf import settings
from tests.fakes.dingtalk import Account

PATH = "/robot/sendBySession?session=abc"
OFFICIAL = settings(Account(), "https://api.dingtalk.com")
PLAIN = settings(Account(), "http://127.0.0.1:8081")
PRIVATE = settings(Account(), "https://ding.corp.example:8443")
SIX = settings(Account(), "http://[::1]:8081")
NOW = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("own", "origin"),
    [
        (OFFICIAL, "https://oapi.dingtalk.com"),
        (OFFICIAL, "https://api.dingtalk.com"),
        (OFFICIAL, "https://oapi.dingtalk.com:443"),
        (PLAIN, "https://oapi.dingtalk.com"),
        (PLAIN, "http://127.0.0.1:8081"),
        (PRIVATE, "https://ding.corp.example:8443"),
        (PRIVATE, "https://ding.corp.example"),
        (SIX, "http://[::1]:8081"),
    ],
)
def test_allowed(own: DingTalk, origin: str) -> None:
    assert allowed(origin + PATH, own)


@pytest.mark.parametrize("own", [OFFICIAL, PLAIN, PRIVATE], ids=["official", "plain", "private"])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "oapi.dingtalk.com" + PATH,
        "//oapi.dingtalk.com" + PATH,
        "http://oapi.dingtalk.com" + PATH,
        "HTTPS://oapi.dingtalk.com" + PATH,
        "ftp://oapi.dingtalk.com" + PATH,
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "https://evil.example" + PATH,
        "https://oapi.dingtalk.com.evil.example" + PATH,
        "https://evil-oapi.dingtalk.com" + PATH,
        "https://oapi.dingtalk.com." + PATH,
        "https://.oapi.dingtalk.com" + PATH,
        "https://oapi.dingtalk.com:444" + PATH,
        "https://oapi.dingtalk.com:0443" + PATH,
        "https://oapi.dingtalk.com:" + PATH,
        "https://oapi.dingtalk.com:80" + PATH,
        "https://oapi.dingtalk.com:443@evil.example" + PATH,
        "https://oapi.dingtalk.com@evil.example" + PATH,
        "https://user@oapi.dingtalk.com" + PATH,
        "https://user:pass@oapi.dingtalk.com" + PATH,
        "https://evil.example#@oapi.dingtalk.com" + PATH,
        "https://evil.example?@oapi.dingtalk.com" + PATH,
        "https://evil.example/oapi.dingtalk.com" + PATH,
        "https://evil.example\\@oapi.dingtalk.com" + PATH,
        "https:\\\\oapi.dingtalk.com" + PATH,
        "https:/oapi.dingtalk.com" + PATH,
        "https:///oapi.dingtalk.com" + PATH,
        "https://oapi.dingtalk.com\\.evil.example" + PATH,
        "https://oapi%2edingtalk%2ecom" + PATH,
        "https://oapi.dingtalk.com%00.evil.example" + PATH,
        "https://oapi。dingtalk。com" + PATH,
        "https://ｏａｐｉ.dingtalk.com" + PATH,
        "https://OAPI.DİNGTALK.COM" + PATH,
        "https://oapi.dingtalk.com\n.evil.example" + PATH,
        " https://oapi.dingtalk.com" + PATH,
        "https://oapi.dingtalk.com" + PATH + "\r\nHost: evil.example",
        "https://oapi.dingtalk.com" + PATH + "\n",
        "https://oapi.dingtalk.com" + PATH + "#x",
        "https://oapi.dingtalk.com" + PATH + " x",
        "https://oapi.dingtalk.com/robot/send?access_token=somebody",
        "https://oapi.dingtalk.com/robot/sendBySession/../send?access_token=somebody",
        "https://oapi.dingtalk.com/robot/sendBySession",
        "https://oapi.dingtalk.com//robot/sendBySession?session=a",
        "https://oapi.dingtalk.com/redirect?to=http://10.0.0.1/",
        "http://127.0.0.1" + PATH,
        "http://127.0.0.1:80" + PATH,
        "http://127.0.0.1:8082" + PATH,
        "https://127.0.0.1:8081" + PATH,
        "http://localhost:8081" + PATH,
        "http://127.1:8081" + PATH,
        "http://2130706433:8081" + PATH,
        "http://0x7f.0.0.1:8081" + PATH,
        "http://0177.0.0.1:8081" + PATH,
        "http://[::ffff:127.0.0.1]:8081" + PATH,
        "http://[::1]:8081" + PATH,
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1:8081" + PATH,
        "http://ding.corp.example:8443" + PATH,
        "http://ding.corp.example" + PATH,
        "https://ding.corp.example:8444" + PATH,
        "https://oapi.dingtalk.com" + PATH + "a" * LONGEST,
    ],
)
def test_refused(own: DingTalk, url: str) -> None:
    assert not allowed(url, own)
    assert reply_to(url, NOW.timestamp() + 60, own, NOW) is None


def test_an_address_is_kept_for_its_time_and_a_day_at_most() -> None:
    url, now = "https://oapi.dingtalk.com" + PATH, NOW.timestamp()
    assert reply_to(url, now + 5_400, OFFICIAL, NOW) == (url, now + 5_400)
    assert reply_to(url, now + 1e9, OFFICIAL, NOW) == (url, now + 86_400)
    for over in (now, now - 1, 0.0, float("nan")):
        assert reply_to(url, over, OFFICIAL, NOW) is None
