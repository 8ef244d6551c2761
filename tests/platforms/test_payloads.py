"""Every kind of message and event in the fact sheets, through the whole stack: stored, answered, counted, once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.platforms.dingtalk import events, frames, presses
from bot.platforms.dingtalk import messages as dingtalk_messages
from bot.platforms.wecom import messages as wecom_messages
from domain.kernel.clock import shanghai
from tests.conftest import NOW, CompanyFactory
from tests.dingtalk.stage import dingtalk_stage
from tests.platforms.cases import KINDS, SUFFIX, cases, names
from tests.platforms.dingtalk_way import GROUP, DingTalkWay
from tests.platforms.run import Run
from tests.platforms.wecom_way import WeComWay
from tests.wecom.stage import wecom_stage

CODED = {
    "wecom": wecom_messages.KINDS,
    "dingtalk": dingtalk_messages.KINDS | events.KINDS | {presses.CARD, frames.PING, frames.DISCONNECT},
}
"""Kinds that the code tells apart."""


@pytest.mark.parametrize("platform", SUFFIX)
def test_every_kind_of_the_fact_sheets_has_a_payload(platform: str) -> None:
    listed = [name for names_of_one in KINDS[platform].values() for name in names_of_one]
    assert sorted(listed) == names(platform)
    assert all(KINDS[platform].values()), "a kind without a payload"
    assert {case.kind for way in ("stream", "http") for case in cases(platform, way)} == CODED[platform]


async def played(run: Run, way: str) -> None:
    """Each case once, then all of them again."""
    for case in cases(run.way.platform, way):
        await run.play(case)
    await run.quiet("the first time")
    for case in run.sent:
        await run.play_again(case)
    await run.quiet("the second time")


def printed(capsys: pytest.CaptureFixture[str], run: Run, way: str) -> None:
    with capsys.disabled():
        kinds = len(KINDS[run.way.platform])
        sys.stdout.write(
            f"\n{run.way.platform} over {way}: {len(run.sent)} payloads, {kinds} kinds in the fact sheets "
        )


async def test_wecom(company: CompanyFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with wecom_stage(await company(NOW), tmp_path, shanghai(NOW)) as stage:
        run = Run(stage, WeComWay(stage.fake))
        await played(run, "http")
    printed(capsys, run, "http")
    assert not run.faults, "\n".join(run.faults)
    assert not stage.fake.warnings


@pytest.mark.parametrize("way", ["stream", "http"])
async def test_dingtalk(way: str, company: CompanyFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = await company(NOW)
    async with dingtalk_stage(url, tmp_path, shanghai(NOW)) as stage:
        fake = stage.fake
        fake.groups[GROUP] = ["lilei", "xuli"]
        fake.robot_url = fake.event_url = fake.card_url = f"{stage.base}/callback/dingtalk"
        ding = DingTalkWay(fake, way)
        run = Run(stage, ding)
        await played(run, way)
    printed(capsys, run, way)
    assert not run.faults, "\n".join(run.faults)
    assert await used(url) == ding.pushed


async def used(url: str) -> int:
    """Pushes of this month, as they were written down."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = (await connection.execute(text("select sum(pushes) from dingtalk_usage"))).scalar_one()
    await engine.dispose()
    return int(found)
