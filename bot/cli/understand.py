"""`hrbot understand`: sentences in, intents and slots out, as JSON Lines; needs no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from bot.understanding.columns import shown
from bot.understanding.roster import roster_file
from bot.understanding.understander import Understander


def answers(
    lines: Iterable[bytes], understander: Understander, now: datetime | None, complain: Callable[[str], None]
) -> Iterable[dict[str, Any]]:
    """One answer a line; a line that cannot be read is answered with an error and complained about."""
    for place, line in enumerate(lines, 1):
        identity: Any = None
        try:
            row = json.loads(line.decode("utf-8-sig"))
            identity = row.get("id") if isinstance(row, dict) else None
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError("an object with a string `text` is wanted")
            context = row.get("context") or {}
            if not isinstance(context, dict) or not isinstance(context.get("pending") or {}, dict):
                raise ValueError("`context` and `context.pending` must be objects")
            pending = context.get("pending")
            found = understander.understand(row["text"], now or datetime.now(ZoneInfo("Asia/Shanghai")), pending)
        except (ValueError, RecursionError) as fault:
            complain(f"line {place}: {fault}")
            yield {"id": identity, "error": str(fault)}
            continue
        yield {"id": identity, "intent": found.intent, "slots": shown(found, pending), "confidence": found.confidence}


def understand(
    now: str | None = typer.Option(None, "--now", help="The present instant, ISO; zoneless is Shanghai."),
) -> None:
    """Read JSON Lines {id, text, context?} and print {id, intent, slots, confidence} for each."""
    try:
        instant = datetime.fromisoformat(now) if now else None
    except ValueError:
        typer.echo(f"--now is not an ISO instant: {now}", err=True)
        raise typer.Exit(2) from None
    faults: list[str] = []

    def complain(fault: str) -> None:
        faults.append(fault)
        typer.echo(fault, err=True)

    understander = Understander.load(roster_file())
    for answer in answers(sys.stdin.buffer, understander, instant, complain):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    if faults:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Mount the command."""
    app.command("understand")(understand)
