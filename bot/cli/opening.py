"""Transactions of the operator, for commands that change what people see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from bot.database import Database
from bot.outbox import TransactionalOutbox
from bot.registry import Registry
from cards.render import Renderer
from config.settings import Settings
from domain.kernel.tx import Tx

Opened = Callable[[], AbstractAsyncContextManager[Tx]]


def opening(database: Database) -> Opened:
    """Opens transactions of the operator; the events of each wait for a worker."""
    renderer, reactions, messengers = Renderer(), Registry.collect().reactions, Settings().messengers
    return lambda: database.transaction(
        TransactionalOutbox(renderer, reactions, messengers, datetime.now(UTC)), "operator"
    )
