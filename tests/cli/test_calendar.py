"""`hrbot calendar load` on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.kernel import crypto
from tests.cli.conftest import Hrbot

NOTICE = Path(__file__).parents[1] / "calendar" / "cases" / "notice_2027.yaml"


@pytest.fixture(autouse=True)
def keys_of_its_own(unlocked: crypto.Keyring) -> Iterator[None]:
    """The command unlocks the installation's keys in this process; other tests go on with theirs."""
    yield
    crypto.unlock(unlocked)


def test_a_notice_is_shown_then_loaded_then_known(home: Path, hrbot: Hrbot) -> None:
    shown = hrbot("calendar", "load", NOTICE, "--data-dir", home)
    assert shown.exit_code == 1
    assert "13 statutory days" in shown.output
    assert "2027-02-09 Tue  workday -> adjusted_rest" in shown.output
    assert "2027-02-20 Sat  rest -> adjusted_workday" in shown.output
    assert "run this again with --yes" in shown.stderr
    loaded = hrbot("calendar", "load", NOTICE, "--yes", "--data-dir", home)
    assert (loaded.exit_code, "2027 is loaded" in loaded.output) == (0, True)
    for flags in ((), ("--yes",)):
        again = hrbot("calendar", "load", NOTICE, *flags, "--data-dir", home)
        assert (again.exit_code, "0 days change" in again.output, "nothing to do" in again.output) == (0, True, True)


def test_a_correction_may_follow(home: Path, hrbot: Hrbot, tmp_path: Path) -> None:
    assert hrbot("calendar", "load", NOTICE, "--yes", "--data-dir", home).exit_code == 0
    file = tmp_path / "2027.yaml"
    file.write_text(NOTICE.read_text("utf-8").replace("workdays: [2027-05-08]", "workdays: [2027-04-25]"), "utf-8")
    done = hrbot("calendar", "load", file, "--yes", "--data-dir", home)
    assert done.exit_code == 0
    assert "2027-05-08 Sat  adjusted_workday -> rest" in done.output


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2027-02-07, 2027-02-08]", "2027-02-07]", "春节: 3 statutory days, the law gives 4 (13 in the year)"),
        ("holidays:", "holidays: {", "line"),
    ],
)
def test_a_faulty_file_is_one_line_on_stderr(old: str, new: str, said: str, hrbot: Hrbot, tmp_path: Path) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text(NOTICE.read_text("utf-8").replace(old, new), "utf-8")
    done = hrbot("calendar", "load", file, "--yes", "--data-dir", tmp_path / "data")
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()
