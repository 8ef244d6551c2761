"""The company's leave policy as dated rows: seeding them, and reading what is in force on a day."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

import config.company
from domain.kernel.tx import Tx
from domain.leave.errors import NoSuchType
from domain.leave.model import PolicyRow
from domain.leave.rules.policy import (
    AccountPolicy,
    GeneralPolicy,
    LeaveKind,
    Policies,
    TypePolicy,
    validated,
)


async def load_policy(tx: Tx) -> None:
    """Seed the shipped policy. Rows that are there already, perhaps edited by HR, stay as they are."""
    for subject, effective_from, document in shipped():
        await set_policy(tx, subject, effective_from, document)


async def set_policy(tx: Tx, subject: str, effective_from: date, document: dict[str, Any]) -> bool:
    """Decide something from a day on; False when a row of that day is there. Raises pydantic.ValidationError."""
    validated(subject, document)
    values = {
        "subject": subject,
        "effective_from": effective_from,
        "document": document,
        "by": tx.principal,
        "at": tx.now,
    }
    added = await tx.session.execute(
        insert(PolicyRow).values(values).on_conflict_do_nothing().returning(PolicyRow.subject)
    )
    if added.first() is None:
        return False
    await tx.audit("leave.policy", subject, effective_from=effective_from)
    return True


def shipped() -> list[tuple[str, date, dict[str, Any]]]:
    """The rows of `config/company/leave.yaml`: subject, day, document."""
    rows = []
    document = _document()
    for entry in document["general"]:
        rows.append(_row("general", entry, {}))
    for account, entries in document["accounts"].items():
        rows += [_row(f"account:{account}", entry, {"account": account}) for entry in entries]
    for kind, entries in document["types"].items():
        rows += [_row(f"type:{kind}", entry, {"kind": kind}) for entry in entries]
    return rows


def _row(subject: str, entry: dict[str, Any], more: dict[str, Any]) -> tuple[str, date, dict[str, Any]]:
    document = {**more, **{key: value for key, value in entry.items() if key != "effective_from"}}
    return subject, entry["effective_from"], document


@cache
def _document() -> dict[str, Any]:
    path = Path(config.company.__path__[0]) / "leave.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


async def policies(tx: Tx, on: date) -> Policies:
    """All that is in force on a day. Raises LookupError where nothing is loaded: a gap is never guessed over."""
    rows = await tx.session.execute(
        select(PolicyRow.subject, PolicyRow.document)
        .where(PolicyRow.effective_from <= on)
        .distinct(PolicyRow.subject)
        .order_by(PolicyRow.subject, PolicyRow.effective_from.desc())
    )
    general: GeneralPolicy | None = None
    types: dict[LeaveKind, TypePolicy] = {}
    accounts: dict[str, AccountPolicy] = {}
    for row in rows:
        policy = validated(row.subject, row.document)
        if isinstance(policy, TypePolicy):
            types[policy.kind] = policy
        elif isinstance(policy, AccountPolicy):
            accounts[policy.account] = policy
        else:
            general = policy
    if general is None:
        raise LookupError(f"no leave policy is loaded for {on}")
    return Policies(general, types, accounts)


async def type_policy(tx: Tx, kind: LeaveKind, on: date) -> TypePolicy:
    """Raises NoSuchType."""
    found = (await policies(tx, on)).types.get(kind)
    if found is None:
        raise NoSuchType(kind=kind.value, day=on)
    return found
