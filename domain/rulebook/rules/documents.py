"""Rule documents, YAML or JSON: a formula or a decision table with the day it starts, examples, note and source.

What a document says is only read here; `rules.publishing` says whether it may count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.rulebook.errors import CellUnreadable, DocumentUnreadable, NotInForce
from domain.rulebook.rules.build import parse
from domain.rulebook.rules.cells import AXES, Column, kind_of, read
from domain.rulebook.rules.intervals import Interval
from domain.rulebook.rules.kinds import Field, Kind, field_kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.table import Hit, Row, Table
from domain.rulebook.rules.tree import Expression
from domain.rulebook.rules.yaml_text import documents_in
from domain.rulebook.vocabulary import WORDS

WORD: dict[str, str] = WORDS["documents"]
HITS: dict[str, str] = WORDS["hits"]
FORMULA_SIGN = "="
COMMON = frozenset(WORD[key] for key in ("effective", "tests", "note", "source", "fields"))
TABLE_KEYS = COMMON | {WORD[key] for key in ("table", "inputs", "outputs", "rows", "hit")}
FORMULA_KEYS = COMMON | {WORD[key] for key in ("item", "formula", "name", "kind")}
MOST_ROWS = 500


@dataclass(frozen=True)
class Example:
    """What must come out of what. `day` stands for today."""

    given: Mapping[str, Any]
    expected: Any
    day: date | None = None


@dataclass(frozen=True, eq=False)
class Document:
    """One version of one rule. `effective`: from when it counts; None is from the beginning."""

    name: str
    rule: Expression | Table
    effective: date | None = None
    examples: tuple[Example, ...] = ()
    note: str = ""
    source: str = ""


def read_documents(text: str, names: Names | None = None) -> tuple[Document, ...]:
    """All documents of a YAML (or JSON) text. `names`: the fields that rules may use besides those they declare
    themselves; without both every name is taken for a field.

    Raises DocumentUnreadable, CellUnreadable, and what `parse` raises.
    """
    return tuple(read_document(loaded, names) for loaded in documents_in(text))


def read_document(loaded: Any, names: Names | None = None) -> Document:
    """One document from what YAML or JSON holds."""
    if not isinstance(loaded, Mapping):
        raise DocumentUnreadable(what="shape", where="")
    is_table = WORD["table"] in loaded
    unknown = [str(key) for key in loaded if key not in (TABLE_KEYS if is_table else FORMULA_KEYS)]
    if unknown:
        raise DocumentUnreadable(what="key", where=unknown[0])
    name = loaded.get(WORD["table"]) or loaded.get(WORD["item"]) or loaded.get(WORD["name"])
    if not isinstance(name, str) or not name.strip():
        raise DocumentUnreadable(what="name", where="")
    known = _names(_mapping(loaded, "fields"), names)
    return Document(
        name=name.strip(),
        rule=_table(name, loaded, known) if is_table else _formula(loaded, known),
        effective=_day(loaded, "effective"),
        examples=tuple(_example(each) for each in _list(loaded, "tests")),
        note=str(loaded.get(WORD["note"], "")),
        source=str(loaded.get(WORD["source"], "")),
    )


def in_force(documents: Iterable[Document], name: str, day: date) -> Document:
    """The version that counts on a day: a back-dated run takes that month's. Raises NotInForce."""
    versions = [each for each in documents if each.name == name and (each.effective or date.min) <= day]
    if not versions:
        raise NotInForce(name=name, day=day)
    return max(versions, key=lambda each: each.effective or date.min)


def _formula(loaded: Mapping[str, Any], names: Names) -> Expression:
    text = loaded.get(WORD["formula"])
    if isinstance(text, int | Decimal) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        raise DocumentUnreadable(what="formula", where=str(loaded.get(WORD["name"], "")))
    kind = _kind(loaded[WORD["kind"]]) if WORD["kind"] in loaded else None
    return parse(text, names, Kind.NUMBER if WORD["item"] in loaded else kind and kind.plain)


def _table(name: str, loaded: Mapping[str, Any], names: Names) -> Table:
    inputs, rows = _list(loaded, "inputs"), _list(loaded, "rows")
    outputs = tuple(str(each) for each in _list(loaded, "outputs"))
    width = len(inputs) + len(outputs)
    if not inputs or not outputs or not rows or len(rows) > MOST_ROWS:
        raise DocumentUnreadable(what="table", where=name)
    wrong = next((at for at, row in enumerate(rows, 1) if not isinstance(row, list) or len(row) != width), None)
    if wrong:
        raise DocumentUnreadable(what="row", where=str(wrong))
    hit = HITS.get(str(loaded.get(WORD["hit"], next(iter(HITS)))))
    if hit is None:
        raise DocumentUnreadable(what="hit", where=str(loaded[WORD["hit"]]))
    columns = tuple(_column(each, [row[at] for row in rows], names) for at, each in enumerate(inputs))
    known = _with_columns(names, columns)
    made = tuple(_row(at, row, columns, known) for at, row in enumerate(rows, 1))
    return Table(name, columns, outputs, made, Hit(hit))


def _with_columns(names: Names, columns: Sequence[Column]) -> Names:
    own = {column.name: Field(column.kind, column.unit, column.options) for column in columns}
    return Names({**names.fields, **own}, names.open)


def _column(declared: Any, cells: Sequence[Any], names: Names) -> Column:
    """An input: its name, or {名称, 类型, 单位, 选项, 范围}; what is not said comes from the field, then the cells."""
    spec = declared if isinstance(declared, Mapping) else {WORD["name"]: declared}
    name = spec.get(WORD["name"])
    if not isinstance(name, str):
        raise DocumentUnreadable(what="input", where=str(declared)[:40])
    known = names.known.get(name, (name, Field()))[1]
    kind = _kind(spec[WORD["kind"]]) if WORD["kind"] in spec else known.kind
    kind = kind_of(cells) if kind is Kind.ANY else kind
    if kind not in AXES | {Kind.TEXT, Kind.BOOLEAN, Kind.ANY}:
        raise DocumentUnreadable(what="input", where=name)
    options = tuple(str(each) for each in spec.get(WORD["options"], known.options))
    column = Column(name, kind, spec.get(WORD["unit"], known.unit), options)
    if WORD["range"] not in spec:
        return column
    return Column(name, kind, column.unit, options, _range(spec[WORD["range"]], column))


def _range(written: Any, column: Column) -> tuple[Interval, ...]:
    if column.kind not in AXES:
        raise DocumentUnreadable(what="range", where=column.name)
    return read(written, column).intervals or (Interval(),)


def _row(number: int, row: Sequence[Any], columns: Sequence[Column], names: Names) -> Row:
    try:
        cells = tuple(read(row[at], column) for at, column in enumerate(columns))
    except CellUnreadable as wrong:
        wrong.facts["row"] = number
        raise
    return Row(cells, tuple(_answer(each, names) for each in row[len(columns) :]))


def _answer(written: Any, names: Names) -> Any:
    if isinstance(written, str) and written.startswith(FORMULA_SIGN):
        return parse(written.removeprefix(FORMULA_SIGN), names)
    return exact_value(written)


def exact_value(written: Any) -> Any:
    """Numbers as Decimal, lists as tuples; JSON's floats are read as they are written."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        try:
            return Decimal(str(written))
        except InvalidOperation as wrong:
            raise DocumentUnreadable(what="value", where=str(written)) from wrong
    return tuple(exact_value(each) for each in written) if isinstance(written, list) else written


def _names(declared: Mapping[str, Any], names: Names | None) -> Names:
    if not declared:
        return names or Names(open=True)
    own = {str(name): _field(name, spec) for name, spec in declared.items()}
    return Names({**(names.fields if names else {}), **own})


def _field(name: str, spec: Any) -> Field:
    if not isinstance(spec, Mapping):
        return Field(_kind(spec))
    if not spec.keys() <= {WORD["kind"], WORD["unit"], WORD["options"]} or WORD["kind"] not in spec:
        raise DocumentUnreadable(what="field", where=str(name))
    options = tuple(str(each) for each in spec.get(WORD["options"], ()))
    return Field(_kind(spec[WORD["kind"]]), spec.get(WORD["unit"]), options)


def _kind(word: Any) -> Kind:
    kind = field_kind(str(word))
    if kind is None:
        raise DocumentUnreadable(what="kind", where=str(word))
    return kind


def _example(loaded: Any) -> Example:
    keys = {WORD["given"], WORD["expected"], WORD["day"]}
    if not isinstance(loaded, Mapping) or WORD["expected"] not in loaded or not loaded.keys() <= keys:
        raise DocumentUnreadable(what="example", where=str(loaded)[:40])
    given = _mapping(loaded, "given")
    return Example(given, exact_value(loaded[WORD["expected"]]), _day(loaded, "day"))


def _mapping(loaded: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = loaded.get(WORD[key]) or {}
    if not isinstance(found, Mapping):
        raise DocumentUnreadable(what="mapping", where=WORD[key])
    return found


def _list(loaded: Mapping[str, Any], key: str) -> list[Any]:
    found = loaded.get(WORD[key]) or []
    if not isinstance(found, list):
        raise DocumentUnreadable(what="list", where=WORD[key])
    return found


def _day(loaded: Mapping[str, Any], key: str) -> date | None:
    found = loaded.get(WORD[key])
    if found is None:
        return None
    try:
        return found if isinstance(found, date) else date.fromisoformat(str(found))
    except ValueError as wrong:
        raise DocumentUnreadable(what="day", where=str(found)) from wrong
