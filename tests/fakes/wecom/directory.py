"""department/simplelist and user/list (facts 4), as an app of one's own may call them."""

from __future__ import annotations

from typing import Any

from tests.fakes.wecom.errors import NO_PERMISSION, ApiError, bad
from tests.fakes.wecom.records import Call
from tests.fakes.wecom.world import World

Answer = dict[str, Any]


def departments(world: World, call: Call) -> Answer:
    rows = [{"id": id, "parentid": 0 if id == 1 else 1, "order": 100} for id in sorted(world.departments)]
    return {"department_id": rows}


def members(world: World, call: Call) -> Answer:
    """Not recursive. Only members; what is not filled in is not there."""
    id = call.query.get("department_id", "")
    if not id.isdigit() or int(id) not in world.departments:
        raise bad("department_id unknown")
    own = world.departments[int(id)]
    return {"userlist": [member(world, user) for user in sorted(world.members) if user in own]}


def member(world: World, user: str) -> Answer:
    name, number = world.names.get(user, (user, ""))
    row: Answer = {"userid": user, "name": name, "department": [1], "status": 1}
    if number:
        row["extattr"] = {"attrs": [{"type": 0, "name": "工号", "text": {"value": number}}]}
    return row


def list_id(world: World, call: Call) -> Answer:
    """user/list_id wants the secret of the contact sync, which an app of one's own does not have."""
    raise ApiError(NO_PERMISSION, "api forbidden")
