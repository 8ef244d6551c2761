"""topapi/v2/department/listsub and topapi/v2/user/list (facts 4)."""

from __future__ import annotations

from typing import Any

from tests.fakes.dingtalk.errors import ApiError
from tests.fakes.dingtalk.fields import mapping
from tests.fakes.dingtalk.records import Call
from tests.fakes.dingtalk.world import World


def departments(world: World, call: Call) -> dict[str, Any]:
    """One level."""
    above = department(world, mapping(call.body, "body"))
    below = [id for id, (parent, _) in world.departments.items() if parent == above]
    return {"result": [{"dept_id": id, "name": f"部门{id}", "parent_id": above} for id in below]}


def members(world: World, call: Call) -> dict[str, Any]:
    """One page of those who stand directly in a department. Booleans come as words, as the samples show them."""
    body = mapping(call.body, "body")
    users = world.departments[department(world, body)][1]
    cursor, size = number(body, "cursor", range(1_000_000)), number(body, "size", range(1, 101))
    page, left = users[cursor : cursor + size], users[cursor + size :]
    result: dict[str, Any] = {"has_more": "true" if left else "false", "list": [row(world, one) for one in page]}
    return {"result": result | ({"next_cursor": cursor + size} if left else {})}


def row(world: World, user: str) -> dict[str, Any]:
    name, job_number = world.names.get(user, (user, ""))
    return {"userid": user, "name": name, "unionid": f"union-{user}", "active": "true"} | (
        {"job_number": job_number} if job_number else {}
    )


def department(world: World, body: dict[str, Any]) -> int:
    id = body.get("dept_id")
    if not isinstance(id, int) or id not in world.departments:
        raise ApiError("department", "no such department", 400, 60003)
    return id


def number(body: dict[str, Any], name: str, allowed: range) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise ApiError("parameter", f"{name}: {value!r}", 400, 400002)
    return value
