"""Ids that sort by time; short codes that are one to one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.clock import shanghai
from domain.kernel.ids import CODE_SPACE, new_id, short_code

START = shanghai("2026-03-11T10:30")


def test_the_first_hundred_thousand_codes_differ() -> None:
    codes = [short_code("LV", number) for number in range(1, 100_001)]
    assert len(set(codes)) == len(codes)


def test_codes_are_short_and_hold_nothing_to_misread() -> None:
    assert all(re.fullmatch(r"LV-[0-9A-HJKMNP-TV-Z]{3}", short_code("LV", number)) for number in range(1, CODE_SPACE))
    assert len(short_code("LV", CODE_SPACE)) == len("LV-0000")
    assert len(short_code("LV", CODE_SPACE * 33)) == len("LV-00000")


def test_neighbours_look_unlike() -> None:
    for number in range(1, 2_000):
        one, other = short_code("LV", number), short_code("LV", number + 1)
        assert sum(left != right for left, right in zip(one, other, strict=True)) >= 2


@given(st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=30_000)))
def test_ids_sort_by_time(later: timedelta) -> None:
    assert new_id("lv", START) < new_id("lv", START + later + timedelta(milliseconds=1))


def test_ids_of_one_instant_differ() -> None:
    made = {new_id("lv", START) for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(re.fullmatch(r"lv_[0-9A-Z]{26}", one) for one in made)
    assert len({one[:13] for one in made}) == 1


def test_ids_of_one_millisecond_keep_the_order_of_making() -> None:
    at = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
    made = [new_id("lv", at) for _ in range(2_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
