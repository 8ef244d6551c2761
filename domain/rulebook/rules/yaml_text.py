"""YAML (and so JSON) as rule documents need it: numbers exact, no aliases, nothing but plain values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml

from domain.rulebook.errors import DocumentUnreadable

LONGEST = 200_000
"""Characters of one file of rules."""


class Exact(yaml.SafeLoader):
    """Reads 10.50 as it is written. An alias could grow a small file without end, so there are none."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise DocumentUnreadable(what="alias", where="")
        return super().compose_node(parent, index)

    def decimal(self, node: yaml.ScalarNode) -> Any:
        written = self.construct_scalar(node).replace("_", "")
        try:
            return Decimal(written)
        except ArithmeticError:
            return written


Exact.add_constructor("tag:yaml.org,2002:float", Exact.decimal)


def documents_in(text: str) -> list[Any]:
    """All documents of a text. Raises DocumentUnreadable with the line."""
    if len(text) > LONGEST:
        raise DocumentUnreadable(what="long", where=str(LONGEST))
    loader = Exact(text) if _readable(text) else None
    if loader is None:
        raise DocumentUnreadable(what="yaml", where="1")
    found = []
    try:
        while loader.check_node():
            found.append(loader.construct_document(loader.get_node()))
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise DocumentUnreadable(what="yaml", where=str(line)) from wrong
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as wrong:
        raise DocumentUnreadable(what="yaml", where="1") from wrong
    finally:
        loader.dispose()
    return [each for each in found if each is not None]


def _readable(text: str) -> bool:
    """Whether YAML allows all its characters."""
    return yaml.reader.Reader.NON_PRINTABLE.search(text) is None
