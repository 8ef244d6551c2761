"""Published definitions and dated policies: storing versions, reading the ones in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from config.company.approvals import files
from domain.approvals.definition import Definition, compile_definition
from domain.approvals.errors import DefinitionUnknown
from domain.approvals.model import DefinitionRow, PolicyRow
from domain.approvals.rules import Policy
from domain.kernel.tx import Tx

PUBLISH_LOCK = 7_304_020
KEPT = 500
COMPILED: dict[str, Definition] = {}


async def publish(tx: Tx, document: Mapping[str, Any]) -> int:
    """Publish a definition; its version. What is in force already is not published again. Raises DefinitionInvalid."""
    definition = compile_definition(document)
    await tx.session.execute(select(func.pg_advisory_xact_lock(PUBLISH_LOCK)))
    latest = await _latest(tx, definition.code)
    digest = _digest(document)
    if latest is not None and latest.digest == digest:
        return latest.version
    row = DefinitionRow(
        id=tx.new_id("apd"),
        code=definition.code,
        name=definition.name,
        version=latest.version + 1 if latest else 1,
        digest=digest,
        document=json.loads(_canonical(document)),
        published_at=tx.now,
    )
    tx.session.add(row)
    await tx.audit("approvals.publish", row.id, definition=row.code, version=row.version)
    await tx.session.flush()
    return row.version


async def load_company(tx: Tx) -> None:
    """Seed what `config/company/approvals/` holds. A version HR has replaced since is not brought back."""
    for document in files.definitions():
        definition = compile_definition(document)
        known = select(DefinitionRow.id).where(
            DefinitionRow.code == definition.code, DefinitionRow.digest == _digest(document)
        )
        if await tx.session.scalar(known) is None:
            await publish(tx, document)
    for row in files.policies():
        values = {"effective_from": row["effective_from"], "document": {**row, "effective_from": None}}
        await tx.session.execute(insert(PolicyRow).values(values).on_conflict_do_nothing())


async def in_force(tx: Tx, name: str) -> tuple[str, Definition]:
    """The row id and the newest version of a definition, by its code or its name. Raises DefinitionUnknown."""
    row = await _latest(tx, name)
    if row is None:
        raise DefinitionUnknown(definition=name)
    return row.id, _compiled(row)


async def version(tx: Tx, row_id: str) -> Definition:
    """The version a case started with."""
    return COMPILED.get(row_id) or _compiled(await tx.session.get_one(DefinitionRow, row_id))


def _compiled(row: DefinitionRow) -> Definition:
    """A published version never changes, so each is read once."""
    if row.id not in COMPILED:
        if len(COMPILED) >= KEPT:
            COMPILED.clear()
        COMPILED[row.id] = compile_definition(row.document)
    return COMPILED[row.id]


async def policy(tx: Tx, on: date) -> Policy:
    """The company's urging policy of a day. Raises LookupError where none is loaded: a gap is never guessed over."""
    row = await tx.session.scalar(
        select(PolicyRow).where(PolicyRow.effective_from <= on).order_by(PolicyRow.effective_from.desc()).limit(1)
    )
    if row is None:
        raise LookupError(f"no approvals policy for {on}")
    return Policy.of(row.document)


async def _latest(tx: Tx, name: str) -> DefinitionRow | None:
    found: DefinitionRow | None = await tx.session.scalar(
        select(DefinitionRow)
        .where(or_(DefinitionRow.code == name, DefinitionRow.name == name))
        .order_by(DefinitionRow.version.desc())
        .limit(1)
    )
    return found


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, default=str)


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(document).encode()).hexdigest()
