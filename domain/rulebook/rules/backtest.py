"""What would have been: an old and a new rule on past cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.kernel.errors import DomainError
from domain.rulebook.rules.formula import NOTHING_GIVEN, Given
from domain.rulebook.rules.publishing import outcome, same
from domain.rulebook.rules.table import Table
from domain.rulebook.rules.tree import Expression

Rule = Expression | Table


@dataclass(frozen=True)
class Case:
    """A past case. `given` is how things stood then: its own day."""

    key: str
    values: Mapping[str, Any]
    given: Given = NOTHING_GIVEN


@dataclass(frozen=True)
class Difference:
    """A case that would have come out otherwise; a DomainError where nothing would have come out."""

    key: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Report:
    """`cases`: how many were tried; `failed`: keys for which neither rule could say anything."""

    cases: int
    differences: tuple[Difference, ...]
    failed: tuple[str, ...]

    @property
    def differing(self) -> int:
        return len(self.differences)

    def examples(self, most: int = 5) -> tuple[Difference, ...]:
        return self.differences[:most]


def compare(old: Rule, new: Rule, cases: Iterable[Case]) -> Report:
    """Both rules on every case. Two refusals of one kind are no difference."""
    tried, differences, failed = 0, [], []
    for case in cases:
        tried += 1
        before, after = _said(old, case), _said(new, case)
        if isinstance(before, DomainError) and isinstance(after, DomainError):
            failed.append(case.key)
        elif isinstance(before, DomainError) or isinstance(after, DomainError) or not same(before, after):
            differences.append(Difference(case.key, before, after))
    return Report(tried, tuple(differences), tuple(failed))


def _said(rule: Rule, case: Case) -> Any:
    try:
        return outcome(rule, case.values, case.given)
    except DomainError as wrong:
        return wrong
