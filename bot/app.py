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

from bot import contacts, health, queue, reconcile, tasks
from bot.arrivals import Arrivals
from bot.broadcasting import jobs as broadcast_jobs
from bot.broadcasting.runner import Runner
from bot.database import Database, require_current
from bot.files import FileStore
from bot.handling import Handling
from bot.identity import Accounts
from bot.inbox import Inbox
from bot.outbox import TransactionalOutbox
from bot.platforms.port import Connected, Tidied, Update
from bot.platforms.shared.pool import Pool
from bot.registry import Registry
from bot.router import Conversation
from bot.scheduler import Scheduler
from bot.sender import Sender
from bot.tables import InstallationRow
from bot.understanding.live import LiveUnderstanding
from bot.understanding.understander import trained
from bot.web import tidying
from bot.wiring import Wiring
from bot.workers import ProcessLock, Workers, sweep
from cards.render import Renderer
from config.settings import Settings
from domain.approvals import service as approvals
from domain.calendar import service as calendar
from domain.kernel import audit
from domain.kernel.clock import Clock
from domain.leave import service as leave

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
    broadcasts: Runner
    pool: Pool | None
    queue_app: QueueApp
    lock: ProcessLock
    workers: Workers
    stranded: set[int] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    """Platforms whose connections are open."""
    loops: list[asyncio.Task[None]] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def outbox(self) -> TransactionalOutbox:
        return TransactionalOutbox(self.renderer, self.registry.reactions, self.settings.messengers, real_now())

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

    async def open_platforms(self) -> None:
        """For sending, and for asking a messenger who logs in. A second call changes nothing."""
        for platform in self.sender.platforms.values():
            if isinstance(platform, Connected) and platform.name not in self.opened:
                self.opened.add(platform.name)
                await platform.open()
                self._stack.push_async_callback(platform.close)

    async def start_work(self) -> None:
        """Workers, scheduler, sealer and sweep."""
        await require_current(self.database.engine)
        await self.load_company()
        await self.lock.take()
        await self._stack.enter_async_context(self.queue_app.open_async())
        await self.open_platforms()
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
        if self.pool is not None:
            await self.pool.close()
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
        await self.broadcasts.revive()
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
            await tidying.tidy(tx, real_now())
            await contacts.tidy(tx, real_now())

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
    registry, renderer = Registry.collect(), Renderer(public_url=settings.public_url)
    database = Database.connect(url, clock, pool_size=settings.chat_workers + settings.send_workers + 8)
    files = FileStore(Path(settings.data_dir) / "files")
    parts = Wiring(settings, database, registry, renderer, real_now)
    outbox = parts.outbox
    understanding = LiveUnderstanding(database, outbox, trained())
    await understanding.refresh()
    platforms = parts.platforms(files)
    many = parts.announcements(platforms)
    conversation = Conversation(registry, understanding, files, settings.trace, many.broadcasts, settings.messengers)
    handling = Handling(database, conversation, outbox, files, Arrivals(platforms, files), real_now)
    accounts = Accounts(database, outbox)
    sender = Sender(database, platforms, outbox, real_now, accounts.account, settings.trace)
    scheduler = Scheduler(database, registry.jobs, outbox)
    lock = ProcessLock(url)
    queue_app = queue.engine_app(url, lock_key=lock.key, pool_size=24)
    tasks.register(queue_app, handling, sender, scheduler, tasks.Reacting(database, registry.reactions, outbox))
    broadcast_jobs.register(queue_app, many)
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
        pool=parts.pool,
        broadcasts=many.runner,
        queue_app=queue_app,
        lock=lock,
        workers=Workers(queue_app, _counts(settings), settings.stop_seconds),
    )


def _counts(settings: Settings) -> dict[str, int]:
    return {queue.CHAT: settings.chat_workers, queue.SEND: settings.send_workers, queue.BULK: settings.bulk_workers}
