"""Fault P3: WeCom drops without a word what is too much for one member. Our limit never lets it come to that."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.wecom.member_limit import MemberLimit

START = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)

gaps = st.lists(st.floats(min_value=0, max_value=400).map(lambda x: timedelta(seconds=x)), min_size=1, max_size=120)
few = st.integers(min_value=1, max_value=12)


def seconds(*given: float) -> list[datetime]:
    return [START + timedelta(seconds=one) for one in given]


def most_in_any_window(times: list[datetime], window: timedelta) -> int:
    """The fullest window, both of its ends counted."""
    return max(index + 1 - bisect_left(times, at - window) for index, at in enumerate(times))


@given(gaps=gaps, per_minute=few, per_hour=few.map(lambda n: n * 3))
@settings(max_examples=150, deadline=None)
def test_no_window_ever_holds_more_and_everything_is_sent(
    gaps: list[timedelta], per_minute: int, per_hour: int
) -> None:
    """Messages come as they like; each waits in line for as long as it is told, and is asked for again."""
    now, sent = START, []
    arrivals = [START + sum(gaps[: n + 1], timedelta()) for n in range(len(gaps))]
    for arrival in arrivals:
        now = max(now, arrival)
        for _ in range(3):  # one wait is enough; a second is never asked for
            wait = MemberLimit.delay([at for at in sent if at > now - HOUR * 1.01], now, per_minute, per_hour)
            if wait is None:
                break
            assert timedelta() < wait <= HOUR + MemberLimit.MARGIN
            now += wait
        else:
            raise AssertionError("never sent")
        sent.append(now)
    assert most_in_any_window(sent, timedelta(minutes=1)) <= per_minute
    assert most_in_any_window(sent, HOUR) <= per_hour


@given(gaps=gaps, per_minute=few, seed=st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_times_does_not_matter(gaps: list[timedelta], per_minute: int, seed) -> None:
    sent = [START - gap for gap in gaps]
    mixed = list(sent)
    seed.shuffle(mixed)
    assert MemberLimit.delay(mixed, START, per_minute, 950) == MemberLimit.delay(sorted(sent), START, per_minute, 950)


@pytest.mark.parametrize(
    ("sent_at", "now", "expected"),
    [
        ([], 0, None),
        ([0], 0, None),
        ([0, 1], 2, 59),  # two a minute: the first of them leaves the window at 60, and a second of margin
        ([0, 1], 60, 1),
        ([0, 1], 61, None),
        ([0, 1, 70], 71, None),
        ([0, 1, 70, 71], 72, 3600 + 1 - 72),  # four an hour
        ([0, 1, 70, 71], 3601, None),
        ([100, 100], 0, 61),  # the clock went back: they count as of now
    ],
)
def test_two_a_minute_and_four_an_hour(sent_at: list[float], now: float, expected: float | None) -> None:
    wait = MemberLimit.delay(seconds(*sent_at), START + timedelta(seconds=now), 2, 4)
    assert (wait and wait.total_seconds()) == expected


def test_a_burst_of_a_hundred_takes_four_minutes() -> None:
    now, sent = START, []
    for _ in range(100):
        wait = MemberLimit.delay(sent, now, 28, 950)
        now += wait or timedelta()
        sent.append(now)
    assert (now - START).total_seconds() == 3 * 61
