"""What the web chat shows of people, groups and files; read through the domain's queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.app import Bot
from bot.errors import FileUnknown
from bot.tables import FileRow
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people_queries
from domain.people.queries import PersonView


async def people(bot: Bot) -> list[dict[str, Any]]:
    """Everybody who works here today, in pinyin order, with department, title, roles and manager."""
    async with bot.database.transaction(bot.outbox(), "console") as tx:
        return await _shown(tx, await people_queries.active(tx, tx.today), managers=True)


async def oneself(bot: Bot, person: PersonId) -> list[dict[str, Any]]:
    """The person alone, in the shape of `people`; nothing of others, not even who leads them."""
    async with bot.database.transaction(bot.outbox(), person) as tx:
        return await _shown(tx, [await people_queries.person(tx, person)], managers=False)


async def _shown(tx: Tx, views: Sequence[PersonView], *, managers: bool) -> list[dict[str, Any]]:
    every_post = await org.assignments_of(tx, [person.id for person in views], tx.today)
    posts = {post.person: post for post in every_post if post.main}
    found = []
    for person in views:
        post = posts.get(person.id)
        found.append(
            {
                "id": person.id,
                "name": person.name,
                "department": post.unit_name if post else "",
                "title": post.title if post else "",
                "roles": sorted(await org.roles(tx, person.id, tx.today)),
                "manager": post.manager if post and managers else None,
            }
        )
    return found


async def groups(bot: Bot) -> list[dict[str, Any]]:
    """One group for each department, its members those of the whole subtree."""
    async with bot.database.transaction(bot.outbox(), "console") as tx:
        found = []
        for unit in await org.units(tx, tx.today):
            members = await org.members(tx, unit.id, tx.today)
            if members and unit.parent_id is not None:
                found.append({"id": unit.id, "name": unit.name, "members": members})
        return found


async def exists(bot: Bot, person: str) -> bool:
    async with bot.database.transaction(bot.outbox(), "console") as tx:
        return await people_queries.find(tx, PersonId(person)) is not None


async def company(bot: Bot) -> str:
    async with bot.database.transaction(bot.outbox(), "console") as tx:
        units = await org.units(tx, tx.today)
    return next((unit.name for unit in units if unit.parent_id is None), "hrbot")


async def file(bot: Bot, person: str, file_id: str) -> tuple[str, str, bytes]:
    """Name, media type, bytes: for its owner only. Raises FileUnknown."""
    async with bot.database.transaction(bot.outbox(), person) as tx:
        row = await tx.session.get(FileRow, file_id)
        if row is None or row.person != person:
            raise FileUnknown
        content = await bot.files.read(tx, file_id)
        await tx.audit("file.read", file_id)
        return row.name, row.media_type, content
