"""`hrbot dingtalk callback register`: DingTalk is told where presses go, and they come in then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import Result

from bot.cli.dingtalk import callback_address
from tests.cli.conftest import Hrbot
from tests.dingtalk.shelf import Door, Shelf
from tests.fakes.dingtalk import FakeDingTalk

REGISTER = "card/callbacks/register"
ADDRESS = "https://hr.example.com/callback/dingtalk"


@pytest.fixture
async def dingtalk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDingTalk]:
    async with FakeDingTalk(members={"lilei"}) as fake:
        fake.mode = "http"
        for name, value in fake.environment().items():
            monkeypatch.setenv(name, value)
        yield fake


async def told(hrbot: Hrbot, home: Path, *more: str) -> Result:
    """The fake goes on answering meanwhile."""
    return await asyncio.to_thread(hrbot, "dingtalk", "callback", "register", *more, "--data-dir", home)


async def test_the_address_is_registered_and_presses_signed_for_it_are_taken(
    hrbot: Hrbot, home: Path, dingtalk: FakeDingTalk
) -> None:
    done = await told(hrbot, home, "--url", "https://hr.example.com")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"hrbot\t{ADDRESS}" in done.stdout
    address, secret = dingtalk.routes["hrbot"]
    assert address == ADDRESS
    assert dingtalk.account.client_secret not in done.output
    async with Door(dingtalk, Shelf()) as door:
        dingtalk.routes["hrbot"] = (dingtalk.card_url, secret)
        assert (await dingtalk.press("lilei", "cd_1@1", "agree", force=True)).in_time
        assert [update.action for update in door.shelf.kept.values()] == ["agree"]


async def test_again_it_takes_the_place_of_the_other(
    hrbot: Hrbot, home: Path, dingtalk: FakeDingTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(hrbot, home, "--url", "https://old.example.com/callback/dingtalk")
    monkeypatch.setenv("HRBOT_PUBLIC_URL", "https://hr.example.com")
    assert (await told(hrbot, home)).exit_code == 0
    assert dingtalk.routes["hrbot"][0] == ADDRESS


async def test_show_sends_nothing(hrbot: Hrbot, home: Path, dingtalk: FakeDingTalk) -> None:
    done = await told(hrbot, home, "--show", "--url", "https://hr.example.com")
    assert (done.exit_code, dingtalk.calls[REGISTER], dingtalk.routes) == (0, [], {})
    assert ADDRESS in done.stdout
    assert "nothing was sent" in done.stdout


async def test_in_stream_mode_it_says_that_nobody_needs_it(
    hrbot: Hrbot, home: Path, dingtalk: FakeDingTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HRBOT_DINGTALK__MODE", "stream")
    done = await told(hrbot, home, "--show", "--url", "https://hr.example.com")
    assert "over Stream" in done.stderr


async def test_what_dingtalk_refuses_is_told(hrbot: Hrbot, home: Path, dingtalk: FakeDingTalk) -> None:
    dingtalk.missing_permissions.add(REGISTER)
    done = await told(hrbot, home, "--url", "https://hr.example.com")
    assert done.exit_code == 1
    assert "permission" in done.stderr
    dingtalk.missing_permissions.clear()
    dingtalk.inject(REGISTER, "code", code="param.error")
    done = await told(hrbot, home, "--url", "https://hr.example.com")
    assert done.exit_code == 1
    assert "a parameter is refused" in done.stderr
    assert "Traceback" not in done.output


async def test_nothing_is_configured(hrbot: Hrbot, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await told(hrbot, home, "--url", "https://hr.example.com")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "not configured" in done.stderr


async def test_without_an_address(hrbot: Hrbot, home: Path, dingtalk: FakeDingTalk) -> None:
    done = await told(hrbot, home)
    assert done.exit_code == 1
    assert "HRBOT_PUBLIC_URL" in done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "http://hr.example.com",
        "hr.example.com",
        "https://",
        "https://hr.example.com/callback/wecom",
        "https://hr.example.com/?x=1",
        "https://user@hr.example.com",
        "ftp://hr.example.com",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        callback_address(url)
