"""What a finger can do on a card: press a button that is there, and fill the form as the component allows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from tests.fakes.dingtalk.records import Params
from tests.fakes.dingtalk.seen import buttons, listed

FORMATS = {"DATE": "%Y-%m-%d", "TIME": "%H:%M", "DATETIME": "%Y-%m-%d %H:%M"}
KINDS = {"TEXT", "TEXT_ARRAY", "TEXT_AREA", "NUMBER", "CHECKBOX", "SWITCH", "SELECT", "MULTI_SELECT"}
KINDS |= {"CHECKBOX_GROUP", "MULTI_CHECKBOX_GROUP", *FORMATS}
ONE, SEVERAL = {"SELECT", "CHECKBOX_GROUP"}, {"MULTI_SELECT", "MULTI_CHECKBOX_GROUP"}


def pressable(params: Params, action: str, what: str) -> None:
    """Raises AssertionError when the card does not show that button now."""
    offered = [str(one["id"]) for one in buttons(params)]
    assert action in offered, f"{what}: {action} cannot be pressed, only {offered}"


def callback_content(
    params: Params, action: str, given: Mapping[str, Any] | None, *, force: bool, flat: bool
) -> dict[str, Any]:
    """cardPrivateData of the callback. `given` None: a bare button. With a form the form component's own button sends
    it: actionIds are `["form"]`, its values stand under `form` (D15), or `flat` among the other parameters.

    Raises AssertionError for a value that the client would not let through.
    """
    form = {one["name"]: one for one in listed(params, "form")} if not force else {}
    if given is None or not form:
        return {"actionIds": [action], "params": {"action": action, **(given or {})}}
    others = {name: value for name, value in given.items() if name not in form}
    assert not others, f"the form has no {sorted(others)}, only {sorted(form)}"
    values = {}
    for name, field in form.items():
        value = typed(field, given[name]) if name in given else field.get("defaultValue")
        missing = field.get("required") and value in (None, "", [])
        assert not missing, f"{name}: {field.get('requiredMsg', 'required')}"
        if value is not None:
            values[name] = value
    return {"actionIds": ["form"], "params": {"action": action, **(values if flat else {"form": values})}}


def typed(field: dict[str, Any], value: Any) -> Any:
    """As the component hands it over: an option as {index, value}, dates as text."""
    kind, name = field.get("type", "TEXT"), field["name"]
    assert kind in KINDS, f"{name}: the form component has no {kind}"
    assert not any(field.get(mark) for mark in ("readOnly", "hidden")), f"{name} cannot be changed"
    if kind in ONE:
        index = option(field, value)
        text = field["options"][index]["value"]
        return {"index": index, "value": text} if kind == "SELECT" else text
    if kind in SEVERAL:
        found = [option(field, one) for one in value]
        texts = [field["options"][index]["value"] for index in found]
        return {"index": found, "value": texts} if kind == "MULTI_SELECT" else texts
    if kind in FORMATS:
        datetime.datetime.strptime(value, FORMATS[kind])  # noqa: DTZ007  only its form is checked
    if kind in ("CHECKBOX", "SWITCH"):
        assert isinstance(value, bool), f"{name} is a tick"
    if kind == "NUMBER":
        float(value)
    return value


def option(field: dict[str, Any], wanted: Any) -> int:
    for index, one in enumerate(field["options"]):
        if wanted in (one["value"], one["text"]):
            return index
    raise AssertionError(f"{field['name']} has no option {wanted}: {field['options']}")
