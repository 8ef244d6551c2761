"""The tree as a Python function. Only nodes of our own become code, as a syntax tree and never as text: fields are
f0, f1…, constants come in as values, there are no built-ins, and a name that HR chose is nowhere in it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import CodeType, FunctionType
from typing import Any

from domain.rulebook.rules.calculation import CALCULATIONS, nothing, quantum
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
    Logic,
    Member,
    Negative,
    Node,
    Number,
    Opposite,
    Several,
    Text,
    Truth,
    written,
)

SIGNS: dict[str, Any] = {
    "PLUS": ast.Add,
    "MINUS": ast.Sub,
    "TIMES": ast.Mult,
    "DIVIDE": ast.Div,
    "PERCENT": ast.Mod,
    "GT": ast.Gt,
    "GE": ast.GtE,
    "LT": ast.Lt,
    "LE": ast.LtE,
    "EQ": ast.Eq,
    "NE": ast.NotEq,
    "AND": ast.And,
    "OR": ast.Or,
}


class Code:
    """Makes expressions of one function. `places`: field → the variable that holds it."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = dict(places)
        self.values: dict[str, Any] = {"__builtins__": {}, "nothing": nothing}
        self.known: dict[tuple[str, str], str] = {}
        self.filled: set[str] = set()
        """Variables that always hold something: results of other formulas."""

    def value(self, node: Node) -> ast.expr:
        """The value of a node; an empty field raises at once."""
        return self._guarded(node.name) if isinstance(node, Asked) else self.bare(node)

    def bare(self, node: Node) -> ast.expr:
        """As `value`, for places where an empty field raises by itself: arithmetic and order."""
        match node:
            case Number(value=value) | Day(value=value):
                return self.constant(value)
            case Text(value=value) | Truth(value=value):
                return ast.Constant(value)
            case Asked(name=name):
                return _name(self.places[name])
            case Several():
                return self._several(node)
            case Negative(operand=operand):
                return ast.UnaryOp(ast.USub(), self.bare(operand))
            case Arithmetic(sign=sign, left=left, right=right):
                return ast.BinOp(self.bare(left), SIGNS[sign](), self.bare(right))
            case Call():
                return self._call(node)
            case Choose(condition=condition, then=then, otherwise=otherwise):
                return ast.IfExp(self.value(condition), self.value(then), self.value(otherwise))
        return self._truth(node)

    def _truth(self, node: Node) -> ast.expr:
        match node:
            case Compare(sign="EQ" | "NE" as sign, left=left, right=right):
                return ast.Compare(self.value(left), [SIGNS[sign]()], [self.value(right)])
            case Compare(sign=sign, left=left, right=right):
                return ast.Compare(self.bare(left), [SIGNS[sign]()], [self.bare(right)])
            case Member(operand=operand, among=among, negated=negated):
                inside = ast.NotIn() if negated else ast.In()
                return ast.Compare(self.value(operand), [inside], [self.value(among)])
            case Empty(operand=Asked(name=name, kind=kind), negated=negated):
                return self._empty(name, kind, negated=negated)
            case Logic(sign=sign, parts=parts):
                return ast.BoolOp(SIGNS[sign](), [self.value(part) for part in parts])
            case Opposite(operand=operand):
                return ast.UnaryOp(ast.Not(), self.value(operand))
        raise TypeError(type(node).__name__)

    def constant(self, value: Any) -> ast.expr:
        """A value that comes in by name, because Python has no way to write it."""
        key = (type(value).__name__, repr(value))
        place = self.known.setdefault(key, f"c{len(self.known)}")
        self.values[place] = value
        return _name(place)

    def _guarded(self, name: str) -> ast.expr:
        place = self.places[name]
        if place in self.filled:
            return _name(place)
        filled = ast.Compare(_name(place), [ast.IsNot()], [ast.Constant(None)])
        return ast.IfExp(filled, _name(place), _call("nothing"))

    def _empty(self, name: str, kind: Kind, *, negated: bool) -> ast.expr:
        place = _name(self.places[name])
        if kind.is_list or kind is Kind.ANY:
            inside = ast.NotIn() if negated else ast.In()
            return ast.Compare(place, [inside], [self.constant((None, ()))])
        return ast.Compare(place, [ast.IsNot() if negated else ast.Is()], [ast.Constant(None)])

    def _several(self, node: Several) -> ast.expr:
        plain = written(node)
        if plain is not None:
            return self.constant(plain)
        return ast.Tuple([self.value(item) for item in node.items], ast.Load())

    def _call(self, node: Call) -> ast.expr:
        code = SIGNATURES[node.name].code
        if code == "current_day":
            return _name(code)
        if code == "instead":
            return self._instead(node)
        if code == "round_half_up" and (cents := _cents(node)) is not None:
            self.values["quantize"] = Decimal.quantize
            return _call("quantize", self.bare(node.arguments[0]), self.constant(cents), self.constant(ROUND_HALF_UP))
        arguments = [self.value(argument) for argument in node.arguments]
        single = code in {"largest", "smallest"} and len(arguments) > 1
        if single and not any(argument.kind.is_list for argument in node.arguments):
            self.values[code] = max if code == "largest" else min
        elif code in CALCULATIONS:
            self.values[f"{code}_"] = CALCULATIONS[code]
            code = f"{code}_"
        return _call(code, *arguments)

    def _instead(self, node: Call) -> ast.expr:
        asked, otherwise = node.arguments
        filled = ast.Compare(self.bare(asked), [ast.IsNot()], [ast.Constant(None)])
        return ast.IfExp(filled, self.bare(asked), self.value(otherwise))


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(_name(name), list(arguments), [])


def _cents(node: Call) -> Decimal | None:
    """What to round to when it is written in the text and is not before the point."""
    if len(node.arguments) == 1:
        return Decimal(1)
    digits = node.arguments[1]
    if not isinstance(digits, Number) or digits.value < 0:
        return None
    try:
        return quantum(digits.value)
    except ValueError:
        return None


def function(code: Code, body: Sequence[ast.stmt], parameters: Sequence[str]) -> Callable[..., Any]:
    """A Python function of these statements, with the constants of `code` and nothing else in reach."""
    arguments = ast.arguments([], [ast.arg(each) for each in parameters], None, [], [], None, [])
    definition = ast.FunctionDef("rule", arguments, list(body), [], None, None)
    module = compile(ast.fix_missing_locations(ast.Module([definition], [])), "<rulebook>", "exec")
    inner = next(each for each in module.co_consts if isinstance(each, CodeType))
    return FunctionType(inner, code.values, "rule")


def answer(value: ast.expr) -> ast.Return:
    return ast.Return(value)


def assign(place: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(place, ast.Store())], value)


def together(values: Iterable[ast.expr]) -> ast.expr:
    return ast.Tuple(list(values), ast.Load())


def held(place: str) -> ast.expr:
    """What a variable holds."""
    return _name(place)


def when(condition: ast.expr, result: int) -> ast.If:
    """Answers with a number as soon as the condition holds."""
    return ast.If(condition, [answer(ast.Constant(result))], [])
