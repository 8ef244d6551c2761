"""`hrbot demo | serve | worker`: the processes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from sqlalchemy.exc import SQLAlchemyError

from bot import logs, process
from bot.cli.fail import fail, known
from bot.demo import start
from bot.process import Roles
from config.settings import Settings, default_data_dir
from domain.kernel.clock import Clock, ShiftedClock, SystemClock, shanghai


def register(app: typer.Typer) -> None:
    app.command("demo")(start_demo)
    app.command("serve")(serve)
    app.command("worker")(worker)


def start_demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8080,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept.")] = None,
    now: Annotated[str | None, typer.Option(help="Business time to start at, ISO; zoneless is Asia/Shanghai.")] = None,
) -> None:
    """Start everything with the demo company; open http://127.0.0.1:PORT."""
    settings = Settings(data_dir=data_dir or default_data_dir(), port=port, host="127.0.0.1", trace=True)
    _require_free(settings.host, port)
    _run(start.run(settings, clock_at(now), _announce))


def serve() -> None:
    """Take messages: callbacks, health, metrics. Handling them is `hrbot worker`'s."""
    _run(process.run(Settings(), SystemClock(), Roles(web=True, work=False)))


def worker() -> None:
    """Handle and send messages, run the schedules; as many of these as you like."""
    process.give_way()
    _run(process.run(Settings(), SystemClock(), Roles(web=False, work=True)))


def clock_at(now: str | None) -> Clock:
    """The business clock that --now asks for."""
    if now is None:
        return SystemClock()
    try:
        return ShiftedClock(shanghai(now))
    except ValueError:
        fail(f"--now {now} is no ISO time such as 2026-03-11T10:30")


def _announce(url: str, seconds: float) -> None:
    typer.echo(f"hrbot is ready after {seconds:.1f} s: {url}  (Ctrl+C ends it)")


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            fail(f"port {port} on {host} is taken; choose another with --port")


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    logs.configure()
    try:
        uvloop.run(coroutine)
    except asyncio.CancelledError:
        raise typer.Exit(1) from None
    except known() as error:
        fail(str(error))
    except (OSError, SQLAlchemyError) as error:
        fail(f"cannot start ({type(error).__name__}); `hrbot doctor` tells what is wrong")
