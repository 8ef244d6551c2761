"""Group chats of departments, made and kept by the app: the head owns it, everybody there with an account is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select

from bot.platforms.port import APPCHAT
from bot.platforms.wecom import limits
from bot.platforms.wecom.api import WeComApi
from bot.platforms.wecom.tables import Group
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people

A_DAY = 1_000
"""Groups that an app may make in 24 hours."""
PREFIX = "hr"


class GroupRefused(Exception):
    """The group cannot be made or kept like this. The message is for the operator."""


@dataclass(frozen=True)
class GroupView:
    """A group chat; `members` are accounts, the owner's among them."""

    chat: str
    unit: str
    name: str
    owner: str
    members: tuple[str, ...]
    synced_at: datetime

    @property
    def conversation(self) -> str:
        """Where to send what is for all of them."""
        return APPCHAT + self.chat


@dataclass(frozen=True)
class Changed:
    """What a sync did to a group."""

    group: GroupView
    added: int
    removed: int


async def group_of(tx: Tx, unit_id: str) -> GroupView | None:
    """The unit's own group; not that of a unit above."""
    row = await tx.session.scalar(select(Group).where(Group.unit == unit_id))
    return _view(row) if row is not None else None


async def all_groups(tx: Tx) -> list[GroupView]:
    """By name."""
    return [_view(row) for row in await tx.session.scalars(select(Group).order_by(Group.name, Group.chat))]


@dataclass(frozen=True)
class Groups:
    """Makes groups and keeps them. `corp_id` makes chatids that no other company's unit has."""

    api: WeComApi
    corp_id: str
    real_now: Callable[[], datetime]

    async def create(self, tx: Tx, unit: org.UnitView, name: str | None = None) -> GroupView:
        """Raises GroupRefused, TryLater, Undeliverable. What a crash left half made is taken up again."""
        if await group_of(tx, unit.id) is not None:
            raise GroupRefused(f"{unit.name} has a group; `hrbot wecom group sync` brings it up to date")
        await self._check_day(tx)
        owner, members = await self._roll(tx, unit)
        called = (name or unit.name).strip()[: limits.GROUP_NAME]
        chat = PREFIX + sha256(f"{self.corp_id}:{unit.id}".encode()).hexdigest()[:30]
        there = await self.api.in_group(chat)
        if there is None:
            await self.api.group("create", {"name": called, "owner": owner, "userlist": members, "chatid": chat})
        now = self.real_now()
        row = Group(chat=chat, unit=unit.id, name=called, owner=owner, members=members, made_at=now, synced_at=now)
        tx.session.add(row)
        if there is not None:
            await self._update(row, there, owner, members)
        await tx.session.flush()
        await tx.audit("wecom.group_made", unit.id, chat=chat, members=len(members))
        return _view(row)

    async def sync(self, tx: Tx, unit: org.UnitView) -> Changed:
        """Who joined or left the unit joins or leaves its group. Raises as `create`."""
        row = await tx.session.scalar(select(Group).where(Group.unit == unit.id).with_for_update())
        if row is None:
            raise GroupRefused(f"{unit.name} has no group; `hrbot wecom group create` makes one")
        there = await self.api.in_group(row.chat)
        if there is None:
            raise GroupRefused(f"the group of {unit.name} is gone from WeCom")
        owner, members = await self._roll(tx, unit, row.owner)
        added, removed = await self._update(row, there, owner, members)
        await tx.session.flush()
        return Changed(_view(row), added, removed)

    async def _update(self, row: Group, there: list[str], owner: str, members: list[str]) -> tuple[int, int]:
        """Tell WeCom what is different; how many came and went."""
        known = {account.lower(): account for account in there}
        added = [account for account in members if account not in known]
        removed = [shown for account, shown in known.items() if account not in members]
        if added or removed or owner != row.owner:
            change = {"chatid": row.chat, "owner": owner, "add_user_list": added, "del_user_list": removed}
            await self.api.group("update", {name: value for name, value in change.items() if value})
        row.owner, row.members, row.synced_at = owner, members, self.real_now()
        return len(added), len(removed)

    async def _roll(self, tx: Tx, unit: org.UnitView, before: str = "") -> tuple[str, list[str]]:
        """The owner's and everybody's account, of those who are on WeCom where the app sees them.

        Without a head the owner of `before` stays it.
        """
        persons = await org.members(tx, unit.id, tx.today)
        wanted = [*([unit.head] if unit.head else []), *persons]
        by_person = {person: account for account, person in (await people.accounts(tx, "wecom")).items()}
        visible = await self._visible()
        found = list(dict.fromkeys(by_person[one] for one in wanted if by_person.get(one) in visible))
        if not limits.GROUP_LEAST <= len(found) <= limits.GROUP_MOST:
            raise GroupRefused(
                f"{unit.name} has {len(found)} people whom the app sees on WeCom; a group has "
                f"{limits.GROUP_LEAST} to {limits.GROUP_MOST}"
            )
        headed = unit.head is not None and by_person.get(unit.head) == found[0]
        return before if before in found and not headed else found[0], found

    async def _visible(self) -> set[str]:
        seen: set[str] = set()
        for department in await self.api.departments():
            seen |= {member.account.lower() for member in await self.api.members(department)}
        return seen

    async def _check_day(self, tx: Tx) -> None:
        since = self.real_now() - timedelta(days=1)
        made = await tx.session.scalar(select(func.count()).select_from(Group).where(Group.made_at > since))
        if (made or 0) >= A_DAY:
            raise GroupRefused(f"WeCom takes {A_DAY} new groups a day; go on tomorrow")


def _view(row: Group) -> GroupView:
    return GroupView(row.chat, row.unit, row.name, row.owner, tuple(row.members), row.synced_at)


__all__ = ["Changed", "GroupRefused", "GroupView", "Groups", "all_groups", "group_of"]
