"""The composition root: the one place that knows everything. Builds the parts, starts them, stops them in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog
from procrastinate import App as QueueApp
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from bot import health, queue, reconcile, tasks
from bot.arrivals import Arrivals
from bot.database import Database, require_current
from bot.files import FileStore
from bot.handling import Handling
from bot.identity import Accounts
from bot.inbox import Inbox
from bot.outbox import TransactionalOutbox
from bot.platforms.console.client import ConsolePlatform
from bot.platforms.dingtalk.api import DingTalkApi
from bot.platforms.dingtalk.client import Client
from bot.platforms.dingtalk.platform import DingTalkPlatform
from bot.platforms.port import Connected, Platform, Tidied, Update
from bot.platforms.shared.breaker import Peer
from bot.platforms.shared.clocks import Clocks
from bot.platforms.shared.gate import Gate
from bot.platforms.wecom.api import WeComApi
from bot.platforms.wecom.platform import WeComPlatform
from bot.registry import Registry
from bot.router import Conversation
from bot.scheduler import Scheduler
from bot.sender import Sender
from bot.tables import InstallationRow
from bot.understanding.live import LiveUnderstanding
from bot.understanding.understander import trained
from bot.workers import ProcessLock, Workers, sweep
from cards.render import Renderer
from config.settings import Settings
from domain.approvals import service as approvals
from domain.calendar import service as calendar
from domain.kernel import audit
from domain.kernel.clock import Clock
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave import service as leave
from domain.org import queries as org

log = structlog.get_logger()


def real_now() -> datetime:
    """Real time: for what the outside world measures, never for HR's rules."""
    return datetime.now(UTC)


@dataclass
class Bot:
    """Everything that runs in this process, by roles: web stores updates, worker handles and sends them."""

    settings: Settings
    url: str
    clock: Clock
    database: Database
    registry: Registry
    renderer: Renderer
    files: FileStore
    inbox: Inbox
    accounts: Accounts
    understanding: LiveUnderstanding
    handling: Handling
    sender: Sender
    scheduler: Scheduler
    queue_app: QueueApp
    lock: ProcessLock
    workers: Workers
    stranded: set[int] = field(default_factory=set)
    loops: list[asyncio.Task[None]] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def outbox(self) -> TransactionalOutbox:
        return TransactionalOutbox(self.renderer, self.registry.reactions, self.settings.default_platform, real_now())

    async def load_company(self) -> None:
        """The law's and the company's shipped rows, where there are none yet; what HR changed stays."""
        async with self.database.transaction(self.outbox(), "system") as tx:
            await calendar.load_shipped(tx)
            await approvals.load_company(tx)
            await leave.load_policy(tx)

    async def settle_installation(self, kind: str) -> str:
        """Whose database this is: what was settled before, else `kind` from now on. Processes may start together."""
        async with self.database.transaction(self.outbox(), "system") as tx:
            row = insert(InstallationRow).values(
                id=tx.new_id("ins"), one=True, kind=kind, started_at=tx.now, latest=tx.now
            )
            await tx.session.execute(row.on_conflict_do_nothing(index_elements=["one"]))
            return (await tx.session.scalars(select(InstallationRow.kind))).one()

    async def start_inbox(self) -> None:
        await require_current(self.database.engine)
        await self.accounts.refresh()
        self.loops += [asyncio.create_task(every(5.0, self.accounts.refresh), name="accounts")]
        await self.inbox.start()

    async def receive(self, update: Update, account: str) -> bool:
        """Store what a messenger brought, as from the person with this account there. Else as `Inbox.store`."""
        return await self.inbox.store(update, self.accounts.person(update.platform, account))

    async def start_work(self) -> None:
        """Workers, scheduler, sealer and sweep."""
        await require_current(self.database.engine)
        await self.load_company()
        await self.lock.take()
        await self._stack.enter_async_context(self.queue_app.open_async())
        for platform in self.sender.platforms.values():
            if isinstance(platform, Connected):
                await platform.open()
                self._stack.push_async_callback(platform.close)
        await sweep(self.database)
        await self.workers.start()
        self.loops += [
            asyncio.create_task(self.lock.keep(), name="process lock"),
            asyncio.create_task(every(1.0, self._sweep), name="sweep"),
            asyncio.create_task(every(1.0, self._seal), name="sealer"),
            asyncio.create_task(every(1.0, self._tick), name="scheduler"),
            asyncio.create_task(every(10.0, self.understanding.refresh), name="roster"),
            asyncio.create_task(every(5.0, self._reconcile), name="reconcile"),
            asyncio.create_task(every(3_600.0, self.tidy), name="tidy"),
        ]

    async def stop(self) -> None:
        """Stop taking, finish what runs, release; safe when only a part was started."""
        await self.inbox.stop()
        for loop in self.loops:
            loop.cancel()
        await asyncio.gather(*self.loops, return_exceptions=True)
        await self.workers.stop()
        await self._stack.aclose()
        await self.lock.release()
        await self.database.close()

    async def not_ready(self) -> str | None:
        """Why a message would not be answered now, or None when it would."""
        if not self.inbox.running:
            return "the inbox does not store"
        if self.workers.running and not self.workers.ready:
            return "workers are starting"
        if not await health.some_worker_lives(self.database):
            return "no worker is running"
        return None

    async def measure(self) -> None:
        await health.measure(self.database)

    async def _sweep(self) -> None:
        await sweep(self.database)

    async def _reconcile(self) -> None:
        """A job is stranded when two looks, a while apart, find it marked as ours and not running."""
        await reconcile.forgotten(self.database)
        async with self.database.engine.begin() as connection:
            found = await reconcile.stranded(connection, *self.workers.at_work())
            again = found & self.stranded & await reconcile.stranded(connection, *self.workers.at_work())
            await reconcile.put_back(connection, again)
        self.stranded = found - again

    async def tidy(self) -> None:
        async with self.database.transaction(self.outbox(), "system") as tx:
            for platform in self.sender.platforms.values():
                if isinstance(platform, Tidied):
                    await platform.tidy(tx)

    async def _seal(self) -> None:
        async with self.database.transaction(self.outbox(), "sealer") as tx:
            await audit.seal(tx.session)

    async def _tick(self) -> None:
        await self.scheduler.tick()


async def every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do it again and again; a failure is logged and does not end the loop."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            log.exception("loop.failed", work=getattr(work, "__name__", "work"))


async def build(settings: Settings, url: str, clock: Clock) -> Bot:
    """Wire the parts; nothing runs yet."""
    registry, renderer = Registry.collect(), Renderer()
    database = Database.connect(url, clock, pool_size=settings.chat_workers + settings.send_workers + 8)
    files = FileStore(Path(settings.data_dir) / "files")

    def outbox() -> TransactionalOutbox:
        return TransactionalOutbox(renderer, registry.reactions, settings.default_platform, real_now())

    understanding = LiveUnderstanding(database, outbox, trained())
    await understanding.refresh()
    conversation = Conversation(registry, understanding, files, settings.trace)
    platforms = _platforms(settings, database, outbox, files)
    handling = Handling(database, conversation, outbox, files, Arrivals(platforms, files), real_now)
    accounts = Accounts(database, outbox)
    sender = Sender(database, platforms, outbox, real_now, accounts.account, settings.trace)
    scheduler = Scheduler(database, registry.jobs, outbox)
    lock = ProcessLock(url)
    queue_app = queue.engine_app(url, lock_key=lock.key, pool_size=24)
    tasks.register(queue_app, handling, sender, scheduler, tasks.Reacting(database, registry.reactions, outbox))
    return Bot(
        settings=settings,
        url=url,
        clock=clock,
        database=database,
        registry=registry,
        renderer=renderer,
        files=files,
        inbox=Inbox(url, real_now, patience=settings.waiting_messages),
        accounts=accounts,
        understanding=understanding,
        handling=handling,
        sender=sender,
        scheduler=scheduler,
        queue_app=queue_app,
        lock=lock,
        workers=Workers(queue_app, _counts(settings), settings.stop_seconds),
    )


def _counts(settings: Settings) -> dict[str, int]:
    return {queue.CHAT: settings.chat_workers, queue.SEND: settings.send_workers, queue.BULK: settings.bulk_workers}


def _platforms(
    settings: Settings, database: Database, outbox: Callable[[], TransactionalOutbox], files: FileStore
) -> dict[str, Platform]:
    async def members(tx: Tx, group: str) -> list[PersonId]:
        return await org.members(tx, group, tx.today)

    platforms: dict[str, Platform] = {"console": ConsolePlatform(database, outbox, members)}
    if settings.wecom:
        gate = Gate(Peer("WeCom"), database.engine, settings.wecom.api_per_minute, Clocks(real_now))
        api = WeComApi(settings.wecom, gate, real_now)
        platforms["wecom"] = WeComPlatform(settings.wecom, api, files, settings.max_upload_bytes, real_now)
    if settings.dingtalk:
        client = Client(settings.dingtalk, database.engine, real_now)
        robot = DingTalkApi(settings.dingtalk, client)
        platforms["dingtalk"] = DingTalkPlatform(settings.dingtalk, robot, files, settings.max_upload_bytes, real_now)
    return platforms
