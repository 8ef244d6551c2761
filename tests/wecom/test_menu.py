"""The app's menu: the company's file is sound, what WeCom would refuse is refused here, and taps say something."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.platforms.port import TryLater, Undeliverable
from bot.platforms.wecom import menu
from bot.platforms.wecom.api import WeComApi
from bot.understanding.roster import roster_file
from bot.understanding.understander import Understander
from domain.kernel.clock import shanghai
from tests.conftest import NOW
from tests.fakes.wecom import FakeWeCom

API = "menu/create"


def keys(document: dict[str, list[dict[str, object]]]) -> list[str]:
    found: list[str] = []
    for button in document["button"]:
        below = button.get("sub_button") or [button]
        assert isinstance(below, list)
        found += [str(one["key"]) for one in below]
    return found


def test_the_companys_menu_says_what_is_understood() -> None:
    understander = Understander.load(roster_file())
    for key in keys(menu.read()):
        prefix, _, sentence = key.partition(":")
        assert prefix == "say"
        assert understander.understand(sentence, shanghai(NOW)).intent, sentence


async def test_the_companys_menu_is_taken(api: WeComApi, wecom: FakeWeCom) -> None:
    await api.create_menu(menu.read())
    assert wecom.menu == menu.read()["button"]
    assert wecom.calls[API][0].query["agentid"] == str(wecom.account.agent_id)
    assert wecom.warnings == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "1 to 3 entries"),
        ("- {name: 一, say: 一}\n" * 4, "1 to 3 entries"),
        ("- name: 多\n  items:\n" + "  - {name: 一, say: 一}\n" * 6, "entry 1: 1 to 5 entries"),
        ("- {name: 我要请六个字, say: 请假}", "name has 18 bytes, at most 16"),
        (
            "- {name: 长, items: [{name: 这个名字实在是太长了放不下去, say: 请假}]}",
            "item 1: name has 42 bytes, at most 40",
        ),
        (f"- {{name: 长, say: {'话' * 42}}}", "say has 126 bytes, at most 124"),
        ("- {name: 请假}", "either say or items"),
        ("- {name: 请假, say: 请假, items: []}", "either say or items"),
        ("- {name: 请假, url: x}", "nothing else"),
        ("- {name: 8, say: 请假}", "name is a line of text"),
        ('- {name: 请假, say: "  "}', "say is a line of text"),
        ("- {name: 一, items: [{name: 二, items: [{name: 三, say: 三}]}]}", "a list below a list"),
        ("- 请假", "nothing else"),
        ("{", "cannot be read"),
    ],
)
def test_what_is_no_menu(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "menu.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(menu.MenuRefused, match=why):
        menu.read(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(menu.MenuRefused, match="cannot be read"):
        menu.read(tmp_path / "none.yaml")


@pytest.mark.parametrize(("name", "key"), [("六个汉字太长", "say:x"), ("请假", "k" * 129), ("请假", "")])
async def test_what_wecom_refuses_is_told(api: WeComApi, wecom: FakeWeCom, name: str, key: str) -> None:
    with pytest.raises(Undeliverable):
        await api.create_menu({"button": [{"type": "click", "name": name, "key": key}]})
    assert wecom.menu is None


async def test_an_app_without_the_right_waits(api: WeComApi, wecom: FakeWeCom) -> None:
    wecom.inject(API, "errcode", code=48002)
    with pytest.raises(TryLater, match="not permitted"):
        await api.create_menu(menu.read())
