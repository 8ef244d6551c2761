"""One expression, ready to run: compiled once, called often, and telling in HR's words why it could not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from domain.rulebook.errors import GivenMissing, ValueUnfit
from domain.rulebook.rules.kinds import Kind, Unfit, exact
from domain.rulebook.rules.python import Code, answer, function
from domain.rulebook.rules.signatures import BY_CODE
from domain.rulebook.rules.tree import Expression
from domain.rulebook.rules.walk import Trace, Walk

WRONG = (ArithmeticError, AttributeError, TypeError, ValueError)
"""What exact calculation raises on values that do not fit."""


@dataclass(frozen=True)
class Given:
    """What the caller supplies: the business date, and the working days between two dates, both included."""

    today: date | None = None
    workdays: Callable[[date, date], Decimal] | None = None

    def bound(self, codes: frozenset[str]) -> dict[str, Any]:
        """As functions by their codes. Raises GivenMissing."""
        found: dict[str, Any] = {}
        if "current_day" in codes:
            found["current_day"] = self._needed(self.today, "current_day")
        if "workdays" in codes:
            found["workdays"] = stretch(self._needed(self.workdays, "workdays"))
        return found

    def _needed(self, value: Any, code: str) -> Any:
        if value is None:
            raise GivenMissing(function=BY_CODE[code])
        return value


NOTHING_GIVEN = Given()


def stretch(between: Callable[[date, date], Decimal]) -> Callable[..., Decimal]:
    """工作日数 takes a period or two dates."""

    def workdays(start: Any, end: date | None = None) -> Decimal:
        first, last = start if isinstance(start, tuple) else (start, end)
        if first is None or last is None:
            raise TypeError
        return Decimal(between(first, last))

    return workdays


@dataclass(frozen=True, eq=False)
class Formula:
    """`run` takes exact values in the order of `inputs`, then what is given, in the order of `given`; the fastest way,
    and raises Python's own errors. `evaluate` takes what forms hold and raises only DomainErrors."""

    expression: Expression

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(self.expression.fields)

    @property
    def given(self) -> tuple[str, ...]:
        return tuple(sorted(self.expression.given))

    @cached_property
    def run(self) -> Callable[..., Any]:
        places = {name: f"f{index}" for index, name in enumerate(self.inputs)}
        code = Code(places)
        return function(code, [answer(code.value(self.expression.root))], [*places.values(), *self.given])

    def evaluate(self, values: Mapping[str, Any], given: Given = NOTHING_GIVEN) -> Any:
        """The value. Raises FieldEmpty, ValueUnfit, DividedByZero, OutOfRange, GivenMissing."""
        exact_values = fitted(values, self.expression.fields)
        bound = given.bound(self.expression.given)
        try:
            return self.run(*exact_values.values(), *(bound[code] for code in self.given))
        except WRONG:
            Walk(self.expression, exact_values, bound).value(self.expression.root)
            raise

    def trace(self, values: Mapping[str, Any], given: Given = NOTHING_GIVEN) -> Trace:
        """The value and how it came about, for people. Raises as `evaluate`."""
        bound = given.bound(self.expression.given)
        return Walk(self.expression, fitted(values, self.expression.fields), bound).trace()


@lru_cache(maxsize=4096)
def formula(expression: Expression) -> Formula:
    """The compiled expression, kept by what it says."""
    return Formula(expression)


def fitted(values: Mapping[str, Any], fields: Mapping[str, Kind]) -> dict[str, Any]:
    """The exact values of these fields; one that is missing is empty. Raises ValueUnfit."""
    found = {}
    for name, kind in fields.items():
        try:
            found[name] = exact(values.get(name), kind)
        except Unfit as wrong:
            raise ValueUnfit(field=name, wanted=kind) from wrong
    return found
