"""Reading the fields of a request strictly: wrong types and hard limits raise, advisory limits are noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.wecom.errors import bad


@dataclass
class Part:
    """One JSON object of a request, with its place for the hints; all parts of a request share the warnings."""

    values: dict[str, Any]
    place: str
    warnings: list[str]
    known: set[str] = field(default_factory=set)

    def text(self, key: str, *, chars: int = 0, octets: int = 0, required: bool = False) -> str:
        """A string. More than `chars` characters is a warning, more than `octets` bytes an error."""
        self.known.add(key)
        value = self.values.get(key)
        if value is None or value == "":
            if required:
                raise bad(f"{self.place}.{key} missing")
            return ""
        if not isinstance(value, str):
            raise bad(f"{self.place}.{key} is not a string")
        if octets and len(value.encode()) > octets:
            raise bad(f"{self.place}.{key} is longer than {octets} bytes")
        if chars and len(value) > chars:
            self.warnings.append(f"{self.place}.{key}: {len(value)} > {chars} characters: {value}")
        return value

    def number(self, key: str, allowed: range, default: int) -> int:
        self.known.add(key)
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            raise bad(f"{self.place}.{key}: {value!r} is not one of {allowed.start}..{allowed.stop - 1}")
        return value

    def flag(self, key: str) -> bool:
        self.known.add(key)
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise bad(f"{self.place}.{key} is not true or false")
        return value

    def part(self, key: str) -> Part | None:
        """An object in it; None when it is not there."""
        self.known.add(key)
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad(f"{self.place}.{key} is not an object")
        return Part(value, f"{self.place}.{key}", self.warnings)

    def parts(self, key: str, *, most: int, least: int = 0) -> Iterator[Part]:
        """The objects of a list; its length is a hard limit."""
        self.known.add(key)
        values = self.values.get(key)
        if values is None:
            values = []
        if not isinstance(values, list) or not least <= len(values) <= most:
            raise bad(f"{self.place}.{key} is not a list of {least}..{most}")
        for number, value in enumerate(values):
            if not isinstance(value, dict):
                raise bad(f"{self.place}.{key}[{number}] is not an object")
            yield Part(value, f"{self.place}.{key}[{number}]", self.warnings)

    def done(self) -> None:
        """Fields nobody asked for: WeCom ignores them, a client that means something by them is wrong."""
        for key in self.values.keys() - self.known:
            self.warnings.append(f"{self.place}.{key}: unknown field")


def unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise bad(f"{what} not unique: {values}")
