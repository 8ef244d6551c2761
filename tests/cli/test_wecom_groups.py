"""`hrbot wecom group create|list|sync`, on the strict fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.kernel import crypto
from tests.cli.conftest import Hrbot, Set
from tests.cli.test_people_sync import Beside
from tests.fakes.wecom import FakeWeCom
from tests.org.test_import import ENTITY, newcomer, workbook


@pytest.fixture(autouse=True)
def keys_of_its_own(unlocked: crypto.Keyring) -> Iterator[None]:
    yield
    crypto.unlock(unlocked)


@pytest.fixture
def fake(home: Path, hrbot: Hrbot, tmp_path: Path, setenv: Set) -> Iterator[FakeWeCom]:
    """Three people of 研发部, two of them on WeCom under their numbers."""
    file = tmp_path / "roster.xlsx"
    rows = [
        newcomer(工号=f"300{at}", 姓名=name, 手机号=f"1380000000{at}", 法人主体=ENTITY, 工作城市="上海")
        for at, name in enumerate(("李一", "李二", "李三"), 1)
    ]
    file.write_bytes(workbook(*rows))
    assert hrbot("people", "import", file, "--yes", "--data-dir", home).exit_code == 0
    fake = FakeWeCom(members={"3001", "3002", "guest"})
    fake.departments = {1: {"3001"}, 2: {"3002", "guest"}}
    with Beside(fake):
        setenv(fake.environment())
        yield fake


def test_not_configured(home: Path, hrbot: Hrbot) -> None:
    done = hrbot("wecom", "group", "list", "--data-dir", home)
    assert (done.exit_code, done.stdout) == (0, "")
    made = hrbot("wecom", "group", "create", "--unit", "研发部", "--data-dir", home)
    assert (made.exit_code, "not configured" in made.stderr) == (1, True)


def test_what_cannot_be_is_said_in_a_line(home: Path, hrbot: Hrbot, fake: FakeWeCom) -> None:
    unknown = hrbot("wecom", "group", "create", "--unit", "火星部", "--data-dir", home)
    assert (unknown.exit_code, unknown.stderr) == (1, "hrbot: no department is called 火星部\n")
    fake.inject("user/list", "errcode", code=60020)
    refused = hrbot("wecom", "group", "create", "--unit", "研发部", "--data-dir", home)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "not a trusted one" in refused.stderr


def test_a_group_is_made_listed_and_kept(home: Path, hrbot: Hrbot, fake: FakeWeCom) -> None:
    made = hrbot("wecom", "group", "create", "--unit", "研发部", "--name", "研发大群", "--data-dir", home)
    assert made.exit_code == 0, made.output
    assert "研发大群\towner 3002\t2 members" in made.stdout
    assert "研发大群\towner 3002\t2 members\t" in hrbot("wecom", "group", "list", "--data-dir", home).stdout
    fake.members.add("3003")
    fake.departments[1].add("3003")
    assert hrbot("wecom", "group", "sync", "--data-dir", home).stdout == "研发大群\t1 added\t0 removed\n"
    [chat] = fake.chats.values()
    assert chat.owner == "3002", "without a head whoever owns it goes on"
    assert chat.members == {"3001", "3002", "3003"}
    fake.chats.clear()
    gone = hrbot("wecom", "group", "sync", "--data-dir", home)
    assert (gone.exit_code, gone.stderr) == (1, "the group of 研发部 is gone from WeCom\n")
    again = hrbot("wecom", "group", "create", "--unit", "研发部", "--data-dir", home)
    assert (again.exit_code, "has a group" in again.stderr) == (1, True)
