"""What the language refuses; the words are in `cards/rulebook/errors.yaml`.

`position` counts characters of the text from 1. `near` are names that may have been meant.
"""

from __future__ import annotations

from domain.kernel.errors import Conflict, Invalid, Refused


class TextTooLong(Invalid):
    """Facts: length, most."""


class TooDeep(Invalid):
    """Too many brackets, choices or signs inside each other. Facts: most."""


class NothingWritten(Invalid):
    """An empty text. No facts."""


class NotClosed(Invalid):
    """A quote or a field's bracket is opened and not closed. Facts: position, sign, closing."""


class SignUnknown(Invalid):
    """A character that means nothing here. Facts: position, sign."""


class NumberWrong(Invalid):
    """Too many digits. Facts: position, what."""


class DateWrong(Invalid):
    """No day of the calendar. Facts: position, what."""


class Unexpected(Invalid):
    """The grammar expects something else. Facts: position, found, before, wanted: codes of what may stand there."""


class EndsEarly(Invalid):
    """The text ends where something must follow. Facts: wanted."""


class FieldUnknown(Invalid):
    """Facts: position, name, near."""


class TextUnquoted(Invalid):
    """An option of a choice without quotes. Facts: position, text."""


class FunctionUnknown(Invalid):
    """Facts: position, name, near."""


class ArgumentCount(Invalid):
    """Facts: position, function, least, most (None: any number), got."""


class ArgumentUnfit(Invalid):
    """Facts: position, function, number (from 1), wanted, got: kinds."""


class KindsDiffer(Invalid):
    """Two things that cannot be compared or calculated with each other. Facts: position, what, left, right, kinds."""


class WantsNumber(Invalid):
    """Arithmetic on something that is no number. Facts: position, what, got."""


class WantsCondition(Invalid):
    """且, 或, 非, 如果 need what is 是 or 否. Facts: position, what, got."""


class WantsKind(Invalid):
    """The whole must be of one kind. Facts: wanted, got."""


class TextNotOrdered(Invalid):
    """Texts, lists and 是/否 only compare by = and ≠. Facts: position, what."""


class UnitsDiffer(Invalid):
    """天 against 月. Facts: position, what, left, right."""


class OptionUnknown(Invalid):
    """A choice never has this value. Facts: position, field, name, near."""


class FieldEmpty(Refused):
    """A field that is needed holds nothing. Facts: field."""


class ValueUnfit(Refused):
    """A value is not of the field's kind. Facts: field, wanted."""


class DividedByZero(Refused):
    """Facts: what."""


class OutOfRange(Refused):
    """A number too large for exact calculation, or a date out of the calendar. Facts: what."""


class GivenMissing(Refused):
    """The caller does not supply the day or the working days here. Facts: function."""


class NotInFilters(Refused):
    """This works on values, not in a filter. Facts: what."""


class RunsInCircle(Refused):
    """Formulas need each other. Facts: names, the first again at the end."""


class NoRow(Refused):
    """No row of a decision table applies. Facts: table, values."""


class SeveralRows(Refused):
    """More than one row where only one may. Facts: table, rows: numbers from 1."""


class CellUnreadable(Invalid):
    """Facts: row (from 1), column, cell, wanted."""


class DocumentUnreadable(Invalid):
    """Facts: what (a code), where."""


class NotInForce(Refused):
    """No version of the rule counts on that day yet. Facts: name, day."""


class NotPublishable(Conflict):
    """Findings that forbid publishing. Facts: name, count."""
