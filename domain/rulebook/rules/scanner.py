"""From text to tokens. Chinese has no spaces, so known names are cut out first, the longest that fits.

如果司龄小于1则0否则5 is seven words only for somebody who knows the field 司龄; and 非全日制工资 begins with 非 (not)
only for somebody who does not know that field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from domain.rulebook.errors import (
    DateWrong,
    FieldUnknown,
    FunctionUnknown,
    NotClosed,
    NumberWrong,
    SignUnknown,
    TextTooLong,
    TextUnquoted,
)
from domain.rulebook.rules.kinds import LONGEST_NUMBER
from domain.rulebook.rules.names import FUNCTION_NAMES, Names, grouped, near_functions, plain
from domain.rulebook.vocabulary import FUNCTIONS, WORDS

LONGEST = 2000
"""Characters of one expression."""

KEYWORDS = {word: token for token, words in WORDS["keywords"].items() for word in words}
SIGNS = {sign: token for token, signs in WORDS["signs"].items() for sign in signs}
UNITS: dict[str, list[Any]] = WORDS["units"]
FIRST_KEYWORDS, FIRST_SIGNS, FIRST_UNITS = grouped(KEYWORDS), grouped(SIGNS), grouped(UNITS)
FIRST_FUNCTIONS = grouped(FUNCTION_NAMES)
AFTER_COMMA = {"THEN", "ELSE", "AND", "OR"}
"""Before these a comma is only a breath: 如果…，则…"""

DATE = re.compile(WORDS["date"])
NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
LATIN = re.compile(r"[A-Za-z_0-9]")
WORDLIKE = re.compile(r"[\w.#@$~^\\?!:|&]")
OPERAND = re.compile(r"[\w(\[【\"'“‘「『.]")


@dataclass(frozen=True)
class Token:
    """`kind` as in the grammar; `value` is what a number, text, date, field or function stands for."""

    kind: str
    start: int
    end: int
    value: Any = None
    glued: bool = False
    """Nothing, not even a blank, stands between this and the token before it."""


@dataclass(frozen=True)
class Figure:
    """A number as it was written."""

    value: Decimal
    unit: str | None = None
    percent: bool = False


def scan(text: str, names: Names) -> list[Token]:
    """The tokens of `text`. Raises TextTooLong, NotClosed, SignUnknown, NumberWrong, DateWrong, …Unknown."""
    if len(text) > LONGEST:
        raise TextTooLong(length=len(text), most=LONGEST)
    scanner = Scanner(text, names)
    tokens = list(scanner.tokens())
    if tokens and tokens[0].kind == "EQ":
        tokens = tokens[1:]  # a formula as Excel begins it
    return _judged(_without_breaths(_joined(tokens, scanner)), scanner)


class Scanner:
    """One pass over one text; every step looks at one place and answers with one token."""

    def __init__(self, text: str, names: Names) -> None:
        self.raw, self.names = text, names
        self.text = plain(text)
        self.lower = self.text.lower() if len(self.text.lower()) == len(self.text) else self.text
        stops = WORDS["full_stops"] + "".join((" ", "\t", "\r", "\n"))
        self.length = len(self.text.rstrip(stops)) if self.text.rstrip(stops) else len(self.text.rstrip())

    def tokens(self) -> Iterator[Token]:
        at, last = 0, -1
        while at < self.length:
            if self.text[at].isspace() or (self.raw[at] in WORDS["currency"]):
                at += 1
                continue
            token = self._token(at)
            yield Token(token.kind, token.start, token.end, token.value, glued=last == at)
            at = last = token.end

    def _token(self, at: int) -> Token:
        if self.raw[at] in WORDS["quotes"]:
            return self._quoted(at)
        if self.raw[at] == "【":
            return self._fenced(at)
        if "0" <= self.text[at] <= "9" or (self.text[at] == "." and NUMBER.match(self.text, at)):
            known = self._known(at)
            return known if known and not NUMBER.fullmatch(self.text[at : known.end]) else self._figure(at)
        return self._known(at) or self._sign(at) or self._unknown(at)

    def _quoted(self, at: int) -> Token:
        closers = WORDS["quotes"][self.raw[at]]
        end = next((place for place in range(at + 1, len(self.raw)) if self.raw[place] in closers), None)
        if end is None:
            raise NotClosed(position=at + 1, sign=self.raw[at], closing=closers[0])
        return Token("TEXT", at, end + 1, self.raw[at + 1 : end])

    def _fenced(self, at: int) -> Token:
        end = self.raw.find("】", at)
        if end < 0:
            raise NotClosed(position=at + 1, sign="【", closing="】")
        name = self.raw[at + 1 : end].strip()
        known = self.names.known.get(plain(name))
        if known is None and (not self.names.open or not name):
            raise FieldUnknown(position=at + 1, name=name, near=self.names.near(name))
        return Token("FIELD", at, end + 1, known[0] if known else name)

    def _figure(self, at: int) -> Token:
        if written := DATE.match(self.text, at):
            return self._date(written)
        digits = NUMBER.match(self.text, at)
        if digits is None or digits.end() - at > LONGEST_NUMBER:
            raise NumberWrong(position=at + 1, what=self.raw[at : at + LONGEST_NUMBER])
        value, end = Decimal(digits.group()), digits.end()
        if self._is_percent(end):
            return Token("NUMBER", at, end + 1, Figure(value / 100, percent=True))
        start = end + len(self.text[end:]) - len(self.text[end:].lstrip(" "))
        unit = longest(FIRST_UNITS, self.text, start)
        known = self._known(start) if unit else None
        if unit is None or (known and known.end > start + len(unit)):
            return Token("NUMBER", at, end, Figure(value))
        factor, *counted = UNITS[unit]
        return Token("NUMBER", at, start + len(unit), Figure(value * factor, counted[0] if counted else None))

    def _date(self, written: re.Match[str]) -> Token:
        year, *rest = (int(part) for part in written.groups() if part)
        try:
            day = date(year, *rest)
        except ValueError as wrong:
            raise DateWrong(position=written.start() + 1, what=written.group()) from wrong
        return Token("DATE", *written.span(), day)

    def _is_percent(self, at: int) -> bool:
        """20% is a percentage unless something to divide by follows: 20%3, 20%(a+b)."""
        if self.text[at : at + 1] != "%":
            return False
        rest = self.text[at + 1 :].lstrip()
        if not rest or not OPERAND.match(rest):
            return True
        place = len(self.text) - len(rest)
        token = self._known(place)
        return token is not None and token.kind not in {"FIELD", "FUNCTION", "NOT", "IF"}

    def _known(self, at: int) -> Token | None:
        """The longest known field, function or keyword here; of one length the keyword, then a function with `(`."""
        field = longest(self.names.by_first, self.text, at)
        word = longest(FIRST_KEYWORDS, self.lower, at)
        function = longest(FIRST_FUNCTIONS, self.lower, at)
        called = function and self._opens(at + len(function))
        best = max(len(field or ""), len(word or ""), len(function or "") if called else 0)
        if best == 0 and not function:
            return None
        if word and len(word) == best:
            return Token(KEYWORDS[word], at, at + best)
        if function and called and len(function) == best:
            return Token("FUNCTION", at, at + best, FUNCTION_NAMES[function])
        if field and len(field) == best:
            return Token("FIELD", at, at + best, self.names.known[field][0])
        if function and FUNCTION_NAMES[function] in WITHOUT_BRACKETS:
            kind = WITHOUT_BRACKETS[FUNCTION_NAMES[function]]
            return Token(kind, at, at + len(function), FUNCTION_NAMES[function])
        return None

    def _opens(self, at: int) -> bool:
        return self.text[at:].lstrip().startswith("(")

    def _sign(self, at: int) -> Token | None:
        sign = longest(FIRST_SIGNS, self.text, at)
        return Token(SIGNS[sign], at, at + len(sign)) if sign else None

    def _unknown(self, at: int) -> Token:
        """A run of letters that nobody knows, up to the next word that somebody does."""
        if not WORDLIKE.match(self.text, at):
            raise SignUnknown(position=at + 1, sign=self.raw[at])
        end = at + 1
        while end < self.length and WORDLIKE.match(self.text, end):
            latin = LATIN.match(self.text, end) and LATIN.match(self.text, end - 1)
            if not latin and (self._known(end) or longest(FIRST_SIGNS, self.text, end)):
                break
            end += 1
        return Token("UNKNOWN", at, end, self.raw[at:end])


WITHOUT_BRACKETS = {name: spec["bare"] for name, spec in FUNCTIONS.items() if "bare" in spec}
"""Functions that may stand without brackets: 今天 like a field, 包含 between its arguments."""


def longest(names: dict[str, list[str]], text: str, at: int) -> str | None:
    """The longest of `names` that stands at `at`; a Latin one must end where the word ends."""
    for name in names.get(text[at : at + 1], ()):
        if text.startswith(name, at) and not _inside_a_word(name, text, at):
            return name
    return None


def _inside_a_word(name: str, text: str, at: int) -> bool:
    end = at + len(name)
    before = at > 0 and LATIN.match(text, at - 1) and name[0].isascii() and name[0].isalpha()
    after = end < len(text) and LATIN.match(text, end) and LATIN.match(text, end - 1)
    return bool(before or after)


def _joined(tokens: list[Token], scanner: Scanner) -> list[Token]:
    """A known field that touches an unknown word is part of a longer unknown one: 年假|余额数."""
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if last is not None and token.glued and _one_name(last, token):
            raw = scanner.raw[last.start : token.end]
            found[-1] = Token("UNKNOWN", last.start, token.end, raw, last.glued)
        else:
            found.append(token)
    return found


def _one_name(last: Token, token: Token) -> bool:
    """The 2 of 补贴2 belongs to the name; 3天 is a number even behind an unknown word."""
    counts = token.kind == "NUMBER" and (token.value.unit is not None or token.value.percent)
    kinds = {last.kind, token.kind}
    return "UNKNOWN" in kinds and kinds <= {"UNKNOWN", "FIELD", "NUMBER"} and last.kind != "NUMBER" and not counts


def _without_breaths(tokens: list[Token]) -> list[Token]:
    breaths = {former for former, after in pairwise(tokens) if former.kind == "COMMA" and after.kind in AFTER_COMMA}
    return [token for token in tokens if token not in breaths]


def _judged(tokens: list[Token], scanner: Scanner) -> list[Token]:
    """Unknown names become fields where the names are open, else refusals with what may have been meant."""
    judged = []
    for index, token in enumerate(tokens):
        if token.kind == "UNKNOWN":
            called = tokens[index + 1].kind == "OPEN" if index + 1 < len(tokens) else False
            if called:
                raise FunctionUnknown(position=token.start + 1, name=token.value, near=near_functions(token.value))
            if token.value in scanner.names.options:
                raise TextUnquoted(position=token.start + 1, text=token.value)
            if not scanner.names.open or not re.match(r"[^\W\d]", token.value):
                near = scanner.names.near(_run(tokens, index, scanner), token.value)
                raise FieldUnknown(position=token.start + 1, name=token.value, near=near)
            judged.append(Token("FIELD", token.start, token.end, token.value, token.glued))
        else:
            judged.append(token)
    return judged


def _run(tokens: list[Token], index: int, scanner: Scanner) -> str:
    """The unknown word with all words that touch it: 非|全日制工姿 may be one name."""
    first = last = index
    while tokens[first].glued and tokens[first - 1].end - tokens[first - 1].start > 0 and first > 0:
        if not WORDLIKE.match(scanner.text, tokens[first - 1].start):
            break
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].glued and WORDLIKE.match(scanner.text, tokens[last + 1].start):
        last += 1
    return scanner.raw[tokens[first].start : tokens[last].end]
