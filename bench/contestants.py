"""What is measured: the floor, hrbot in its two processes, and the peers. Each is up only while it is measured."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import text

from bench.processes import Server, cpu
from bench.pushes import sender
from bot import database, embedded, keys, process
from bot.demo.leave import Silent
from config.settings import Settings
from domain.kernel.clock import SystemClock
from domain.kernel.ids import PersonId
from domain.people import service as people
from domain.people.rules import Messenger
from domain.people.service import NewPerson
from tests.fakes.dingtalk import Account as DingTalkAccount
from tests.fakes.wecom import Account as WeComAccount
from tests.stage import free_port

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / "peers"
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
TEMPLATE = "bench_company"


@dataclass
class Up:
    """A contestant that is running: where it listens, and how to read its µs of CPU so far, by group."""

    port: int
    groups: dict[str, Callable[[], float]]
    stored: Callable[[], tuple[int, int]] | None = None
    """Messages in the inbox: all, and those handled."""


@dataclass
class Field:
    """Everything that the contestants share."""

    folder: Path
    postgres: embedded.Embedded
    nice: int = 0
    platform: str = "wecom"
    """Whose callbacks are sent now."""
    wecom: WeComAccount = field(default_factory=WeComAccount)
    dingtalk: DingTalkAccount = field(default_factory=DingTalkAccount)
    rounds: int = field(default=0)

    def hrbot(self, base: str) -> dict[str, str]:
        """The settings of the messenger that is measured; DingTalk's limits are not what is measured."""
        if self.platform == "wecom":
            return self.wecom.environment(f"{base}/cgi-bin")
        free = {
            f"HRBOT_DINGTALK__{name}": "1000000" for name in ("CALLS_PER_SECOND", "MONTHLY_CALLS", "MONTHLY_PUSHES")
        }
        return {**self.dingtalk.environment(base, template=False, mode="http"), **free}

    @property
    def secrets(self) -> dict[str, str]:
        """What the peers check with."""
        return {**self.wecom.environment(""), **self.dingtalk.environment("")}

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


@contextmanager
def bare(field: Field) -> Iterator[Up]:
    port = free_port()
    server = Server([sys.executable, "-m", "bench.bare", "floor", str(port)], field.log("floor"), {}, ROOT)
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.ready(f"http://127.0.0.1:{port}/")
        yield Up(port, {"server": server.cpu})


@contextmanager
def hrbot(field: Field) -> Iterator[Up]:
    """`hrbot serve` and `hrbot worker` on a fresh copy of the company, sending to an API that says OK."""
    field.rounds += 1
    name, port, api = f"bench_{field.rounds}", free_port(), free_port()
    with field.postgres.connect() as connection:
        connection.execute(f"create database {name} template {TEMPLATE}")
    given = {
        **field.hrbot(f"http://127.0.0.1:{api}"),
        "PYTHONPATH": str(ROOT),
        "HRBOT_DATA_DIR": str(field.folder / "data"),
        "HRBOT_DATABASE_URL": field.postgres.url(name),
        "HRBOT_PORT": str(port),
    }
    with ExitStack() as stack:

        def start(log: str, *arguments: str) -> Server:
            server = Server([*arguments], field.log(log), given, ROOT)
            stack.callback(server.stop)
            return server

        start("api", sys.executable, "-m", "bench.bare", "api", str(api)).ready(f"http://127.0.0.1:{api}/")
        serve = start("serve", sys.executable, "-m", "bot", "serve")
        serve.ready(f"http://127.0.0.1:{port}/healthz", 200)
        worker = start("worker", "nice", "-n", str(field.nice), sys.executable, "-m", "bot", "worker")
        serve.ready(f"http://127.0.0.1:{port}/readyz", 200)
        groups = {"serve": serve.cpu, "worker": worker.cpu, "postgres": lambda: postgres_cpu(field.postgres)}
        yield Up(port, groups, lambda: stored(field.postgres, name))


def postgres_cpu(server: embedded.Embedded) -> float:
    """All backends, also of connections that ended."""
    main = server.cluster.postmaster()
    backends = [pid for pid in server.cluster.processes() if pid != main]
    return cpu(backends) + (cpu([main], reaped=True) if main else 0.0)


def stored(server: embedded.Embedded, name: str) -> tuple[int, int]:
    with server.connect(name) as connection:
        row = connection.execute("select count(*), count(*) filter (where state = 'done') from bot_inbox").fetchone()
    assert row is not None
    return int(str(row[0])), int(str(row[1]))


def peer(name: str, *arguments: str) -> Callable[[Field], Iterator[Up]]:
    """A peer that `bench/peers/setup.sh` installs; PORT in the arguments is its port."""

    def started(field: Field) -> Iterator[Up]:
        port = free_port()
        given = [argument.replace("PORT", str(port)) for argument in arguments]
        server = Server([str(PEERS_PYTHON), *given], field.log(name), field.secrets, PEERS)
        with ExitStack() as stack:
            stack.callback(server.stop)
            server.ready(f"http://127.0.0.1:{port}/nothing")
            yield Up(port, {"server": server.cpu})

    return started


GUNICORN = ("-m", "gunicorn", "--workers", "2", "--bind", "127.0.0.1:PORT", "--log-level", "error", "flask_peer:app")
CONTESTANTS = {
    "floor": bare,
    "hrbot": hrbot,
    "flask": contextmanager(peer("flask", *GUNICORN)),
    "errbot": contextmanager(peer("errbot", "errbot_peer.py", "PORT")),
    "nonebot": contextmanager(peer("nonebot", "nonebot_peer.py", "PORT")),
}


async def company(url: str, senders: int) -> None:
    """A company of so many people, in a migrated database."""
    reached = database.Database.connect(url, SystemClock(), pool_size=2)
    await database.upgrade(reached.engine)
    for first in range(0, senders, 500):
        async with reached.transaction(Silent(), "bench") as tx:
            for number in range(first, min(first + 500, senders)):
                name = "王" + chr(0x4E00 + number % 997) + chr(0x5E00 + number // 997)
                new = NewPerson(
                    id=PersonId(sender(number)),
                    name=name,
                    number=f"B{number}",
                    hired_on=date(2020, 1, 6),
                    first_work_on=date(2016, 7, 1),
                    legal_entity="bench",
                    city="shanghai",
                )
                await people.hire(tx, new)
                for messenger in Messenger:
                    await people.link_account(tx, PersonId(sender(number)), messenger, sender(number))
    async with reached.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(
            text("vacuum analyze")
        )  # as autovacuum has it in real life: the queue's table is known as empty
    await reached.close()


@contextmanager
def field_of(folder: Path, senders: int, nice: int) -> Iterator[Field]:
    """A database server with the company, as a template for the rounds."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    keys.make(data)
    process.unlock(Settings(data_dir=data), demo=False)
    server = embedded.start(data)
    try:
        embedded.ensure_database(server, TEMPLATE)
        asyncio.run(company(server.url(TEMPLATE), senders))
        yield Field(folder, server, nice)
    finally:
        server.stop()
        shutil.rmtree(data, ignore_errors=True)
