"""`hrbot doctor` and WeCom's intelligent bot: asked without subscribing, which would cut off who is connected."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import embedded
from bot.platforms.wecom.aibot.probe import LOCK
from tests.cli.conftest import Set
from tests.cli.doctoring import bad, codes, found
from tests.fakes.wecom import FakeWeCom


@pytest.fixture
def configured(wecom: FakeWeCom, setenv: Set) -> FakeWeCom:
    bot = wecom.aibot
    setenv({"HRBOT_WECOM__BOT_ID": bot.bot_id, "HRBOT_WECOM__BOT_SECRET": bot.secret, "HRBOT_WECOM__BOT_URL": bot.url})
    return wecom


async def test_it_is_reached_and_nobody_leads(home: Path, configured: FakeWeCom) -> None:
    said = [code for code in await codes(home) if "bot" in code]
    assert sorted(said) == ["wecom_bot_alone", "wecom_bot_ok"]
    assert configured.aibot.subscribes == []
    assert configured.aibot.secret not in str(await found(home))


async def test_somebody_leads(home: Path, configured: FakeWeCom) -> None:
    server = embedded.start(home)
    with server.connect("hrbot") as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        said = await codes(home)
    server.stop()
    assert "wecom_bot_led" in said
    assert "wecom_bot_alone" not in said


@pytest.mark.parametrize(("left_out", "name"), [("BOT_ID", "BOT_ID"), ("BOT_SECRET", "BOT_SECRET")])
async def test_half_a_setting_is_named(
    home: Path, configured: FakeWeCom, setenv: Set, left_out: str, name: str
) -> None:
    setenv({f"HRBOT_WECOM__{left_out}": ""})
    assert await bad(home) == ["wecom_bot_half"]
    assert [one.facts["name"] for one in await found(home) if one.wrong] == [name]


async def test_a_service_that_is_away_is_named(home: Path, configured: FakeWeCom, setenv: Set) -> None:
    setenv({"HRBOT_WECOM__BOT_URL": configured.aibot.url + "/nowhere"})
    assert await bad(home) == ["wecom_bot_offline"]


async def test_without_a_bot_nothing_is_said(home: Path, wecom: FakeWeCom) -> None:
    assert [code for code in await codes(home) if "bot" in code] == []
