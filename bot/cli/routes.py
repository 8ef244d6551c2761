"""`hrbot routes`: what is there."""

from __future__ import annotations

import typer

from bot.registry import Registry


def register(app: typer.Typer) -> None:
    app.command("routes")(routes)


def routes() -> None:
    """Print every intent, press, job and reaction, and who answers it."""
    registry = Registry.collect()
    for kind, table in (("intent", registry.intents), ("press", registry.presses)):
        for name, route in sorted(table.items()):
            typer.echo(f"{kind:9} {name:34} {route.handler.__module__}.{getattr(route.handler, '__name__', '?')}")
    for name, entry in sorted(registry.jobs.items()):
        typer.echo(f"{'job':9} {name:34} {entry.cron} ({entry.misfire})")
    for event, reactions in sorted(registry.reactions.items()):
        for name, _ in reactions:
            typer.echo(f"{'reaction':9} {event:34} {name}")
