"""The grammar, LALR, built once. The parser keeps its own stack and the tree's height is capped as it grows, so no
text can exhaust ours."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from lark import Lark, UnexpectedToken
from lark import Token as Terminal
from lark.lexer import Lexer

from domain.rulebook.errors import EndsEarly, TooDeep, Unexpected
from domain.rulebook.rules.scanner import Token

DEEPEST = 80
"""Levels, brackets included; a sum of n items is n levels high."""
CONTEXT = 6
"""Characters that a message repeats from before the wrong place."""

GRAMMAR = """
?start: choice
?choice: either | IF choice THEN choice ELSE choice -> choose
?either: both | both (OR both)+ -> either
?both: negation | negation (AND negation)+ -> both
?negation: comparison | NOT negation -> opposite
?comparison: sum
    | sum (_sign sum)+ -> compare
    | sum IN group -> member
    | sum (NOT_IN | NOT IN) group -> stranger
    | sum BETWEEN sum -> between
    | sum NOT_CONTAINS sum -> lacking
    | sum EMPTY -> empty
    | sum NOT_EMPTY -> filled
_sign: GT | GE | LT | LE | EQ | NE | IS
?group: FIELD -> asked
    | OPEN arguments CLOSE -> several
    | LIST_OPEN arguments LIST_CLOSE -> several
?sum: product | sum (PLUS | MINUS) product -> arithmetic
?product: factor | product (TIMES | DIVIDE | PERCENT) factor -> arithmetic
?factor: atom | MINUS factor -> negative | PLUS factor -> positive
?atom: NUMBER -> number
    | DATE -> day
    | TEXT -> text
    | IS -> yes
    | FALSE -> no
    | FIELD -> asked
    | CONSTANT -> constant
    | OPEN choice CLOSE -> grouped
    | LIST_OPEN arguments LIST_CLOSE -> several
    | FUNCTION OPEN arguments? CLOSE -> call
    | IF OPEN choice COMMA choice COMMA choice CLOSE -> choose
arguments: choice (COMMA choice)*
%declare IF THEN ELSE AND OR NOT IN NOT_IN EMPTY NOT_EMPTY IS FALSE GT GE LT LE EQ NE
%declare PLUS MINUS TIMES DIVIDE PERCENT OPEN CLOSE LIST_OPEN LIST_CLOSE COMMA
%declare NUMBER DATE TEXT FIELD CONSTANT FUNCTION BETWEEN NOT_CONTAINS
"""

WANTED = (
    ("ELSE", "else"),
    ("THEN", "then"),
    ("CLOSE", "close"),
    ("LIST_CLOSE", "list_close"),
    ("FIELD", "operand"),
    ("OPEN", "open"),
    ("PLUS", "operator"),
)
"""What the parser would take, the most telling first, and the code for it."""


class Raw:
    """What the grammar saw, before anybody asked what it means. Refuses to grow too high."""

    def __init__(self, data: str, children: list[Any]) -> None:
        self.data, self.children = data, children
        self.depth: int = 1 + max((child.depth for child in children if isinstance(child, Raw)), default=0)
        if self.depth > DEEPEST:
            raise TooDeep(most=DEEPEST)

    @property
    def span(self) -> tuple[int, int]:
        return _start(self), _end(self)

    @property
    def parts(self) -> list[Raw]:
        """The children that are not words or signs."""
        return [child for child in self.children if isinstance(child, Raw)]

    def tokens(self) -> list[Token]:
        """The words and signs directly inside."""
        return [child.value for child in self.children if isinstance(child, Terminal)]


def _start(raw: Any) -> int:
    while isinstance(raw, Raw):
        raw = raw.children[0]
    return int(raw.value.start)


def _end(raw: Any) -> int:
    while isinstance(raw, Raw):
        raw = raw.children[-1]
    return int(raw.value.end)


class _Ready(Lexer):
    """Hands lark the tokens that the scanner made."""

    def __init__(self, _conf: object) -> None:
        pass

    def lex(self, tokens: Any, _state: Any = None) -> Iterator[Terminal]:
        for token in tokens:
            terminal = Terminal(token.kind, "")
            terminal.value = token
            yield terminal


@cache
def parser() -> Lark:
    """Built at the first use, 50 ms."""
    return Lark(GRAMMAR, parser="lalr", lexer=_Ready, tree_class=Raw)


def raw(tokens: list[Token], text: str) -> Raw:
    """What the grammar sees. Raises Unexpected, EndsEarly, TooDeep."""
    try:
        return cast(Raw, parser().parse(tokens))
    except UnexpectedToken as wrong:
        accepted: set[str] = wrong.accepts or set()
        wanted = [code for terminal, code in WANTED if terminal in accepted]
        if wrong.token.type == "$END":
            raise EndsEarly(wanted=wanted) from wrong
        place = wrong.token.value
        found, before = text[place.start : place.end], text[: place.start].rstrip()[-CONTEXT:].lstrip()
        raise Unexpected(position=place.start + 1, found=found, before=before, wanted=wanted) from wrong
