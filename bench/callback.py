"""The callback paths beside a bare POST and beside peers that store nothing, in one run on one machine.

    bench/peers/setup.sh                              # once: the peers, in an environment of their own
    .venv/bin/python -m bench.callback [--platform both] [--peers] [--rounds 3] [--senders 4000] [--client aiohttp]

32 connections; every callback is signed (WeCom's is encrypted too), from another person in turn and new. hrbot stores
each durably before it answers, while its worker process handles what was stored; peers check, parse and echo.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import pushes
from bench.contestants import CONTESTANTS, PEERS_PYTHON, ROOT, Field, Up, field_of
from bench.load import SEPARATOR
from bench.processes import busy, waited_for

WARM = 500
SLOW_RATE, SLOW_SECONDS = 200, 10
TARGETS = {"floor": 0.25, "flask": 1.5, "errbot": 2.5, "nonebot": 3.5}
"""Set for WeCom; of DingTalk the ratios are shown beside the same numbers."""
PLATFORMS = ("wecom", "dingtalk")
WITHOUT = {"dingtalk": {"errbot"}}
"""Peers that have nothing of their own for a platform."""


@dataclass(frozen=True)
class Measured:
    """One contestant in one round; CPU in µs per request by group."""

    load: dict[str, Any]
    cpu: dict[str, float]
    note: str = ""

    @property
    def rate(self) -> float:
        return float(self.load["sent"] / self.load["elapsed"])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def write_requests(file: Path, field: Field, senders: int, numbers: range) -> None:
    made = (
        pushes.wecom(field.wecom, senders, numbers)
        if field.platform == "wecom"
        else pushes.dingtalk(field.dingtalk, senders, numbers)
    )
    file.write_bytes(SEPARATOR.join(made))


def load(up: Up, file: Path, client: str, **options: float) -> dict[str, Any]:
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    done = subprocess.run(  # noqa: S603 - arguments of ours
        [
            sys.executable,
            "-m",
            "bench.load",
            "--port",
            str(up.port),
            "--requests",
            str(file),
            "--client",
            client,
            *given,
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def measure(name: str, field: Field, file: Path, chosen: argparse.Namespace) -> list[tuple[str, Measured]]:
    """One round of one contestant; for hrbot also how soon it answers while it works off the backlog."""
    with CONTESTANTS[name](field) as up:
        load(up, file, chosen.client, count=WARM)
        read = {**up.groups, "load": waited_for, "all": busy}
        before = {group: now() for group, now in read.items()}
        answers = load(up, file, chosen.client, skip=WARM, seconds=chosen.seconds)
        spent = {group: now() - before[group] for group, now in read.items()}
        others = 2 * spent["all"] - sum(spent.values())
        cpu = {group: used / answers["sent"] for group, used in spent.items() if group != "all"}
        note = f"others use {others / answers['elapsed'] / 1e4:.0f} % of a core"
        results = [(name, Measured(answers, cpu, note))]
        if up.stored is not None:
            sent = WARM + answers["sent"]
            slow = load(up, file, chosen.client, skip=sent, rate=SLOW_RATE, seconds=SLOW_SECONDS)
            kept, handled = up.stored()
            note = f"stored {kept} of {sent + slow['sent']}, handled {handled} meanwhile"
            results.append(("ack while slow", Measured(slow, {}, note)))
        return results


def told(name: str, measured: Measured) -> str:
    own = measured.load
    cpu = "  ".join(f"{group} {spent:.0f}" for group, spent in measured.cpu.items())
    wrong = sum(own["not_200"].values())
    line = f"{name:15} {measured.rate:7.0f} req/s  p50 {own['p50'] * 1e3:6.1f}  p99 {own['p99'] * 1e3:6.1f}"
    line += f"  worst {own['worst'] * 1e3:6.0f} ms  non-200 {wrong} {own['not_200'] or ''}"
    return f"{line}  CPU µs/req: {cpu}  {measured.note}" if cpu else f"{line}  {measured.note}"


def summary(platform: str, rounds: dict[str, list[Measured]]) -> None:
    """The best round of each, and hrbot's against the others'."""
    best = {name: max(found, key=lambda measured: measured.rate) for name, found in rounds.items()}
    say(f"\n{platform}: best of the rounds")
    for name, measured in best.items():
        if name != "ack while slow":
            say(told(name, measured))
    slowest = max(rounds["ack while slow"], key=lambda measured: measured.load["p99"])
    say(told("ack while slow", slowest) + " (worst round)")
    say(f"{platform}: hrbot against")
    for name, wanted in TARGETS.items():
        if name in best:
            say(f"  {name:8} {best['hrbot'].rate / best[name].rate:5.2f} ×   (target ≥ {wanted})")
    floor = min(measured.cpu["server"] for measured in rounds["floor"])
    serve = min(measured.cpu["serve"] for measured in rounds["hrbot"])
    say(f"  CPU of serve: {serve / floor:.1f} × the floor's   (target ≤ 4.5)")


def contestants(chosen: argparse.Namespace) -> list[str]:
    names = [name for name in CONTESTANTS if not chosen.only or name in chosen.only.split(",")]
    if chosen.peers and PEERS_PYTHON.exists():
        return names
    say(f"peers: {'not installed (bench/peers/setup.sh)' if chosen.peers else 'not asked for (--peers)'}")
    return [name for name in names if name in ("floor", "hrbot")]


def one_round(
    field: Field, names: list[str], number: int, chosen: argparse.Namespace
) -> Iterator[tuple[str, Measured]]:
    """Each contestant once with the callbacks of the field's platform."""
    file = field.folder / "requests"
    write_requests(file, field, chosen.senders, range(number * chosen.requests, (number + 1) * chosen.requests))
    for name in names:
        if name not in WITHOUT.get(field.platform, ()):
            for measured_name, measured in measure(name, field, file, chosen):
                say(f"{field.platform:8} round {number + 1}  {told(measured_name, measured)}")
                yield measured_name, measured


def main(chosen: argparse.Namespace) -> None:
    platforms = PLATFORMS if chosen.platform == "both" else (chosen.platform,)
    names, load_before = contestants(chosen), os.getloadavg()[0]
    say(f"load average before: {load_before:.2f}")
    rounds: dict[str, dict[str, list[Measured]]] = {platform: {} for platform in platforms}
    with (
        tempfile.TemporaryDirectory(prefix="hrbot-bench-", dir=chosen.folder) as where,
        field_of(Path(where), chosen.senders, chosen.nice) as field,
    ):
        try:
            for number in range(chosen.rounds):
                for platform in platforms:
                    field.platform = platform
                    for name, measured in one_round(field, names, number, chosen):
                        rounds[platform].setdefault(name, []).append(measured)
        finally:
            for log in Path(where).glob("*.log") if chosen.keep_logs else ():
                (Path(chosen.keep_logs) / log.name).write_bytes(log.read_bytes())
    for platform, found in rounds.items():
        if "hrbot" in found and "floor" in found:
            summary(platform, found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--platform", choices=[*PLATFORMS, "both"], default="both")
    parser.add_argument("--peers", action="store_true", help="measure the peers too, where they are installed")
    parser.add_argument("--only", default="", help="names with commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--senders", type=int, default=4_000)
    parser.add_argument("--requests", type=int, default=24_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--nice", type=int, default=0, help="priority of the worker process, as nice(1) has it")
    parser.add_argument("--folder", default=None, help="where the database lies; its disk is what is measured")
    parser.add_argument("--client", default="raw", help="raw or aiohttp: what the load costs itself")
    parser.add_argument("--keep-logs", default="")
    main(parser.parse_args())
