"""Reading a request body strictly."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.dingtalk.errors import ApiError, bad


def mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad(f"{place} is not an object")
    return value


def string(body: dict[str, Any], name: str, place: str = "") -> str:
    """A string with something in it."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ApiError(f"Missing{name}", f"{place}{name} is mandatory for this action")  # code unconfirmed
    return value


def strings(body: dict[str, Any], name: str, most: int) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise bad(f"{name} is not a list of strings", f"invalidParameter.{name}.empty")
    if len(value) > most:
        raise bad(f"{name}: {len(value)}, at most {most}", f"invalidParameter.{name}.overLimit")
    return list(dict.fromkeys(value))


def string_map(value: Any, place: str) -> dict[str, str]:
    """Every value must be a string already (facts 3.3, D15)."""
    for key, one in mapping(value, place).items():
        if not isinstance(one, str):
            raise bad(f"{place}.{key} is {type(one).__name__}, not a string", "param.error")  # unconfirmed code
    return dict(value)


def parsed(text: Any, place: str) -> dict[str, Any]:
    """JSON in a string, an object."""
    if not isinstance(text, str):
        raise bad(f"{place} is not a JSON string", f"invalidParameter.{place}.invalid")
    try:
        return mapping(json.loads(text), place)
    except ValueError:
        raise bad(f"{place} is not JSON", f"invalidParameter.{place}.invalid") from None


def octets(value: Any) -> int:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(text.encode())
