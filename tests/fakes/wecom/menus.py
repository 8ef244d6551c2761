"""What a menu must be: lengths of lists, names and keys are hard. WeCom's documentation has no more than the limits."""

from __future__ import annotations

from typing import Any

from tests.fakes.wecom.errors import MENU_BUTTONS, MENU_KEY, MENU_NAME, ApiError
from tests.fakes.wecom.fields import Part

TOP, BELOW = 3, 5
TOP_NAME, BELOW_NAME, KEY = 16, 40, 128


def check(body: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The buttons and the warnings. Raises ApiError."""
    menu = Part(body, "menu", [])
    buttons = list(menu.parts("button", least=1, most=TOP)) if counted(body.get("button"), TOP) else []
    for button in buttons:
        named(button, TOP_NAME)
        below = button.values.get("sub_button")
        if not below:
            clicked(button)
        elif counted(below, BELOW):
            for item in button.parts("sub_button", least=1, most=BELOW):
                named(item, BELOW_NAME)
                clicked(item)
                item.done()
        button.done()
    menu.done()
    return body["button"], menu.warnings


def counted(found: Any, most: int) -> bool:
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        raise ApiError(MENU_BUTTONS, f"invalid button size: 1..{most}")
    return True


def named(button: Part, most: int) -> None:
    name = button.text("name", required=True)
    if len(name.encode()) > most:
        raise ApiError(MENU_NAME, f"invalid button name size: {name}")


def clicked(button: Part) -> None:
    """Only the kind that hrbot uses."""
    if button.text("type", required=True) != "click":
        raise ApiError(MENU_BUTTONS, "this fake knows type click only")
    if not 1 <= len(button.text("key").encode()) <= KEY:
        raise ApiError(MENU_KEY, "invalid button key size")
