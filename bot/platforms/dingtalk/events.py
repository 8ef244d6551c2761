"""What the organisation reports: people and departments that changed, approvals, attendance (facts 2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from bot.platforms.dingtalk.messages import MAX_ID, MAX_USERID, UNKNOWN, check_company
from bot.platforms.shared.documents import Document, listing, mapping, seconds, text, word
from config.settings import DingTalk

CHECK_URL = "check_url"
"""Sent when the address is saved in the console."""
CONTACTS = frozenset(
    {"user_add_org", "user_modify_org", "user_leave_org", "user_active_org"}
    | {"org_dept_create", "org_dept_modify", "org_dept_remove", "org_change", "org_remove"}
    | {"org_admin_add", "org_admin_remove"}
    | {"label_user_change", "label_conf_add", "label_conf_modify", "label_conf_del"}
)
"""Not counted against the month's pushes."""
KINDS = CONTACTS | {
    CHECK_URL,
    UNKNOWN,
    "bpms_instance_change",
    "bpms_task_change",
    "attendance_approve_status_change",
    "attendance_check_record",
    "attendance_schedule_change",
    "hrm_mdm_user_change",
    "hrm_user_record_change",
}
"""Every value that `Event.kind` can have; nothing from an event gets among them."""
MOST = 1_000
"""People or departments of one event that are read."""
_PEOPLE = ("userId", "UserId", "userIds", "staffId", "staffid", "userid")
_DEPARTMENTS = ("deptId", "DeptId", "deptIds")


@dataclass(frozen=True, slots=True)
class Change:
    """What became different about a person, as texts: only fields that DingTalk names."""

    user: str
    before: Mapping[str, str] = field(repr=False)
    after: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of DingTalk's own that moved; "" where the event does not say."""

    instance: str
    process: str
    category: str
    task: str
    type: str
    result: str


@dataclass(frozen=True, slots=True)
class Event:
    """A hint to read again: it may repeat and overtake. `message_id` is the same each time."""

    kind: str
    message_id: str
    born: datetime | None
    users: tuple[str, ...]
    departments: tuple[int, ...]
    changes: tuple[Change, ...]
    approval: Approval | None
    fields: Document = field(repr=False)
    """All that came; never logged."""

    @property
    def free(self) -> bool:
        """Not counted against the month's pushes."""
        return self.kind in CONTACTS


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands about an event, in the frame's headers or flat among its fields."""

    name: str
    id: str
    company: str
    born: float | None


def of_frame(headers: Document, fields: Document, settings: DingTalk) -> Event:
    """Raises Foreign when it is not of this company."""
    heading = Heading(
        text(headers, "eventType"),
        text(headers, "eventId"),
        text(headers, "eventCorpId"),
        seconds(headers, "eventBornTime"),
    )
    return _event(heading, fields, settings)


def of_body(fields: Document, settings: DingTalk) -> Event:
    """As it comes over HTTP. Raises Foreign when it is not of this company."""
    heading = Heading(
        text(fields, "EventType"),
        text(fields, "eventId") or text(fields, "EventId"),
        text(fields, "CorpId"),
        seconds(fields, "EventTime"),
    )
    return _event(heading, fields, settings)


def _event(heading: Heading, fields: Document, settings: DingTalk) -> Event:
    check_company({"corpId": heading.company}, settings, "corpId")
    kind = heading.name if heading.name in KINDS else UNKNOWN
    return Event(
        kind,
        f"e:{_id(heading, fields)}",
        datetime.fromtimestamp(heading.born, UTC) if heading.born is not None and heading.born < 1e11 else None,
        tuple(_people(fields))[:MOST],
        tuple(_departments(fields))[:MOST],
        tuple(_changes(fields))[:MOST],
        _approval(fields) if text(fields, "processInstanceId") else None,
        fields,
    )


def _id(heading: Heading, fields: Document) -> str:
    if 0 < len(heading.id) <= MAX_ID:
        return heading.id
    return sha256(repr((heading, sorted(fields.items()))).encode("utf-8", "replace")).hexdigest()


def _people(fields: Document) -> list[str]:
    found = [word(raw).strip() for name in _PEOPLE for raw in listing(fields, name)]
    found += [text(row, "userId") for row in listing(fields, "dataList") if isinstance(row, dict)]
    return list(dict.fromkeys(user for user in found if 0 < len(user) <= MAX_USERID))


def _departments(fields: Document) -> list[int]:
    found = [word(raw).strip() for name in _DEPARTMENTS for raw in listing(fields, name)]
    return [int(number) for number in found if number.isascii() and number.isdigit() and len(number) < 19]


def _changes(fields: Document) -> list[Change]:
    """`diffInfo`: one object or a list of them."""
    rows = listing(fields, "diffInfo")
    changed: list[Document] = [row for row in rows if isinstance(row, dict)] or [mapping(fields, "diffInfo")]
    return [
        Change(user, _texts(mapping(row, "prev")), _texts(mapping(row, "curr")))
        for row in changed
        if (user := text(row, "userid") or text(row, "userId"))
    ]


def _texts(fields: Document) -> dict[str, str]:
    return {name: word(value) for name, value in fields.items()}


def _approval(fields: Document) -> Approval:
    return Approval(
        text(fields, "processInstanceId"),
        text(fields, "processCode"),
        text(fields, "bizCategoryId") or text(fields, "approveType"),
        text(fields, "taskId"),
        text(fields, "type") or text(fields, "status"),
        text(fields, "result"),
    )
