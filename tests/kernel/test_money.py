"""Money: whole fen, rounded half up in one place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.money import Money

fen = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.005", 1), ("0.0049", 0), ("-0.005", -1), ("1234.565", 123_457), (3, 300), (Decimal("0.1"), 10)],
)
def test_yuan_is_rounded_half_up(amount: str | int | Decimal, expected: int) -> None:
    assert Money.yuan(amount) == Money(expected)


@pytest.mark.parametrize(
    ("start", "factor", "expected"),
    [(100, "0.105", 11), (-100, "0.105", -11), (333, "0.5", 167), (10_000, "1.5", 15_000), (1, "0.4999", 0)],
)
def test_times_rounds_once(start: int, factor: str, expected: int) -> None:
    assert Money(start).times(Decimal(factor)) == Money(expected)


def test_floats_and_booleans_are_no_money() -> None:
    for wrong in (1.0, True, "1", Decimal(1)):
        with pytest.raises(TypeError):
            Money(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money.yuan(0.1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(1).times(0.1)  # type: ignore[arg-type]


@given(fen, fen)
def test_sums_are_exact(left: int, right: int) -> None:
    assert Money(left) + Money(right) - Money(right) == Money(left)
    assert Money(left) + -Money(left) == Money(0)
    assert (Money(left) < Money(right)) == (left < right)


@given(fen)
def test_times_one_is_the_same(amount: int) -> None:
    assert Money(amount).times(1) == Money(amount) == Money.yuan(Decimal(amount) / 100)


def test_people_read_it_with_its_unit() -> None:
    assert str(Money(123_456_789)) == "1,234,567.89 元"
    assert str(Money(-5)) == "-0.05 元"
    assert str(Money(0)) == "0.00 元"
