"""Seeds the demo company's people, organisation and shifts from `config/demo/company*.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import config
from domain.calendar import queries as calendar
from domain.calendar import service as calendar_service
from domain.calendar.patterns import spans
from domain.calendar.rules import ShiftDay, days, is_workday
from domain.kernel.clock import Month
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.org import service as org_service
from domain.org.service import NewPost
from domain.people import queries as people
from domain.people import service as people_service
from domain.people.rules import Detail, Messenger, WorkerType, complete_id
from domain.people.service import NewPerson

FOLDER = Path(config.__file__).parent / "demo"
Entry = Mapping[str, Any]


@cache
def document(name: str) -> dict[str, Any]:
    """One of the demo's files. Only read it."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return loaded


async def seed(tx: Tx) -> None:
    """Make the company as of `tx.today`; what is there already stays as it is, published shifts are prolonged."""
    await calendar_service.load_shipped(tx)
    company = document("company")
    founded = resolve(company["founded"], tx.today)
    there = {unit.id for unit in await org.units(tx, tx.today)}
    for unit in company["units"]:
        if unit["id"] not in there:
            await org_service.create_unit(tx, unit["name"], unit.get("parent"), founded, unit["id"])
    known = await people.find_all(tx, [PersonId(entry["id"]) for entry in company["people"]])
    for at, entry in enumerate(company["people"], start=1):
        if entry["id"] not in known:
            await _hire(tx, company, entry, at)
    if not known:
        await _appoint(tx, company)
    await _publish(tx)


def resolve(written: Entry, start: date) -> date:
    """`{years_ago: 3, day: "04-01"}` or `{days_ago: 40}` as a day before the start."""
    if "days_ago" in written:
        return start - timedelta(days=written["days_ago"])
    return date.fromisoformat(f"{start.year - written['years_ago']:04d}-{written['day']}")


async def _hire(tx: Tx, company: Entry, entry: Entry, at: int) -> None:
    person = PersonId(entry["id"])
    hired_on = resolve(entry["hired"], tx.today)
    await people_service.hire(
        tx,
        NewPerson(
            id=person,
            number=entry["number"],
            name=entry["name"],
            english_name=entry.get("english"),
            worker_type=WorkerType(entry.get("type", "full_time")),
            legal_entity=entry.get("legal_entity", company["legal_entity"]),
            city=company["city"],
            hired_on=hired_on,
            first_work_on=resolve(entry["first_work"], tx.today) if "first_work" in entry else None,
            details=dict(_details(tx, company, entry, at)),
        ),
    )
    for platform in Messenger:
        await people_service.link_account(tx, person, platform, person)
    earlier = entry.get("earlier")
    since = hired_on
    if earlier is not None:
        since = resolve(earlier["until"], tx.today) + timedelta(days=1)
        former = NewPost(person=person, unit_id=earlier["unit"], title=earlier["title"], since=hired_on)
        await org_service.assign(tx, former)
    await org_service.transfer(tx, NewPost(person=person, unit_id=entry["unit"], title=entry["title"], since=since))
    for role in entry.get("roles", ()):
        await org_service.grant_role(tx, person, role, hired_on)
    if "left" in entry:
        last_day = resolve(entry["left"], tx.today)
        await people_service.leave_company(tx, person, last_day)
        await org_service.end_all(tx, person, last_day)


def _details(tx: Tx, company: Entry, entry: Entry, at: int) -> Iterator[tuple[Detail, str]]:
    """Invented details; the sequence number of the ID is odd for men."""
    born = resolve(entry["born"], tx.today)
    sequence = 2 * at + (1 if entry["sex"] == "male" else 0)
    yield Detail.ID_NUMBER, complete_id(f"{company['id_region']}{born:%Y%m%d}{sequence:03d}")
    yield Detail.MOBILE, f"1390000{at:04d}"
    yield Detail.EMAIL, f"{entry['id']}@{company['email_host']}"
    yield Detail.BANK_ACCOUNT, f"620000000000{at:04d}"
    yield Detail.SEAT, f"A{at // 10 + 1}-{at % 10 + 1:02d}"


async def _appoint(tx: Tx, company: Entry) -> None:
    """Heads lead from their hire on."""
    for unit in company["units"]:
        if head := unit.get("head"):
            leader = await people.person(tx, PersonId(head))
            await org_service.appoint_head(tx, unit["id"], leader.id, leader.hired_on)


async def _publish(tx: Tx) -> None:
    """Shifts from some months back to four weeks ahead, inside each employment."""
    plan = document("company_shifts")
    month = Month.of(tx.today)
    for _ in range(plan["months_back"]):
        month = Month.of(month.first - timedelta(days=1))
    end = tx.today + timedelta(days=plan["days_ahead"])
    office_days = {day.day for day in await calendar.company_days(tx, month.first, end) if is_workday(day.kind)}
    shifts = {key: ShiftDay(entry["name"], spans(entry["spans"])) for key, entry in plan["shifts"].items()}
    for turn in plan["turns"]:
        person = await people.person(tx, PersonId(turn["person"]))
        published = {
            day: _shift(shifts, turn, day, office_days)
            for day in days(max(month.first, person.hired_on), end)
            if person.employed(day)
        }
        await calendar_service.publish_shifts(tx, person.id, published)


def _shift(shifts: Mapping[str, ShiftDay], turn: Entry, day: date, office_days: set[date]) -> ShiftDay:
    if turn["office_days"] and (day not in office_days or day.weekday() >= 5):
        return shifts["rest"]
    return shifts[turn["turn"][(day.toordinal() + turn["start"]) % len(turn["turn"])]]
