"""Titles, scopes, starts that keep away from the crowd, and how long it takes."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.broadcasting.plan import EATS_RESERVE, USES_UP, Lane, plan, reserve
from domain.announcements.rules import TITLE, may_announce, title_of, uncrowded
from domain.kernel.clock import shanghai
from handlers.announcements_words import body_in


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("下周三停电居家", "下周三停电居家"),
        ("周五 18:00 断电。请保存文件。", "周五 18:00 断电"),
        ("放假安排\n五一放五天", "放假安排"),
        ("各位同事，" + "很长" * 30, "各位同事"),
        ("长" * 60, "长" * (TITLE - 1) + "…"),
    ],
)
def test_the_title_is_the_first_thing_said(body: str, title: str) -> None:
    assert title_of(body) == title


def test_who_may_announce_to_whom() -> None:
    assert may_announce(True, None, ())
    assert may_announce(False, "rd", {"rd", "rd1"})
    assert not may_announce(False, None, {"rd"}), "everybody is HR's"
    assert not may_announce(False, "sales", {"rd"})


@pytest.mark.parametrize(
    ("wished", "starts"),
    [("09:00", "09:02"), ("09:01", "09:02"), ("09:02", "09:02"), ("09:30", "09:32"), ("09:29", "09:29")],
)
def test_starts_keep_away_from_the_full_and_the_half_hour(wished: str, starts: str) -> None:
    def at(clock: str) -> datetime:
        return shanghai(f"2026-03-12T{clock}")

    assert uncrowded(at(wished)) == at(starts)


@pytest.mark.parametrize(
    ("text", "unit", "body"),
    [
        ("公告:下周三停电居家,全员必读", None, "下周三停电居家"),
        ("给研发部发个通知,下午开会", "研发部", "下午开会"),
        ("给研发部发个通知,研发部下午开会", "研发部", "研发部下午开会"),
        ("通知客服部下午三点培训", "客服部", "下午三点培训"),
        ("发通知给销售部:明天下午3点开会", "销售部", "明天下午3点开会"),
        ("通知大家周五下午团建", None, "周五下午团建"),
        ("给大家发个消息说停水", None, "停水"),
        ("全员公告:五一放假安排", None, "五一放假安排"),
        ("全员通知明天放假", None, "明天放假"),
        ("公告：各位同事，周五断电。请保存文件。必读", None, "各位同事，周五断电。请保存文件"),
        ("通知一下客服部的同事下午三点培训", "客服部", "下午三点培训"),
        ("帮我给大家说一声，明天下午三点消防演习", None, "明天下午三点消防演习"),
        ("给研发部发通知，请大家明天开会", "研发部", "请大家明天开会"),
        ("帮我发公告", None, ""),
        ("我要发个公告", None, ""),
        ("给全体员工发通知", None, ""),
    ],
)
def test_what_is_announced_is_not_how_it_was_asked_for(text: str, unit: str | None, body: str) -> None:
    assert body_in(text, unit) == body


WECOM = Lane(per_call=1_000, seconds=0.5, per_minute=9_500)
ROBOT = Lane(per_call=20, seconds=0.25, per_minute=900, left=400, reserve=100)


def test_calls_and_seconds() -> None:
    made = plan({"wecom": 10_000, "dingtalk": 200, "console": 0}, {"wecom": WECOM, "dingtalk": ROBOT})
    assert made.calls == {"wecom": 10, "dingtalk": 10}
    assert made.seconds == 5.0, "the platforms are served at the same time"
    assert made.warnings == ()
    assert not made.refused


def test_more_than_a_minute_allows_waits_for_the_next() -> None:
    slow = Lane(per_call=1, seconds=0.01, per_minute=100)
    assert plan({"slow": 100}, {"slow": slow}).seconds == 1.0
    assert plan({"slow": 101}, {"slow": slow}).seconds == 60.0
    assert plan({"slow": 250}, {"slow": slow}).seconds == 120.0


def test_the_months_calls() -> None:
    lanes = {"dingtalk": ROBOT}
    (warned,) = plan({"dingtalk": 301 * 20}, lanes).warnings
    assert (warned.code, warned.calls, warned.left) == (EATS_RESERVE, 301, 400)
    assert plan({"dingtalk": 300 * 20}, lanes).warnings == ()
    beyond = plan({"dingtalk": 401 * 20}, lanes)
    assert beyond.refused
    assert beyond.warnings[0].code == USES_UP


@pytest.mark.parametrize(("used", "day", "kept"), [(1_000, 10, 2_000), (0, 1, 0), (4_900, 30, 0), (100, 1, 2_900)])
def test_what_the_rest_of_the_month_needs(used: int, day: int, kept: int) -> None:
    assert reserve(used, day, 30) == kept
