"""The parts of a document that are words: who, times, settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from domain.approvals.condition import parse
from domain.approvals.definition.tree import Settings, Timer, Who
from domain.approvals.errors import DefinitionInvalid
from domain.approvals.vocabulary import WORDS

NUMBERED = {"manager", "manager_chain"}
BARE = {"department_head", "applicant", "applicant_choice", "approver_choice"}
NAMED = {"post", "group", "form_person", "form_head"}


def translated(document: Any, section: str) -> dict[str, Any]:
    """The document with the engine's names for keys; an unknown key is an error, silence would hide a typing slip."""
    if not isinstance(document, Mapping):
        raise DefinitionInvalid(what="shape", where=str(document))
    return {word(section, key): value for key, value in document.items()}


def word(section: str, said: Any) -> str:
    """The engine's name for a word of the language. Raises DefinitionInvalid."""
    known = WORDS[section]
    if not isinstance(said, str) or said not in known:
        raise DefinitionInvalid(what="word", where=str(said))
    return known[said]


def who_of(document: Any) -> Who:
    """Whom a node asks: a word alone, a word with a value, or a list of {当, 由谁} of which the first that holds."""
    if isinstance(document, list):
        return Who("first", alternatives=tuple(_alternative(one) for one in document))
    if isinstance(document, str):
        document = {document: None}
    if not isinstance(document, Mapping) or len(document) != 1:
        raise DefinitionInvalid(what="who", where=str(document))
    said, value = next(iter(document.items()))
    kind = word("who", said)
    if kind == "manager_chain" and isinstance(value, Mapping):
        return Who("line", name=str(translated(value, "line").get("title") or ""))
    if kind in NUMBERED:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise DefinitionInvalid(what="level", where=str(document))
        return Who(kind, level=value)
    if kind == "role":
        return Who(kind, name=word("roles", value))
    if kind == "person":
        names = tuple(str(one) for one in (value if isinstance(value, list) else [value]) if one)
        if not names:
            raise DefinitionInvalid(what="who", where=str(document))
        return Who(kind, name=names[0], names=names)
    if (kind in NAMED and not value) or (kind in BARE and value and kind != "department_head"):
        raise DefinitionInvalid(what="who", where=str(document))
    return Who(kind, name=str(value or ""))


def _alternative(document: Any) -> tuple[Any, Who]:
    data = translated(document, "alternative")
    return parse(str(data["when"])) if "when" in data else None, who_of(data.get("who"))


def hours(said: Any) -> float:
    """Working hours, from `24小时`. Raises DefinitionInvalid."""
    matched = re.fullmatch(WORDS["times"]["hours"], str(said).strip())
    if matched is None or not 0 < float(matched[1]) <= 10_000:
        raise DefinitionInvalid(what="hours", where=str(said))
    return float(matched[1])


def timers_of(document: Any) -> tuple[Timer, ...]:
    """What happens after how long, soonest first. Raises DefinitionInvalid."""
    if not isinstance(document, Mapping):
        raise DefinitionInvalid(what="shape", where=str(document))
    found = [Timer(hours(after), word("timers", does)) for after, does in document.items()]
    return tuple(sorted(found, key=lambda timer: timer.hours))


def stand_ins(said: Any, policy: str) -> tuple[str, ...]:
    """Stand-ins in order; `person:ID` for a named one. Only `empty` may pass or reject, only `own` decide or skip."""
    found = []
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, Mapping):
            found.append(f"person:{who_of(one).name}")
            continue
        known = WORDS["stand_ins"] | WORDS.get(f"{policy}_words", {})
        if one not in known:
            raise DefinitionInvalid(what="word", where=str(one))
        found.append(known[one])
    return tuple(found)


def settings_of(document: Mapping[str, Any]) -> Settings:
    """Raises DefinitionInvalid."""
    data = translated(document, "settings")
    for key in ("dedupe", "withdraw_until", "batch"):
        if key in data:
            data[key] = word(key, data[key])
    for key in ("absent", "empty", "own"):
        if key in data:
            data[key] = stand_ins(data[key], key)
    if "reject_reasons" in data:
        data["reject_reasons"] = _reasons(data["reject_reasons"])
    if "allowed" in data:
        if not isinstance(data["allowed"], list):
            raise DefinitionInvalid(what="shape", where=str(data["allowed"]))
        data["allowed"] = frozenset(word("actions", one) for one in data["allowed"])
    if "administrators" in data:
        data["administrators"] = word("roles", data["administrators"])
    if not isinstance(data.get("add_depth", 1), int):
        raise DefinitionInvalid(what="level", where=str(data["add_depth"]))
    return Settings(**data)


def _reasons(said: Any) -> tuple[str, ...]:
    """They become buttons: a few words each."""
    if not isinstance(said, list) or not all(isinstance(one, str) and one.strip() for one in said):
        raise DefinitionInvalid(what="shape", where=str(said))
    return tuple(one.strip() for one in said)
