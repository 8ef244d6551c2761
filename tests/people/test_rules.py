"""Identifiers, masks, readings: gold cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.people.naming import pinyin, sort_key
from domain.people.rules import Detail, id_facts, id_number, luhn, masked, mobile, normalise, whole_years

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "identifiers.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES["id_numbers"], ids=lambda case: case["text"] or "empty")
def test_id_number(case: dict[str, Any]) -> None:
    assert id_number(case["text"]) == case["stored"]
    facts = id_facts(case["text"])
    if case["stored"] is None:
        assert facts is None
    else:
        assert facts is not None
        assert (facts.born_on, facts.sex) == (case["born"], case["sex"])


@pytest.mark.parametrize("case", CASES["mobiles"], ids=lambda case: case["text"])
def test_mobile(case: dict[str, Any]) -> None:
    assert mobile(case["text"]) == case["stored"]
    if case["stored"]:
        assert masked(Detail.MOBILE, case["stored"]) == case["shown"]


@pytest.mark.parametrize("case", CASES["readings"], ids=lambda case: case["name"])
def test_reading(case: dict[str, Any]) -> None:
    assert pinyin(case["name"]) == case["pinyin"]


def test_names_sort_syllable_by_syllable() -> None:
    names = ["张玮", "曾小贤", "单田芳", "张伟", "安然"]
    assert sorted(names, key=sort_key) == ["安然", "单田芳", "曾小贤", "张伟", "张玮"]


def test_masks_hide_what_identifies() -> None:
    assert masked(Detail.ID_NUMBER, "11010519491231002X") == "110***********002X"
    assert masked(Detail.BANK_ACCOUNT, "6222020200112345678") == "****5678"
    assert masked(Detail.EMAIL, "lilei@example.com") == "l***@example.com"


def test_an_email_without_host_and_a_short_account_are_refused() -> None:
    assert normalise(Detail.EMAIL, "lilei@") is None
    assert normalise(Detail.BANK_ACCOUNT, "12345") is None
    assert normalise(Detail.ADDRESS, "   ") is None


def test_luhn() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")


def test_whole_years_end_on_the_anniversary() -> None:
    assert whole_years(date(2016, 3, 12), date(2026, 3, 11)) == 9
    assert whole_years(date(2016, 3, 12), date(2026, 3, 12)) == 10
    assert whole_years(date(2024, 2, 29), date(2025, 2, 28)) == 0
    assert whole_years(date(2027, 1, 1), date(2026, 1, 1)) == 0
