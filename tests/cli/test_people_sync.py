"""`hrbot people sync|code`: a directory compared with the people here, on the strict fakes."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.kernel import crypto
from tests.cli.conftest import Hrbot
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.wecom import FakeWeCom
from tests.org.test_import import ENTITY, newcomer, workbook


@pytest.fixture(autouse=True)
def keys_of_its_own(unlocked: crypto.Keyring) -> Iterator[None]:
    """The command unlocks the installation's keys in this process; other tests go on with theirs."""
    yield
    crypto.unlock(unlocked)


class Beside:
    """A fake that serves in a thread of its own while commands run their own loops."""

    def __init__(self, fake: FakeWeCom | FakeDingTalk) -> None:
        self.fake, self.loop = fake, asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.fake.start(), self.loop).result(10)

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.fake.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture
def people(home: Path, hrbot: Hrbot, tmp_path: Path) -> None:
    """李一 to 李四, numbers 3001 to 3004; all employed."""
    file = tmp_path / "roster.xlsx"
    rows = [
        newcomer(工号=f"300{at}", 姓名=name, 手机号=f"1380000000{at}", 法人主体=ENTITY, 工作城市="上海")
        for at, name in enumerate(("李一", "李二", "李三", "李四"), 1)
    ]
    file.write_bytes(workbook(*rows))
    done = hrbot("people", "import", file, "--yes", "--data-dir", home)
    assert done.exit_code == 0, done.output


def used(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("people")
def test_wecom_is_compared_then_linked(home: Path, hrbot: Hrbot, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeWeCom(members={"3001", "LiEr", "LiSan", "guest"})
    fake.departments = {1: {"3001", "LiEr"}, 7: {"LiSan", "guest", "LiEr"}}
    fake.names = {"3001": ("李一", ""), "LiEr": ("李二", "3002"), "LiSan": ("李三", ""), "guest": ("访客", "")}
    with Beside(fake):
        used(monkeypatch, fake.environment())
        dry = hrbot("people", "sync", "wecom", "--data-dir", home)
        assert dry.exit_code == 0, dry.output
        assert sorted(dry.stdout.splitlines()[:4]) == [
            "by name\tLiSan\t李三\t3003 李三",
            "by number\tLiEr\t李二\t3002 李二",
            "no account\t-\t-\t3004 李四",
            "unknown\tguest\t访客\t-",
        ]
        assert "1 linked, 1 number, 1 name, 0 ambiguous, 0 left, 1 unknown, 1 without account" in dry.stdout
        assert "nothing was linked yet" in dry.stdout
        assert "138" not in dry.output
        some = hrbot("people", "sync", "wecom", "--yes", "--data-dir", home)
        assert "1 linked\n" in some.stdout
        assert "add --by-name" in some.stderr
        assert "李三\t研发部\t3003\n" in hrbot("people", "list", "--data-dir", home).stdout
        rest = hrbot("people", "sync", "wecom", "--yes", "--by-name", "--data-dir", home)
        assert "2 linked, 0 number, 1 name" in rest.stdout
        listed = hrbot("people", "list", "--data-dir", home).stdout
        assert sorted(re.findall(r"\t(\S+)$", listed, re.MULTILINE)) == ["3001", "3004", "lier", "lisan"]
        again = hrbot("people", "sync", "wecom", "--yes", "--by-name", "--data-dir", home)
        assert "3 linked, 0 number, 0 name" in again.stdout
        assert "0 linked" in again.stdout
        fake.inject("user/list", "errcode", code=60020)
        down = hrbot("people", "sync", "wecom", "--data-dir", home)
        assert (down.exit_code, down.stderr.count("\n")) == (1, 1)
        assert "cannot be read now: user/list: this server's address" in down.stderr
        assert fake.warnings == []


@pytest.mark.usefixtures("people")
def test_dingtalk_in_pages_and_levels(home: Path, hrbot: Hrbot, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"guest{at}" for at in range(150)]
    fake = FakeDingTalk(members=set(many))
    fake.departments = {1: (0, []), 10: (1, many), 11: (10, ["u3", "u4"]), 12: (1, ["u4"])}
    fake.names = {"u3": ("李三", "3003"), "u4": ("李四", "")}
    with Beside(fake):
        used(monkeypatch, fake.environment())
        done = hrbot("people", "sync", "dingtalk", "--yes", "--data-dir", home)
        assert done.exit_code == 0, done.output
        assert "0 linked, 1 number, 1 name, 0 ambiguous, 0 left, 150 unknown, 2 without account" in done.stdout
        assert "1 linked\n" in done.stdout
        listed = hrbot("people", "list", "--platform", "dingtalk", "--data-dir", home).stdout
        assert sorted(re.findall(r"\t(\S+)$", listed, re.MULTILINE)) == ["3001", "3002", "3004", "u3"]
        assert len(fake.calls["topapi/v2/user/list"]) == 5
        assert fake.warnings == []


def test_not_configured(home: Path, hrbot: Hrbot) -> None:
    done = hrbot("people", "sync", "dingtalk", "--data-dir", home)
    assert (done.exit_code, done.stderr) == (1, "hrbot: dingtalk is not configured (HRBOT_DINGTALK__…)\n")


@pytest.mark.usefixtures("people")
def test_a_code_for_somebody(home: Path, hrbot: Hrbot) -> None:
    done = hrbot("people", "code", "3001", "--data-dir", home)
    assert re.fullmatch(r"3001 李一: [2-9A-Z]{4}-[2-9A-Z]{4}\n", done.stdout)
    assert "good once, until" in done.stderr
    nobody = hrbot("people", "code", "9", "--data-dir", home)
    assert (nobody.exit_code, nobody.stderr.count("\n")) == (1, 1)
