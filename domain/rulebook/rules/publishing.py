"""Whether a document may count: its examples come out right, its table has no gaps and says nothing twice.

Findings carry codes and facts; their words are in `cards/rulebook/_findings.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.kernel.errors import DomainError
from domain.rulebook.errors import NotPublishable
from domain.rulebook.rules.coverage import coverage
from domain.rulebook.rules.documents import Document, Example
from domain.rulebook.rules.formula import NOTHING_GIVEN, Given, formula
from domain.rulebook.rules.table import Hit, Table
from domain.rulebook.rules.tree import Expression
from domain.rulebook.rules.wording import shown


@dataclass(frozen=True)
class Finding:
    """`severe`: forbids publishing. The rest is for somebody to look at."""

    code: str
    severe: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rehearsal:
    """One example, run. `error`: why nothing came out."""

    number: int
    example: Example
    got: Any = None
    error: DomainError | None = None

    @property
    def passed(self) -> bool:
        return self.error is None and same(self.got, self.example.expected)


def outcome(rule: Expression | Table, values: Mapping[str, Any], given: Given = NOTHING_GIVEN) -> Any:
    """What a rule says: a value; of a table with one output its value, with several a mapping, with 全部 a tuple."""
    if isinstance(rule, Expression):
        return formula(rule).evaluate(values, given)
    found = [
        next(iter(answer.values.values())) if len(rule.outputs) == 1 else dict(answer.values)
        for answer in rule.decide(values, given)
    ]
    return tuple(found) if rule.hit is Hit.ALL else found[0]


def same(got: Any, expected: Any) -> bool:
    """Equal by value; 5 and 5.00 are one number, nothing is rounded, 是 may be written for true, a day as text."""
    if isinstance(got, Mapping):
        return isinstance(expected, Mapping) and all(same(got.get(key), each) for key, each in expected.items())
    if isinstance(got, tuple):
        listed = expected if isinstance(expected, list | tuple) else (expected,)
        return len(got) == len(listed) and all(map(same, got, listed))
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        expected = Decimal(str(expected))
    if isinstance(got, bool | date) and isinstance(expected, str):
        return shown(got) == expected
    return isinstance(got, bool) == isinstance(expected, bool) and bool(got == expected)


def rehearse(document: Document, given: Given = NOTHING_GIVEN) -> tuple[Rehearsal, ...]:
    """Every example with what came out."""
    return tuple(_rehearsed(document, number, each, given) for number, each in enumerate(document.examples, 1))


def _rehearsed(document: Document, number: int, example: Example, given: Given) -> Rehearsal:
    try:
        on_the_day = replace(given, today=example.day) if example.day else given
        return Rehearsal(number, example, outcome(document.rule, example.given, on_the_day))
    except DomainError as wrong:
        return Rehearsal(number, example, error=wrong)


def check(document: Document, given: Given = NOTHING_GIVEN) -> list[Finding]:
    """All that is to be said before publishing, the severe first."""
    findings = [_failed(each) for each in rehearse(document, given) if not each.passed]
    if not document.examples:
        findings.append(Finding("no_example", severe=True))
    if isinstance(document.rule, Table):
        findings += _covered(document.rule)
    return sorted(findings, key=lambda each: not each.severe)


def publishable(document: Document, given: Given = NOTHING_GIVEN) -> list[Finding]:
    """The findings that do not forbid it. Raises NotPublishable when one does."""
    findings = check(document, given)
    severe = [each for each in findings if each.severe]
    if severe:
        raise NotPublishable(name=document.name, count=len(severe), findings=tuple(severe))
    return findings


def _failed(rehearsal: Rehearsal) -> Finding:
    facts = {"number": rehearsal.number, "expected": _said(rehearsal.example.expected)}
    if rehearsal.error is not None:
        return Finding("example_stopped", severe=True, facts={**facts, "error": rehearsal.error})
    return Finding("example_differs", severe=True, facts={**facts, "got": _said(rehearsal.got)})


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(each)}" for key, each in value.items())
    return shown(value)


def _covered(table: Table) -> list[Finding]:
    found = coverage(table.columns, [row.cells for row in table.rows])
    gaps = [Finding("gap", False, {"where": where}) for where in found.gaps]
    hidden = [Finding("hidden", True, {"row": row}) for row in found.hidden if table.hit is Hit.FIRST]
    if table.hit is Hit.UNIQUE:
        gaps += [
            Finding("overlap", True, {"first": first, "second": second, "where": where})
            for first, second, where in found.overlaps
        ]
    if not found.complete:
        gaps.append(Finding("not_searched", False))
    return [*gaps, *hidden] if table.hit is not Hit.ALL else hidden
