"""A year's notice as somebody typed it off: read strictly, checked against the law, in words for the operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from config.statutory.calendar import Holiday, YearNotice, parse, statutory_days
from config.statutory.calendar import notice as shipped
from domain.calendar.rules import SATURDAY, days

BYTES_AT_MOST = 100_000
JOINED = "、"
KEYS, OPTIONAL = {"year", "source", "published", "holidays"}, {"workdays"}
HOLIDAY_KEYS = {"name", "days_off", "statutory"}


class _Loader(yaml.SafeLoader):
    """Leaves dates as they are written: one that does not exist is then named with its place."""


def _as_written(_loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


class NoticeFaulty(Exception):
    """The file is not a year's notice; the message is one line that says what is wrong and where."""


def read(content: bytes) -> YearNotice:
    """The notice that a file holds, in the form of `config/statutory/cn/calendar/*.yaml`. Raises NoticeFaulty."""
    if len(content) > BYTES_AT_MOST:
        raise NoticeFaulty(f"the file has {len(content)} bytes; a notice has a few thousand")
    try:
        written = _Loader(content.decode("utf-8")).get_single_data()
    except UnicodeDecodeError:
        raise NoticeFaulty("the file is not UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise NoticeFaulty(f"{where}{getattr(error, 'problem', None) or 'this is no YAML'}") from None
    _check_form(written)
    try:
        notice = parse(written)
    except ValueError as error:
        raise NoticeFaulty(str(error)) from None
    _check_law(notice)
    return notice


def doubts(notice: YearNotice) -> list[str]:
    """What is allowed but unusual, one line each: a typing error is likely."""
    found = []
    for holiday in notice.holidays:
        off = [day for day in days(holiday.off_start, holiday.off_end) if day not in holiday.statutory]
        moved = sum(day.weekday() < SATURDAY for day in off)
        made_up = len(holiday.workdays) + sum(day.weekday() >= SATURDAY for day in holiday.statutory)
        if moved != made_up:
            found.append(f"{holiday.name}: {moved} working days are off, but {made_up} are made up for")
    known = shipped(notice.year)
    if known is not None and known.statutory != notice.statutory:
        said = ", ".join(sorted(day.isoformat() for day in known.statutory ^ notice.statutory))
        found.append(f"statutory days differ from those that were known before: {said}")
    return found


def _check_form(written: object) -> None:
    if not isinstance(written, dict):
        raise NoticeFaulty("the file holds no notice; it starts with year, source, published, holidays")
    _check_keys("", written, KEYS)
    if type(written["year"]) is not int:
        raise NoticeFaulty(f"year: {written['year']!r} is not a year such as 2027")
    if not isinstance(written["source"], str) or not written["source"].strip():
        raise NoticeFaulty("source: say which notice this is, by its number")
    if written["published"] is not True:
        raise NoticeFaulty("published: only a notice that is out can be loaded (published: true)")
    if not isinstance(written["holidays"], list) or not written["holidays"]:
        raise NoticeFaulty("holidays: a list of holidays is needed")
    for at, entry in enumerate(written["holidays"], start=1):
        if not isinstance(entry, dict):
            raise NoticeFaulty(f"holiday {at}: name, days_off and statutory are needed")
        where = f"holiday {at} ({entry.get('name', 'no name')}): "
        _check_keys(where, entry, HOLIDAY_KEYS, OPTIONAL)
        for key in ("days_off", "workdays", "statutory"):
            _check_dates(f"{where}{key}: ", entry.get(key, []))
        if len(entry["days_off"]) != 2:
            raise NoticeFaulty(f"{where}days_off: the first and the last day are needed, [2027-01-01, 2027-01-03]")


def _check_keys(where: str, written: Mapping[str, Any], needed: set[str], optional: Collection[str] = ()) -> None:
    if missing := needed - written.keys():
        raise NoticeFaulty(f"{where}{', '.join(sorted(missing))} is missing")
    if unknown := written.keys() - needed - set(optional):
        raise NoticeFaulty(f"{where}{', '.join(sorted(map(str, unknown)))} is not known here")


def _check_dates(where: str, written: object) -> None:
    if not isinstance(written, list):
        raise NoticeFaulty(f"{where}a list of dates is needed")
    for day in written:
        try:
            date.fromisoformat(str(day))
        except ValueError:
            raise NoticeFaulty(f"{where}{day} is not a date such as 2027-01-01") from None


def _check_law(notice: YearNotice) -> None:
    """Each holiday of the law once, with its number of statutory days, all of the year; no day has two meanings."""
    try:
        law = statutory_days(notice.year)
    except LookupError as error:
        raise NoticeFaulty(str(error)) from None
    names = Counter(name for holiday in notice.holidays for name in holiday.name.split(JOINED))
    for name in [*law, *names]:
        if names[name] != 1 or name not in law:
            said = "is missing" if name in law and not names[name] else "stands here twice"
            raise NoticeFaulty(f"{name} {said if name in law else 'is no holiday of the law'}")
    for holiday in notice.holidays:
        expected = sum(law[name] for name in holiday.name.split(JOINED))
        if len(set(holiday.statutory)) != expected and not _as_foreseen(notice.year, holiday):
            raise NoticeFaulty(
                f"{holiday.name}: {len(set(holiday.statutory))} statutory days, the law gives {expected} "
                f"({sum(law.values())} in the year)"
            )
        if wrong := [day for day in holiday.statutory if day.year != notice.year]:
            raise NoticeFaulty(f"{holiday.name}: {wrong[0]} is not in {notice.year}")
    _check_days(notice)


def _as_foreseen(year: int, holiday: Holiday) -> bool:
    """Two holidays may share a day (2028: Mid-Autumn is on a National Day); the shipped year knows such days."""
    known = shipped(year)
    return known is not None and set(holiday.statutory) == {day for day in known.statutory if holiday.covers(day)}


def _check_days(notice: YearNotice) -> None:
    near = {notice.year - 1, notice.year, notice.year + 1}
    worked = Counter(day for holiday in notice.holidays for day in holiday.workdays)
    for holiday in notice.holidays:
        for day in (holiday.off_start, holiday.off_end, *holiday.workdays):
            if day.year not in near:
                raise NoticeFaulty(f"{holiday.name}: {day} is not near {notice.year}")
    for holiday, day in _all_days(notice):
        if worked[day] > 1:
            raise NoticeFaulty(f"{day} is a make-up day twice")
        if day in worked and day not in holiday.workdays:
            raise NoticeFaulty(f"{day} is a day off of {holiday.name} and a make-up day")


def _all_days(notice: YearNotice) -> Iterator[tuple[Holiday, date]]:
    for holiday in notice.holidays:
        for day in [*days(holiday.off_start, holiday.off_end), *holiday.workdays]:
            yield holiday, day
