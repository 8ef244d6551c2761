"""Hire, leave, correct: persons, their employments and details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select, update

from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.people import errors, events, naming, queries
from domain.people.model import DetailRow, Employment, Person, Terms
from domain.people.rules import LOOKED_UP, Detail, WorkerType, normalise
from domain.people.service.inserting import insert

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Somebody to hire. Without `id` one is made, without `number` (工号) the next code.

    `pinyin` is the person's own reading where the usual one is wrong; `first_work_on` the first working day of all.
    """

    name: str
    hired_on: date
    legal_entity: str
    city: str
    worker_type: WorkerType = WorkerType.FULL_TIME
    id: PersonId | None = None
    number: str | None = None
    english_name: str | None = None
    pinyin: str | None = None
    first_work_on: date | None = None
    details: Mapping[Detail, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class NewTerms:
    """What an employment's rules depend on."""

    worker_type: WorkerType
    legal_entity: str
    city: str


async def hire(tx: Tx, new: NewPerson) -> PersonId:
    """Record a person with a first employment; emits Hired.

    Raises NameMissing, HiredBeforeFirstWork, PersonExists, NumberTaken and what `set_detail` raises.
    """
    name = " ".join(new.name.split())
    if not name:
        raise errors.NameMissing
    _check_first_work(new.first_work_on, new.hired_on)
    id = new.id or PersonId(tx.new_id("pe"))
    number = (new.number or "").strip() or await tx.short_code("E")
    if await tx.session.get(Person, id) is not None:
        raise errors.PersonExists(person=id)
    if (holder := await queries.by_number(tx, number)) is not None:
        raise errors.NumberTaken(number=number, name=holder.name)
    row = Person(
        id=id,
        number=number,
        name=name,
        pinyin=new.pinyin or naming.pinyin(name),
        sort_key=naming.sort_key(name),
        english_name=new.english_name,
        first_work_on=new.first_work_on,
        created_at=tx.now,
    )
    await insert(tx, errors.PersonExists(person=id), row)
    await _employ(tx, id, name, new.hired_on, NewTerms(new.worker_type, new.legal_entity, new.city))
    details = [_detail_row(tx, id, detail, _stored(detail, value)) for detail, value in new.details.items()]
    await insert(tx, errors.IdNumberTaken(), *details)
    return id


async def rehire(tx: Tx, person: PersonId, hired_on: date, terms: NewTerms) -> None:
    """A further employment of somebody who left; emits Hired. Raises PersonUnknown, AlreadyEmployed."""
    known = await queries.person(tx, person)
    await _employ(tx, person, known.name, hired_on, terms)


async def leave_company(tx: Tx, person: PersonId, last_day: date) -> None:
    """End the employment; `last_day` is still worked. Emits Left. A later call corrects the day.

    Raises PersonUnknown, LeavesBeforeHired, NotEmployed.
    """
    known = await queries.person(tx, person)
    job = await _current(tx, person)
    if job is None:
        raise errors.NotEmployed(name=known.name)
    if last_day < job.hired_on:
        raise errors.LeavesBeforeHired(last_day=last_day, hired_on=job.hired_on)
    if job.left_on == last_day:
        return
    before, job.left_on = job.left_on, last_day
    terms = await _terms(tx, person, last_day)
    if terms is not None:
        terms.valid_to = last_day
    await tx.session.flush()
    await tx.audit("people.leave_company", person, last_day=last_day, before=before)
    await tx.emit(events.Left(person=person, last_day=last_day))


async def change_terms(tx: Tx, person: PersonId, since: date, terms: NewTerms) -> None:
    """Other worker type, legal entity or city from a day on; the old terms end the day before.

    The same terms again change nothing. Raises PersonUnknown, NotEmployed.
    """
    known = await queries.person(tx, person)
    running = await _terms(tx, person, since)
    if running is None or not known.employed(since):
        raise errors.NotEmployed(name=known.name)
    if _of(running) == terms:
        return
    until = running.valid_to
    if running.valid_from == since:
        running.voided_at = tx.now
    else:
        running.valid_to = since - ONE_DAY
    await tx.session.flush()
    refusal = errors.AlreadyEmployed(name=known.name, hired_on=since)
    await insert(tx, refusal, _terms_row(tx, person, since, until, terms))
    await tx.audit("people.change_terms", person, since=since, worker_type=terms.worker_type, city=terms.city)
    await tx.emit(events.TermsChanged(person=person, since=since))


async def correct_hire(tx: Tx, person: PersonId, hired_on: date) -> None:
    """The hire was on another day: the employment is voided and recorded anew; emits Hired.

    Raises PersonUnknown, NotEmployed, HiredBeforeFirstWork, LeavesBeforeHired, AlreadyEmployed.
    """
    known = await queries.person(tx, person)
    job = await _current(tx, person)
    if job is None:
        raise errors.NotEmployed(name=known.name)
    if job.hired_on == hired_on:
        return
    _check_first_work(known.first_work_on, hired_on)
    if job.left_on is not None and job.left_on < hired_on:
        raise errors.LeavesBeforeHired(last_day=job.left_on, hired_on=hired_on)
    first = await _first_terms(tx, job)
    job.voided_at = first.voided_at = tx.now
    await tx.session.flush()
    refusal = errors.AlreadyEmployed(name=known.name, hired_on=hired_on)
    right = Employment(id=tx.new_id("em"), person=person, hired_on=hired_on, left_on=job.left_on)
    await insert(tx, refusal, right, _terms_row(tx, person, hired_on, first.valid_to, _of(first)))
    await tx.audit("people.correct_hire", person, hired_on=hired_on, before=job.hired_on)
    await tx.emit(events.Hired(person=person, hired_on=hired_on))


async def correct_person(
    tx: Tx, person: PersonId, *, name: str | None = None, first_work_on: date | None = None
) -> None:
    """Correct the name or the first working day of all; what was there before stays in the audit.

    Raises PersonUnknown, HiredBeforeFirstWork.
    """
    known = await queries.person(tx, person)
    row = await tx.session.get_one(Person, person)
    if first_work_on is not None and first_work_on != row.first_work_on:
        _check_first_work(first_work_on, known.hired_on)
        await tx.audit("people.correct_first_work", person, first_work_on=first_work_on, before=row.first_work_on)
        row.first_work_on = first_work_on
        await tx.emit(events.Hired(person=person, hired_on=known.hired_on))
    if name and name != row.name:
        await tx.audit("people.rename", person)
        row.name, row.pinyin, row.sort_key = name, naming.pinyin(name), naming.sort_key(name)
    await tx.session.flush()


async def set_detail(tx: Tx, person: PersonId, detail: Detail, value: str) -> bool:
    """Record a personal fact; the former value stays as history. False when it was so already.

    Raises MobileInvalid, IdNumberInvalid, IdNumberTaken, DetailInvalid.
    """
    stored = _stored(detail, value)
    live = DetailRow.person == person, DetailRow.detail == detail, DetailRow.replaced_at.is_(None)
    if await tx.session.scalar(select(DetailRow.value).where(*live)) == stored:
        return False
    if detail is Detail.ID_NUMBER and await queries.holding(tx, detail, stored):
        raise errors.IdNumberTaken
    await tx.session.execute(update(DetailRow).where(*live).values(replaced_at=tx.now))
    await insert(tx, errors.IdNumberTaken(), _detail_row(tx, person, detail, stored))
    await tx.audit("people.set_detail", person, detail=detail)
    await tx.emit(events.DetailChanged(person=person, detail=detail.value))
    return True


async def reveal(tx: Tx, person: PersonId, detail: Detail) -> str | None:
    """The full value, with an audit row of who looked; the caller has checked that they may."""
    await tx.audit("people.reveal", person, detail=detail)
    return await tx.session.scalar(
        select(DetailRow.value).where(
            DetailRow.person == person, DetailRow.detail == detail, DetailRow.replaced_at.is_(None)
        )
    )


def _stored(detail: Detail, value: str) -> str:
    stored = normalise(detail, value)
    if stored is None:
        refusals = {Detail.MOBILE: errors.MobileInvalid, Detail.ID_NUMBER: errors.IdNumberInvalid}
        raise refusals.get(detail, errors.DetailInvalid)(detail=detail.value)
    return stored


def _detail_row(tx: Tx, person: PersonId, detail: Detail, stored: str) -> DetailRow:
    return DetailRow(
        id=tx.new_id("pd"),
        person=person,
        detail=detail,
        value=stored,
        blind=queries.blind(detail, stored) if detail in LOOKED_UP else None,
        recorded_at=tx.now,
    )


def _check_first_work(first_work_on: date | None, hired_on: date) -> None:
    if first_work_on is not None and first_work_on > hired_on:
        raise errors.HiredBeforeFirstWork(first_work_on=first_work_on, hired_on=hired_on)


async def _employ(tx: Tx, person: PersonId, name: str, hired_on: date, terms: NewTerms) -> None:
    refusal = errors.AlreadyEmployed(name=name, hired_on=hired_on)
    job = Employment(id=tx.new_id("em"), person=person, hired_on=hired_on)
    await insert(tx, refusal, job, _terms_row(tx, person, hired_on, None, terms))
    await tx.audit("people.hire", person, hired_on=hired_on, worker_type=terms.worker_type)
    await tx.emit(events.Hired(person=person, hired_on=hired_on))


def _terms_row(tx: Tx, person: PersonId, since: date, until: date | None, terms: NewTerms) -> Terms:
    return Terms(
        id=tx.new_id("te"),
        person=person,
        valid_from=since,
        valid_to=until,
        worker_type=terms.worker_type,
        legal_entity=terms.legal_entity,
        city=terms.city,
    )


def _of(row: Terms) -> NewTerms:
    return NewTerms(WorkerType(row.worker_type), row.legal_entity, row.city)


async def _current(tx: Tx, person: PersonId) -> Employment | None:
    """The last employment, if it still runs or its end may still be corrected."""
    return await tx.session.scalar(
        select(Employment)
        .where(Employment.person == person, Employment.voided_at.is_(None))
        .order_by(Employment.hired_on.desc())
        .limit(1)
        .with_for_update()
    )


async def _terms(tx: Tx, person: PersonId, on: date) -> Terms | None:
    """The terms in force on the day, locked."""
    return await tx.session.scalar(
        select(Terms)
        .where(Terms.person == person, Terms.voided_at.is_(None), Terms.valid_from <= on)
        .order_by(Terms.valid_from.desc())
        .limit(1)
        .with_for_update()
    )


async def _first_terms(tx: Tx, job: Employment) -> Terms:
    found = await tx.session.scalars(
        select(Terms)
        .where(Terms.person == job.person, Terms.voided_at.is_(None), Terms.valid_from >= job.hired_on)
        .order_by(Terms.valid_from)
        .limit(1)
    )
    return found.one()
