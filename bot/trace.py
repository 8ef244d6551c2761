"""The trace that the demo's web chat shows: what was understood, which steps ran, what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from bot.tables import TraceRow
from domain.kernel.tx import Tx


async def trace(tx: Tx, person: str, kind: str, words: str, detail: Mapping[str, Any]) -> None:
    """Keep one entry, in the transaction of what it tells of."""
    document = json.dumps(detail, ensure_ascii=False, default=str)
    tx.session.add(TraceRow(person=person, at=tx.now, kind=kind, text=words[:200], detail=document))
    await tx.session.flush()
    await tx.session.execute(text("select pg_notify('console', :person)"), {"person": person})
