"""The rule language: reading, one condition, a table, and 100,000 people × 30 pay items beside a function by hand.

python -m bench.rulebook [PEOPLE]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from time import perf_counter
from typing import Any

from domain.rulebook.rules.build import parse
from domain.rulebook.rules.documents import read_document
from domain.rulebook.rules.formula import formula
from domain.rulebook.rules.kinds import Kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.program import program
from domain.rulebook.rules.table import Table

CENT = Decimal("0.01")
FIELDS = Names(dict.fromkeys(("基本工资", "缺勤天数", "加班小时", "社保基数", "请假天数", "司龄"), Kind.NUMBER))
ROUNDS = 5


def items() -> dict[str, str]:
    """Thirty pay items that lean on each other, as a company has them."""
    texts = {"日薪": "基本工资 / 21.75", "缺勤扣款": "四舍五入(日薪 * 缺勤天数, 2)"}
    texts["加班费"] = "四舍五入(日薪 / 8 * 1.5 * 加班小时, 2)"
    for number in range(1, 9):
        texts[f"补贴{number}"] = f"如果 缺勤天数 大于 {number} 则 0 否则 四舍五入(基本工资 * {number}%, 2)"
        texts[f"社保{number}"] = f"四舍五入(社保基数 * {number}.5%, 2)"
        texts[f"扣减{number}"] = f"最小(补贴{number} + 缺勤扣款, 社保{number}) - {number}元"
    texts["应发"] = "基本工资 - 缺勤扣款 + 加班费 + " + " + ".join(f"补贴{number}" for number in range(1, 9))
    texts["扣款"] = " + ".join(f"社保{number} + 扣减{number}" for number in range(1, 9))
    texts["实发"] = "四舍五入(最大(应发 - 扣款, 0), 2)"
    return texts


def by_hand(base: Decimal, absent: Decimal, overtime: Decimal, insured: Decimal) -> list[Decimal]:
    """The same thirty items as a programmer would write them, constants outside."""
    daily = base / C2175
    cut = (daily * absent).quantize(CENT, ROUND_HALF_UP)
    extra = (daily / EIGHT * ONE_HALF * overtime).quantize(CENT, ROUND_HALF_UP)
    found = [daily, cut, extra]
    earned, due = base - cut + extra, ZERO
    for number, rate, share in STEPS:
        allowance = ZERO if absent > number else (base * rate).quantize(CENT, ROUND_HALF_UP)
        insurance = (insured * share).quantize(CENT, ROUND_HALF_UP)
        reduction = min(allowance + cut, insurance) - number
        found += [allowance, insurance, reduction]
        earned += allowance
        due += insurance + reduction
    return [*found, earned, due, max(earned - due, ZERO).quantize(CENT, ROUND_HALF_UP)]


ZERO, EIGHT, ONE_HALF, C2175 = Decimal(0), Decimal(8), Decimal("1.5"), Decimal("21.75")
STEPS = [(Decimal(each), Decimal(each) / 100, Decimal(f"{each}.5") / 100) for each in range(1, 9)]


def timed(what: Callable[[], Any]) -> float:
    begun = perf_counter()
    what()
    return perf_counter() - begun


def each(what: Callable[[], Any], times: int) -> float:
    """Seconds of one call, the best of some rounds."""
    return min(timed(lambda: [what() for _ in range(times)]) for _ in range(ROUNDS)) / times


def reading() -> dict[str, float]:
    """Every text is another one, so that nothing is remembered."""
    numbers = iter(range(10**9))
    pay = each(lambda: parse(f"四舍五入(基本工资 / 21.75 * 缺勤天数, 2) + {next(numbers)}", FIELDS), 200)
    rule = each(lambda: parse(f"如果请假天数大于{next(numbers)}则0否则如果司龄小于3则5否则10", FIELDS), 200)
    return {"parse pay item µs": pay * 1e6, "parse rule µs": rule * 1e6}


def running() -> dict[str, float]:
    days, base = Decimal(5), Decimal(10000)
    asked = formula(parse("请假天数 大于 3", FIELDS)).run
    paid = formula(parse("四舍五入(基本工资 / 21.75 * 缺勤天数, 2)", FIELDS)).run
    rows = [["< 1", 0], ["[1, 10)", 5], ["[10, 20)", 10], [">= 20", 15]]
    table = read_document({"规则表": "年假", "输入": ["司龄"], "输出": ["天"], "行": rows}).rule
    assert isinstance(table, Table)
    decided = table.run
    return {
        "condition ns": each(lambda: asked(days), 100_000) * 1e9,
        "pay item ns": each(lambda: paid(base, days), 100_000) * 1e9,
        "table row ns": each(lambda: decided(days), 100_000) * 1e9,
        "empty call ns": each(lambda: None, 100_000) * 1e9,
    }


def everybody(people: int) -> dict[str, float]:
    random = Random(5)  # noqa: S311 - the same people every time
    pay = program(items(), FIELDS)
    compiling = timed(lambda: pay.run)
    held = {
        name: [Decimal(random.randint(0, most)) / 100 for _ in range(people)]
        for name, most in (("基本工资", 3_000_000), ("缺勤天数", 1000), ("加班小时", 8000), ("社保基数", 3_000_000))
    }
    ours = list(zip(*(held[name] for name in pay.inputs), strict=True))
    theirs = list(zip(*held.values(), strict=True))
    run = pay.run
    rounds = [(timed(lambda: [run(*row) for row in ours]), timed(lambda: [by_hand(*row) for row in theirs]))]
    rounds += [(timed(lambda: [run(*row) for row in ours]), timed(lambda: [by_hand(*row) for row in theirs]))]
    engine, hand = (min(column) for column in zip(*rounds, strict=True))
    place = pay.outputs.index("实发")
    assert all(run(*a)[place] == by_hand(*b)[-1] for a, b in zip(ours[:1000], theirs[:1000], strict=True))
    return {
        "compile items ms": compiling * 1e3,
        "items": len(pay.outputs),
        "engine s": engine,
        "by hand s": hand,
        "engine / by hand": engine / hand,
    }


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    found = {**reading(), **running(), "people": people, **everybody(people)}
    sys.stdout.write(json.dumps({name: round(value, 3) for name, value in found.items()}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
