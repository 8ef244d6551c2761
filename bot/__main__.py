"""The command line: `hrbot …`. One file a command group in `bot/cli/`, each with `register(app)`."""

from __future__ import annotations

import importlib
import pkgutil

import typer
from pydantic import ValidationError

import bot.cli


def build() -> typer.Typer:
    app = typer.Typer(
        name="hrbot",
        help="The HR system that people talk to.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for module in sorted(pkgutil.iter_modules(bot.cli.__path__), key=lambda found: found.name):
        loaded = importlib.import_module(f"bot.cli.{module.name}")
        if hasattr(loaded, "register"):
            loaded.register(app)
    return app


def main() -> None:
    """Entry point; an expected failure is one line on stderr and exit status 1."""
    try:
        build()()
    except ValidationError as problem:
        first = problem.errors()[0]
        name = "HRBOT_" + "__".join(str(part) for part in first["loc"]).upper()
        typer.echo(f"hrbot: {name}: {first['msg']}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
