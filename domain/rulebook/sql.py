"""The tree as a SQLAlchemy expression for filters and reports, over columns that the caller names.

Numbers are calculated as `numeric`. What Python refuses (an empty field, a division by zero) is NULL here, so such a
row meets no condition; only a text column that holds '' compares like any other text. PostgreSQL keeps at least 16
digits of a quotient, Python 28: compare rounded results.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Numeric, Text, and_, case, cast, func, literal, not_, null, or_

from domain.rulebook.errors import FieldUnknown, GivenMissing, NotInFilters
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.signatures import SIGNATURES
from domain.rulebook.rules.tree import (
    Arithmetic,
    Asked,
    Call,
    Choose,
    Compare,
    Day,
    Empty,
    Expression,
    Logic,
    Member,
    Negative,
    Node,
    Number,
    Opposite,
    Several,
    Truth,
    written,
)
from domain.rulebook.rules.tree import Text as Words

Column = ColumnElement[Any]
MONTHS = 12


def to_sql(expression: Expression, columns: Mapping[str, Column], today: date | None = None) -> Column:
    """The expression over these columns. Raises NotInFilters for what only works on values, FieldUnknown for a field
    without a column, GivenMissing when it asks for the day and none is given."""
    return Filter(columns, today).made(expression.root)


class Filter:
    """Makes one expression. Money columns in fen are given as `column / 100`."""

    def __init__(self, columns: Mapping[str, Column], today: date | None) -> None:
        self.columns, self.today = columns, today

    def made(self, node: Node) -> Column:
        match node:
            case Number(value=value):
                return cast(literal(value, Numeric), Numeric)
            case Day(value=value):
                return cast(literal(value, Date), Date)
            case Words(value=value):
                return cast(literal(value, Text), Text)
            case Truth(value=value):
                return literal(value)
            case Asked():
                return self._column(node)
            case Negative(operand=operand):
                return -self.made(operand)
            case Arithmetic():
                return self._arithmetic(node)
            case Call():
                return self._call(node)
            case Choose(condition=condition, then=then, otherwise=otherwise):
                asked = self.made(condition)
                return case((asked, self.made(then)), (not_(asked), self.made(otherwise)), else_=null())
        return self._condition(node)

    def _condition(self, node: Node) -> Column:
        match node:
            case Compare(sign=sign, left=left, right=right):
                compared: Column = COMPARISONS[sign](self.made(left), self.made(right))
                return compared
            case Member(operand=operand, among=Several(items=items), negated=negated):
                listed = self.made(operand).in_([self.made(item) for item in items])
                return not_(listed) if negated else listed
            case Empty(operand=Asked() as asked, negated=negated):
                return _empty(asked, self._column(asked), negated=negated)
            case Logic(sign=sign, parts=parts):
                return (and_ if sign == "AND" else or_)(*(self.made(part) for part in parts))
            case Opposite(operand=operand):
                return not_(self.made(operand))
        raise NotInFilters(what=type(node).__name__)

    def _column(self, node: Asked) -> Column:
        if node.name not in self.columns:
            raise FieldUnknown(position=node.start + 1, name=node.name, near=())
        if node.kind.is_list or node.kind in {Kind.PERIOD, Kind.BANDS}:
            raise NotInFilters(what=node.name)
        column = self.columns[node.name]
        return cast(column, Numeric) if node.kind is Kind.NUMBER else column

    def _arithmetic(self, node: Arithmetic) -> Column:
        left, right = self.made(node.left), self.made(node.right)
        match node.sign:
            case "PLUS":
                return left + right
            case "MINUS":
                return left - right
            case "TIMES":
                return left * right
            case "DIVIDE":
                return left / func.nullif(right, 0)
        return func.mod(left, func.nullif(right, 0))

    def _call(self, node: Call) -> Column:
        signature = SIGNATURES[node.name]
        if signature.code == "current_day":
            if self.today is None:
                raise GivenMissing(function=node.name)
            return cast(literal(self.today, Date), Date)
        if signature.code == "banded":
            return _banded(self.made(node.arguments[0]), written(node.arguments[1]), node)
        made = [self.made(argument) for argument in node.arguments]
        maker = CALLS.get(signature.code)
        if maker is None or not signature.in_filters:
            raise NotInFilters(what=node.name)
        result: Column = maker(*made)
        return cast(result, Numeric) if node.kind is Kind.NUMBER else result


def _empty(asked: Asked, column: Column, *, negated: bool) -> Column:
    none = column.is_(None) if asked.kind is not Kind.TEXT else func.coalesce(column, "") == ""
    return not_(none) if negated else none


def _digits(value: Column | None) -> Column:
    return _whole(value) if value is not None else literal(0, Integer)


def _whole(value: Column) -> Column:
    """Half a day is no number of days: NULL, as it is a refusal in Python."""
    return case((value == func.trunc(value), cast(value, Integer)), else_=null())


def _round_up(value: Column, digits: Column | None = None) -> Column:
    scale = func.power(literal(Decimal(10), Numeric), cast(_digits(digits), Numeric))
    return func.sign(value) * func.ceil(func.abs(value) * scale) / scale


def _steps(way: Any, value: Column, step: Column | None) -> Column:
    if step is None:
        whole: Column = way(value)
        return whole
    return case((step > 0, way(value / func.nullif(step, 0)) * step), else_=null())


def _every(way: Any, *values: Column) -> Column:
    """NULL when any is: GREATEST alone passes over them."""
    return case((or_(*(value.is_(None) for value in values)), null()), else_=way(*values))


def _months(start: Column, end: Column) -> Column:
    """Whole months that have passed, as `rules.calculation.months_between`."""
    back = end < start
    early, late = func.least(start, end), func.greatest(start, end)
    months = (_part("year", late) - _part("year", early)) * MONTHS + _part("month", late) - _part("month", early)
    short = and_(_part("day", late) < _part("day", early), late != _month_end(late))
    passed = months - case((short, 1), else_=0)
    return case((back, -passed), else_=passed)


def _part(part: str, day: Column) -> Column:
    return cast(func.date_part(part, day), Integer)


def _month_end(day: Column) -> Column:
    return cast(_add_months(func.date_trunc("month", day), cast(literal(1), Numeric)) - literal(1, Integer), Date)


def _add_months(day: Column, months: Column) -> Column:
    return cast(day + func.make_interval(0, _whole(months)), Date)


def _banded(amount: Column, bands: Any, node: Call) -> Column:
    if bands is None:
        raise NotInFilters(what=node.name)
    due: Column = literal(Decimal(0), Numeric)
    for index, (start, rate) in enumerate(bands):
        end = bands[index + 1][0] if index + 1 < len(bands) else None
        top = amount if end is None else func.least(amount, cast(literal(end, Numeric), Numeric))
        part = func.greatest(top - cast(literal(start, Numeric), Numeric), 0)
        due = due + part * cast(literal(rate, Numeric), Numeric)
    return case((amount.is_(None), null()), else_=due)


COMPARISONS: dict[str, Any] = {
    "GT": lambda left, right: left > right,
    "GE": lambda left, right: left >= right,
    "LT": lambda left, right: left < right,
    "LE": lambda left, right: left <= right,
    "EQ": lambda left, right: left == right,
    "NE": lambda left, right: left != right,
}

CALLS: dict[str, Any] = {
    "round_half_up": lambda value, digits=None: func.round(value, _digits(digits)),
    "round_up": _round_up,
    "round_down": lambda value, digits=None: func.trunc(value, _digits(digits)),
    "floor": lambda value, step=None: _steps(func.floor, value, step),
    "ceiling": lambda value, step=None: _steps(func.ceil, value, step),
    "remainder": lambda value, by: func.mod(value, func.nullif(by, 0)),
    "absolute": func.abs,
    "largest": lambda *values: _every(func.greatest, *values),
    "smallest": lambda *values: _every(func.least, *values),
    "total": lambda *values: sum(values[1:], values[0]),
    "average": lambda *values: sum(values[1:], values[0]) / len(values),
    "year": lambda day: _part("year", day),
    "month": lambda day: _part("month", day),
    "day": lambda day: _part("day", day),
    "weekday": lambda day: _part("isodow", day),
    "first_of_month": lambda day: cast(func.date_trunc("month", day), Date),
    "last_of_month": _month_end,
    "days_between": lambda start, end: end - start,
    "months_between": _months,
    "years_between": lambda start, end: func.trunc(cast(_months(start, end), Numeric) / MONTHS),
    "add_days": lambda day, days: cast(day + _whole(days), Date),
    "add_months": _add_months,
    "contains": lambda text, what: func.strpos(text, what) > 0,
    "starts": func.starts_with,
    "finishes": lambda text, what: func.right(text, func.char_length(what)) == what,
    "length": func.char_length,
    "instead": func.coalesce,
}
"""By the code of the function table."""
