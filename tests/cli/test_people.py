"""`hrbot people …` on a real server: from an empty company to the first HR person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.kernel import crypto
from tests.cli.conftest import Hrbot
from tests.org.test_import import ENTITY, newcomer, workbook


@pytest.fixture(autouse=True)
def keys_of_its_own(unlocked: crypto.Keyring) -> Iterator[None]:
    """The command unlocks the installation's keys in this process; other tests go on with theirs."""
    yield
    crypto.unlock(unlocked)


def first(**changes: object) -> dict[str, object]:
    own = {"工号": "HR-1", "姓名": "王芳", "部门": "人力资源部", "法人主体": ENTITY, "工作城市": "上海"}
    return newcomer(**{**own, "手机号": "13912345678", **changes})


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(workbook(first(企业微信账号="WangFang"), newcomer(直接上级工号="HR-1", 入职日期="2099-01-04")))
    return file


def test_from_nothing_to_the_first_hr_person(home: Path, hrbot: Hrbot, roster: Path) -> None:
    dry = hrbot("people", "import", roster, "--data-dir", home)
    assert (dry.exit_code, dry.stderr) == (0, "")
    assert "rows: 2 new, 0 changed, 0 unchanged, 0 error" in dry.output
    assert "new departments: 人力资源部, 研发部" in dry.output
    assert "again with --yes" in dry.output
    assert hrbot("people", "list", "--data-dir", home).stdout == ""
    nobody = hrbot("people", "role", "HR-1", "hr", "--data-dir", home)
    assert (nobody.exit_code, nobody.stderr.count("\n")) == (1, 1)
    assert "nobody has the number HR-1" in nobody.stderr

    done = hrbot("people", "import", roster, "--yes", "--data-dir", home)
    assert (done.exit_code, "rows: 2 new" in done.output, "--yes" in done.output) == (0, True, False)
    again = hrbot("people", "import", roster, "--yes", "--data-dir", home)
    assert "rows: 0 new, 0 changed, 2 unchanged" in again.output

    listed = hrbot("people", "list", "--data-dir", home)
    assert sorted(listed.stdout.splitlines()) == ["3001\t曾小贤\t-\t3001", "HR-1\t王芳\t人力资源部\twangfang"]
    assert "139" not in listed.output
    ding = hrbot("people", "list", "--platform", "dingtalk", "--data-dir", home)
    assert "HR-1\t王芳\t人力资源部\thr-1" in ding.stdout

    granted = [hrbot("people", "role", "HR-1", "hr", "--data-dir", home).stdout.strip() for _ in range(2)]
    assert granted == ["HR-1 王芳 has the role hr", "HR-1 王芳 had already the role hr"]
    ended = [hrbot("people", "role", "HR-1", "hr", "--end", "--data-dir", home).stdout.strip() for _ in range(2)]
    assert ended == ["HR-1 王芳 no longer has the role hr", "HR-1 王芳 did not have the role hr"]

    changed = roster.with_name("changed.xlsx")
    later = newcomer(入职日期="2099-01-04", 手机号="1")
    changed.write_bytes(workbook(first(企业微信账号="wf"), later, first(工号="4", 企业微信账号="WF")))
    wrong = hrbot("people", "import", changed, "--data-dir", home)
    assert wrong.exit_code == 1
    assert "row 3 曾小贤: 手机号不对" in wrong.stdout
    assert "row 4 王芳: 表里有两行用了同一个企业微信账号" in wrong.stdout
    assert wrong.stderr == "hrbot: 3 of 3 rows are wrong and would be left out\n"
    changed.write_bytes(workbook(first(企业微信账号="wf"), later))
    half = hrbot("people", "import", changed, "--yes", "--data-dir", home)
    assert (half.exit_code, "row 2 王芳: 企业微信账号 wangfang -> wf" in half.stdout) == (1, True)
    assert "1 of 2 rows are wrong and were left out" in half.stderr
    assert "\twf\n" in hrbot("people", "list", "--data-dir", home).stdout


def test_an_unknown_role_is_one_line_with_the_known_ones(hrbot: Hrbot, tmp_path: Path) -> None:
    done = hrbot("people", "role", "1001", "boss", "--data-dir", tmp_path / "data")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "choose one of: hr, payroll" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "no Excel workbook"),
        (
            workbook({"姓名": "李雷", "工号": "1"}, headers=["工号", "姓名"]),
            "required columns are missing: 部门, 入职日期",
        ),
        (workbook(), "nobody below the header"),
        (workbook({"水果": "苹果"}, headers=["水果"]), "hrbot people template"),
    ],
)
def test_a_file_that_is_no_roster_is_one_line(hrbot: Hrbot, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(content)
    done = hrbot("people", "import", file, "--yes", "--data-dir", tmp_path / "data")
    assert (done.exit_code, done.stderr.count("\n"), said in done.stderr) == (1, 1, True), done.stderr
    assert not (tmp_path / "data").exists()


def test_the_template_is_written_once(hrbot: Hrbot, tmp_path: Path) -> None:
    file = tmp_path / "new.xlsx"
    assert hrbot("people", "template", file).exit_code == 0
    again = hrbot("people", "template", file)
    assert (again.exit_code, "File exists" in again.stderr) == (1, True)
    empty = hrbot("people", "import", file, "--data-dir", tmp_path / "data")
    assert "nobody below the header" in empty.stderr
