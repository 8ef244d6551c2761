"""X11: no address in a message, and no redirect, leads us anywhere; the fixture `inside` fails when it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.platforms.both import GROUP, Both
from tests.platforms.conftest import Inside

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
LOCAL = (
    "http://127.0.0.1:{port}",
    "http://localhost:{port}",
    "http://[::ffff:127.0.0.1]:{port}",
    "http://2130706433:{port}",
)
"""Ways to write this machine."""


def addresses(inside: Inside, path: str) -> list[str]:
    port = inside.base.rpartition(":")[2]
    return [one.format(port=port) + path for one in LOCAL]


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


async def test_addresses_in_messages_of_wecom(on_both: Both, inside: Inside) -> None:
    """A picture is fetched by its media id, links are not looked at."""
    fake = on_both.wecom
    for url in addresses(inside, "/a.png"):
        media = {"PicUrl": url, "MediaId": fake.keep("image", "a.png", PICTURE)}
        await fake.message("lilei", "image", media)
        await fake.message("lilei", "link", {"Title": "看", "Description": url, "Url": url, "PicUrl": url})
        await fake.event("lilei", "view", {"EventKey": url})
        await fake.say("hanmeimei", f"看看 {url}")
    await on_both.stage.settle()
    assert len(fake.calls["media/get"]) == len(LOCAL)
    assert fake.seen["lilei"]
    assert inside.asked == []


async def test_addresses_in_messages_of_dingtalk(on_both: Both, inside: Inside) -> None:
    """The answer goes through the robot API when the message names another address than DingTalk's."""
    fake = on_both.dingtalk
    for url in addresses(inside, "/robot/sendBySession?session=x"):
        changes = {"sessionWebhook": url}
        await fake.say("lilei", "我还有几天年假", changes=changes)
        await fake.say("xuli", "我还有几天年假", group=GROUP, changes=changes)
        await fake.say("xuli", "你好", unnamed=True, changes=changes)
        await fake.message("lilei", "link", {"content": {"messageUrl": url, "picUrl": url}}, changes=changes)
    await on_both.stage.settle()
    assert [len(on_both.of("lilei", "年假")), len(fake.calls["robot/sendBySession"])] == [len(LOCAL), 0]
    assert inside.asked == []


async def test_addresses_of_files(on_both: Both, inside: Inside) -> None:
    """What `messageFiles/download` names is followed to DingTalk and to public addresses only."""
    fake = on_both.dingtalk
    for url in [*addresses(inside, "/a.png"), inside.base.replace("http:", "https:"), "file:///etc/passwd"]:
        fake.inject("robot/messageFiles/download", "answer", body={"downloadUrl": url})
        await fake.send_picture("lilei", PICTURE)
        await on_both.stage.settle()
    assert len(on_both.of("lilei", "请再发一次")) == len(LOCAL) + 2
    assert fake.calls["files"] == []
    assert inside.asked == []


@pytest.mark.parametrize("api", ["gettoken", "message/send", "media/get"])
async def test_a_redirect_of_wecom_is_not_followed(on_both: Both, inside: Inside, api: str) -> None:
    fake = on_both.wecom
    fault = fake.inject(api, "redirect", to=f"{inside.base}/cgi-bin/{api}")
    await fake.send_image("lilei", PICTURE)
    await until(lambda: fault.used)
    await asyncio.sleep(0.2)
    assert inside.asked == []


@pytest.mark.parametrize(
    "api",
    [
        "oauth2/accessToken",
        "card/instances/createAndDeliver",
        "robot/sendBySession",
        "robot/messageFiles/download",
        "files",
    ],
)
async def test_a_redirect_of_dingtalk_is_not_followed(on_both: Both, inside: Inside, api: str) -> None:
    fake = on_both.dingtalk
    fault = fake.inject(api, "redirect", to=f"{inside.base}/{api}")
    await fake.say("xuli", "你好", unnamed=True)
    await fake.say("hanmeimei", "我想下周三下午请半天年假")
    await fake.send_picture("lilei", PICTURE)
    await until(lambda: fault.used)
    await asyncio.sleep(0.2)
    assert inside.asked == []


async def test_a_redirect_of_the_gateway_is_not_followed(on_both: Both, inside: Inside) -> None:
    fake = on_both.dingtalk
    fault = fake.inject("gateway/connections/open", "redirect", to=f"{inside.base}/open", times=2)
    fake.cut()
    await until(lambda: fault.used == 2)
    await fake.connected(1)
    assert (await fake.say("lilei", "我还有几天年假")).in_time
    assert inside.asked == []
