"""Alembic's entry: runs on the connection that `bot/database.py` hands over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from bot.database import import_models
from domain.kernel.tables import Base

import_models()


def ours(_thing: object, name: str | None, *_: object) -> bool:
    """Procrastinate's tables are made by its own SQL, not compared with our models."""
    return not (name or "").startswith("procrastinate_")


def plain(kind: str, thing: object, autogen: AutogenContext) -> str | Literal[False]:
    """A migration names the database's own types, so that it outlives the classes of ours."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        implementation = thing.impl_instance
        package = "postgresql" if type(implementation).__module__.startswith("sqlalchemy.dialects") else "sa"
        if package == "postgresql":
            autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return f"{package}.{implementation!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=ours,
    compare_type=True,
    render_item=plain,
)
with context.begin_transaction():
    context.run_migrations()
