"""Random formulas with what they mean, worked out by hand beside the engine: text on one side, a closure on the other.

Nothing here uses the tree, the grammar or the functions of the language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from domain.rulebook.rules.kinds import Kind

Values = Mapping[str, Any]
NUMBERS = ("基本工资", "非全日制工资", "请假天数")
DATES = ("入职日期", "离职日期")
TEXTS = ("部门", "假期类型")
WORDS = ("客服部", "研发部", "病假", "a'b;--", "年假")
FIELDS = {
    **dict.fromkeys(NUMBERS, Kind.NUMBER),
    **dict.fromkeys(DATES, Kind.DATE),
    **dict.fromkeys(TEXTS, Kind.TEXT),
}
DAY_ONE = date(2026, 1, 1)


@dataclass(frozen=True)
class Meant:
    """A formula as HR could write it, and what it comes to."""

    text: str
    value: Callable[[Values], Any]


def rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


class Writer:
    """Writes formulas. Without `quotients` nothing depends on how many digits a quotient keeps."""

    def __init__(self, random: Random, *, quotients: bool = True) -> None:
        self.random, self.quotients = random, quotients

    def values(self) -> dict[str, Any]:
        numbers = {name: Decimal(self.random.randint(-300_000, 3_000_000)) / 100 for name in NUMBERS}
        dates = {name: DAY_ONE + timedelta(days=self.random.randint(-900, 900)) for name in DATES}
        return {**numbers, **dates, **{name: self.random.choice(WORDS) for name in TEXTS}}

    def number(self, depth: int) -> Meant:
        ways = [self._literal, self._asked]
        if depth > 0:
            ways += [self._sum, self._product, self._rounding, self._extreme, self._choice, self._days, self._floor]
            ways += [self._remainder, self._negative] if self.quotients else [self._negative]
        return self.random.choice(ways)(depth - 1)

    def condition(self, depth: int) -> Meant:
        ways = [self._compared, self._same_text, self._listed, self._dated, self._containing]
        if depth > 0:
            ways += [self._both, self._either, self._not]
        return self.random.choice(ways)(depth - 1)

    def _literal(self, _depth: int) -> Meant:
        value = Decimal(self.random.randint(0, 99_999)) / self.random.choice((1, 100))
        if self.random.random() < 0.2:
            return Meant(f"{value}%", lambda values: value / 100)
        return Meant(self.random.choice((f"{value}", f"{value}元")), lambda values: value)

    def _asked(self, _depth: int) -> Meant:
        name = self.random.choice(NUMBERS)
        return Meant(self.random.choice((name, f"【{name}】")), lambda values: values[name])

    def _sum(self, depth: int) -> Meant:
        left, right = self.number(depth), self.number(depth)
        if self.random.random() < 0.5:
            return Meant(f"({left.text}＋{right.text})", lambda values: left.value(values) + right.value(values))
        return Meant(f"({left.text} - {right.text})", lambda values: left.value(values) - right.value(values))

    def _product(self, depth: int) -> Meant:
        left, right = self.number(min(depth, 1)), self.number(0)
        if self.random.random() < 0.5:
            return Meant(f"({left.text}×{right.text})", lambda values: left.value(values) * right.value(values))
        quotient = Meant(f"{left.text}/{right.text}", lambda values: left.value(values) / right.value(values))
        if self.quotients:
            return Meant(f"({quotient.text})", quotient.value)
        return Meant(f"四舍五入({quotient.text}, 4)", lambda values: rounded(quotient.value(values), 4))

    def _rounding(self, depth: int) -> Meant:
        inner, digits = self.number(depth), self.random.randint(0, 4)
        return Meant(f"ROUND({inner.text}，{digits})", lambda values: rounded(inner.value(values), digits))

    def _extreme(self, depth: int) -> Meant:
        parts = [self.number(min(depth, 1)) for _ in range(self.random.randint(2, 3))]
        name, way = self.random.choice((("最大", max), ("最小", min), ("合计", lambda found: sum(found, Decimal(0)))))
        inside = ", ".join(part.text for part in parts)
        return Meant(f"{name}({inside})", lambda values: way([part.value(values) for part in parts]))

    def _choice(self, depth: int) -> Meant:
        asked, then, otherwise = self.condition(depth), self.number(depth), self.number(depth)
        text = self.random.choice(("(如果{}，则{}，否则{})", "IF({}, {}, {})", "(如果 {} 那么 {} 否则 {})"))
        return Meant(
            text.format(asked.text, then.text, otherwise.text),
            lambda values: then.value(values) if asked.value(values) else otherwise.value(values),
        )

    def _days(self, _depth: int) -> Meant:
        first, second = self.random.sample(DATES, 2)
        return Meant(f"({first} - {second})", lambda values: Decimal((values[first] - values[second]).days))

    def _floor(self, depth: int) -> Meant:
        inner = self.number(depth)
        name, way = self.random.choice((("向下取整", ROUND_FLOOR), ("CEILING", ROUND_CEILING)))
        return Meant(f"{name}({inner.text})", lambda values: inner.value(values).to_integral_value(rounding=way))

    def _remainder(self, depth: int) -> Meant:
        left, right = self.number(depth), self.number(0)
        return Meant(f"取余({left.text}, {right.text})", lambda values: _left_over(left, right, values))

    def _negative(self, depth: int) -> Meant:
        inner = self.number(depth)
        return Meant(f"(-{inner.text})", lambda values: -inner.value(values))

    def _compared(self, depth: int) -> Meant:
        left, right = self.number(max(depth, 0)), self.number(0)
        sign, way = self.random.choice(SIGNS)
        return Meant(
            f"{left.text}{sign}{right.text}", lambda values: bool(way(left.value(values), right.value(values)))
        )

    def _same_text(self, _depth: int) -> Meant:
        name, word = self.random.choice(TEXTS), self.random.choice(WORDS)
        if self.random.random() < 0.5:
            return Meant(f"{name}是“{word}”", lambda values: values[name] == word)
        return Meant(f"{name} != 「{word}」", lambda values: values[name] != word)

    def _listed(self, _depth: int) -> Meant:
        name, words = self.random.choice(TEXTS), self.random.sample(WORDS, 2)
        inside = "，".join(f"“{word}”" for word in words)
        if self.random.random() < 0.5:
            return Meant(f"{name}属于({inside})", lambda values: values[name] in words)
        return Meant(f"{name}不属于[{inside}]", lambda values: values[name] not in words)

    def _dated(self, _depth: int) -> Meant:
        name, days = self.random.choice(DATES), self.random.randint(0, 400)
        day = DAY_ONE + timedelta(days=self.random.randint(-400, 400))
        return Meant(
            f"{name} + {days}天 晚于 {day.year}年{day.month}月{day.day}日",
            lambda values: values[name] + timedelta(days=days) > day,
        )

    def _containing(self, _depth: int) -> Meant:
        name, piece = self.random.choice(TEXTS), self.random.choice(("部", "假", "a'", "%", "_"))
        return Meant(f"包含({name}, “{piece}”)", lambda values: piece in values[name])

    def _both(self, depth: int) -> Meant:
        left, right = self.condition(depth), self.condition(depth)
        return Meant(f"({left.text}且{right.text})", lambda values: left.value(values) and right.value(values))

    def _either(self, depth: int) -> Meant:
        left, right = self.condition(depth), self.condition(depth)
        return Meant(f"({left.text} or {right.text})", lambda values: left.value(values) or right.value(values))

    def _not(self, depth: int) -> Meant:
        inner = self.condition(depth)
        return Meant(f"非({inner.text})", lambda values: not inner.value(values))


def _left_over(left: Meant, right: Meant, values: Values) -> Decimal:
    value, by = left.value(values), right.value(values)
    if by == 0:
        raise ZeroDivisionError
    return value % by


SIGNS: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("大于", lambda left, right: left > right),
    ("不小于", lambda left, right: left >= right),
    ("＜", lambda left, right: left < right),
    ("≤", lambda left, right: left <= right),
    ("等于", lambda left, right: left == right),
    ("<>", lambda left, right: left != right),
)
