"""`hrbot doctor`: looks at everything a start needs and says in plain Chinese what is wrong and what to do."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from bot import diagnosis
from bot.findings import Finding


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="The data directory.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port that will be listened on.")] = None,
) -> None:
    """Check this installation; exit status 1 when something is wrong. Changes nothing."""
    found = list(diagnosis.everything(data_dir, port))
    for finding in found:
        typer.echo(line(finding))
    wrong = sum(finding.wrong for finding in found)
    typer.echo(words()["结论"]["ill" if wrong else "well"].format(count=wrong))
    if wrong:
        raise typer.Exit(1)


def line(finding: Finding) -> str:
    """One finding in words."""
    kind, mark = ("坏", "✗") if finding.wrong else ("提示", "·") if finding.hint else ("好", "✓")
    return f"{mark} {words()[kind][finding.code].format(**finding.facts)}"


@cache
def words() -> dict[str, dict[str, str]]:
    loaded: Any = yaml.safe_load((files("bot.cli") / "doctor.yaml").read_text(encoding="utf-8"))
    return {kind: dict(lines) for kind, lines in loaded.items()}
