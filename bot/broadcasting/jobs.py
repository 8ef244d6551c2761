"""The queue's jobs of broadcasts. Names are kept: a release can read the previous one's queued jobs."""

from __future__ import annotations

from procrastinate import App, JobContext

from bot import queue
from bot.broadcasting.announcements import DUE, Announcements
from bot.tasks import MAX_ATTEMPTS, guard


def register(app: App, announcements: Announcements) -> None:
    """Give the queue's task names their functions."""
    runner = announcements.runner

    @app.task(name="broadcast", queue=queue.BULK, pass_context=True)
    async def broadcast(context: JobContext, broadcast_id: str, platform: str) -> None:
        if context.job.attempts >= MAX_ATTEMPTS:
            await runner.give_up(broadcast_id, platform)
        guard(context)
        await runner.run(broadcast_id, platform)

    @app.task(name=DUE, queue=queue.BULK)
    async def announcement_due(announcement_id: str) -> None:
        await announcements.send_planned(announcement_id)

    @app.task(name="broadcast_wake", queue=queue.BULK)
    async def broadcast_wake(broadcast_id: str, platform: str) -> None:
        await runner.wake(broadcast_id, platform)
