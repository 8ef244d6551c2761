"""How the messengers are, for an operator: `/readyz` tells and does not count it, `/metrics` counts both alike."""

from __future__ import annotations

import re

from bot import platform_status
from tests.platforms.both import Both
from tests.platforms.run import running

OPEN = "gateway/connections/open"
SAMPLE = re.compile(
    r"^hrbot_platform_(?P<what>calls|incoming)_total\{(?P<labels>[^}]*)\} (?P<count>[0-9.]+)$", re.MULTILINE
)


async def ready(on_both: Both) -> tuple[int, dict[str, str | None]]:
    """The status and what is said of the messengers."""
    async with on_both.stage.http.get(f"{on_both.stage.base}/readyz") as answer:
        told = await answer.json()
        assert told["ready"] is True
        return answer.status, told["platforms"]


async def test_all_is_well(on_both: Both) -> None:
    assert await ready(on_both) == (200, {"wecom": None, "dingtalk": None})
    settings = running(on_both.stage).settings
    assert await platform_status.told_by_server(settings) == {"wecom": "ok", "dingtalk": "ok"}


async def test_a_refused_configuration_is_told_and_answers_go_on(on_both: Both) -> None:
    on_both.wecom.inject("message/send", "errcode", times=None, code=60020)
    await on_both.wecom.say("lilei", "帮助")
    await on_both.writes("hanmeimei", "帮助")
    for _ in range(100):
        status, said = await ready(on_both)
        if said["wecom"]:
            break
    assert (status, said) == (200, {"wecom": "WeCom refuses our configuration: [60020]", "dingtalk": None})


async def test_a_gateway_that_lets_nobody_in_is_told(on_both: Both) -> None:
    on_both.dingtalk.inject(OPEN, "code", times=None, code="invalidClientIdOrSecret", status=400)
    on_both.dingtalk.cut()
    for _ in range(200):
        status, said = await ready(on_both)
        if said["dingtalk"]:
            break
    assert status == 200
    assert "refuses the Stream connection" in (said["dingtalk"] or "")
    found = await platform_status.told_by_server(running(on_both.stage).settings)
    assert found["dingtalk"] == said["dingtalk"]
    assert platform_status.Status("dingtalk", True, server=found["dingtalk"]).ill


async def test_a_pause_of_another_process_is_told(on_both: Both) -> None:
    async with running(on_both.stage).database.engine.begin() as connection:
        await connection.exec_driver_sql(
            "insert into wecom_pause (api, until) values ('message/send', now() + interval '1 minute'),"
            " ('dingtalk:card/instances', now() + interval '1 minute'), ('media/get', now() - interval '1 minute')"
        )
    _, said = await ready(on_both)
    asked = "it asked for a pause of"
    assert said == {"wecom": f"{asked} message/send", "dingtalk": f"{asked} card/instances"}


async def test_nobody_serves(on_both: Both) -> None:
    settings = running(on_both.stage).settings.model_copy(update={"port": 1})
    assert await platform_status.told_by_server(settings) == {}


async def test_both_are_counted_alike(on_both: Both) -> None:
    await on_both.wecom.say("lilei", "帮助")
    await on_both.writes("hanmeimei", "帮助")
    async with on_both.stage.http.get(f"{on_both.stage.base}/metrics") as answer:
        metrics = await answer.text()
    labels = {(found["what"], found["labels"]) for found in SAMPLE.finditer(metrics)}
    for platform, api in (("wecom", "message/send"), ("dingtalk", "card/instances/createAndDeliver")):
        assert ("incoming", f'kind="text",outcome="stored",platform="{platform}"') in labels
        assert ("calls", f'api="{api}",code="0",platform="{platform}"') in labels
    assert "帮助" not in metrics
    assert "lilei" not in metrics
