"""Many formulas that use each other's results, as one function in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from domain.kernel.errors import DomainError
from domain.rulebook.errors import RunsInCircle
from domain.rulebook.rules.build import parse
from domain.rulebook.rules.formula import NOTHING_GIVEN, WRONG, Given, fitted
from domain.rulebook.rules.kinds import Field, Kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.python import Code, answer, assign, function, held, together
from domain.rulebook.rules.tree import Expression
from domain.rulebook.rules.walk import Trace, Walk

NUMERIC = Field(Kind.NUMBER)


def order(needs: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Every name after all that it needs; else as given. Raises RunsInCircle with the names along the circle."""
    sorter = TopologicalSorter({name: sorted(needed & needs.keys()) for name, needed in needs.items()})
    try:
        return tuple(sorter.static_order())
    except CycleError as wrong:
        raise RunsInCircle(names=tuple(reversed(wrong.args[1]))) from wrong


@dataclass(frozen=True, eq=False)
class Program:
    """Compiled formulas. `run` takes the exact values of `inputs`, then what is given (`given`), and returns all
    results in the order of `outputs`; it raises Python's own errors. `evaluate` raises only DomainErrors."""

    formulas: Mapping[str, Expression]

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        return order({name: set(formula.fields) for name, formula in self.formulas.items()})

    @cached_property
    def inputs(self) -> dict[str, Kind]:
        """Fields that come from outside, in order of appearance."""
        found: dict[str, Kind] = {}
        for name in self.outputs:
            for field, kind in self.formulas[name].fields.items():
                if field not in self.formulas and found.get(field, Kind.ANY) is Kind.ANY:
                    found[field] = kind
        return found

    @cached_property
    def given(self) -> tuple[str, ...]:
        return tuple(sorted({code for formula in self.formulas.values() for code in formula.given}))

    @cached_property
    def run(self) -> Callable[..., tuple[Any, ...]]:
        inputs = {name: f"f{index}" for index, name in enumerate(self.inputs)}
        results = {name: f"v{index}" for index, name in enumerate(self.outputs)}
        code = Code({**inputs, **results})
        code.filled = set(results.values())
        body = [assign(results[name], code.value(self.formulas[name].root)) for name in self.outputs]
        return function(code, [*body, answer(together(map(held, results.values())))], [*inputs.values(), *self.given])

    def evaluate(self, values: Mapping[str, Any], given: Given = NOTHING_GIVEN) -> dict[str, Any]:
        """All results by name. Raises what a formula raises, with the fact `item`: which one."""
        exact_values, bound = fitted(values, self.inputs), given.bound(frozenset(self.given))
        try:
            results = self.run(*exact_values.values(), *(bound[code] for code in self.given))
        except WRONG:
            self._walked(exact_values, bound)
            raise
        return dict(zip(self.outputs, results, strict=True))

    def trace(self, name: str, values: Mapping[str, Any], given: Given = NOTHING_GIVEN) -> Trace:
        """How one result came about, from inputs and the results that it needs."""
        bound = given.bound(frozenset(self.given))
        known = self._walked(fitted(values, self.inputs), bound, until=name)
        return Walk(self.formulas[name], known, bound).trace()

    def _walked(self, values: Mapping[str, Any], bound: Mapping[str, Any], until: str | None = None) -> dict[str, Any]:
        known = dict(values)
        for name in self.outputs:
            try:
                known[name] = Walk(self.formulas[name], known, bound).value(self.formulas[name].root)
            except DomainError as wrong:
                wrong.facts["item"] = name
                raise
            if name == until:
                break
        return known


def program(texts: Mapping[str, str], names: Names) -> Program:
    """Pay items by name, each a number, that may use fields and each other. Raises what `parse` raises (with the fact
    `item`) and RunsInCircle."""
    known = Names({**names.fields, **dict.fromkeys(texts, NUMERIC)}, names.open)
    formulas = {}
    for name, text in texts.items():
        try:
            formulas[name] = parse(text, known, Kind.NUMBER)
        except DomainError as wrong:
            wrong.facts["item"] = name
            raise
    made = Program(formulas)
    _ = made.outputs
    return made
