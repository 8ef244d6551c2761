"""The roster in Excel: its template, the dry run of a file that HR sends, the import."""

from __future__ import annotations

import re
from typing import Any

from domain.org.errors import ColumnsMissing, FileTooLarge, FileUnreadable, HrOnly, NotRoster, RosterEmpty
from domain.org.importing import run, sheet
from domain.org.importing.plan import Plan, plan
from domain.org.importing.run import Progress
from domain.org.importing.sheet import RawRow
from handlers.chat import Chat, FileRef, Reply, Router

router = Router("people")
SHOWN_AT_MOST = 8
PACKED = (".zip", ".rar", ".7z")
CALLED_ROSTER = re.compile(r"花名册|员工|人员|名单|roster|employee")
TEMPLATE_FILE = "花名册模板.xlsx"


@router.intent("#roster_template", private=True)
async def template(chat: Chat) -> Reply:
    """The empty roster as a file."""
    await run.check_may(chat.tx, chat.actor.id)
    return Reply("people.template", file=(TEMPLATE_FILE, sheet.template()))


@router.intent("#roster_import", private=True)
async def begin(chat: Chat) -> Reply:
    """HR wants to import: with the file the dry run, without it what to send."""
    await run.check_may(chat.tx, chat.actor.id)
    if not chat.files:
        return Reply("people.send_file")
    return await _dry_run(chat, chat.files[0])


@router.file
async def received(chat: Chat) -> Reply | None:
    """A workbook that HR sent without words; anything else is left to others. A roster of somebody else is refused."""
    file = chat.files[0]
    name = file.name.lower()
    if name.endswith(PACKED):
        await run.check_may(chat.tx, chat.actor.id)
        raise FileUnreadable
    if not name.endswith((".xlsx", ".xlsm")):
        return None
    try:
        await run.check_may(chat.tx, chat.actor.id)
        return await _dry_run(chat, file)
    except HrOnly:
        if await _is_roster(chat, file):
            raise
        return None
    except NotRoster:
        return None


async def _is_roster(chat: Chat, file: FileRef) -> bool:
    """By its name, else by its header."""
    if CALLED_ROSTER.search(file.name.lower()):
        return True
    try:
        return bool(await _rows(chat, file.id))
    except (ColumnsMissing, RosterEmpty):
        return True
    except (FileUnreadable, FileTooLarge, NotRoster):
        return False


@router.press("people.import")
async def do_import(chat: Chat) -> Reply:
    """The dry run was confirmed: the same file, judged anew. Few rows are done now, many go on in the background."""
    return _how_far(await run.begin(chat.tx, chat.actor.id, chat.key, await _rows(chat, chat.key)))


@router.press("people.import_cancel")
async def cancel(chat: Chat) -> Reply:
    """Nothing is imported; what was begun already is not undone and shown as it stands."""
    begun = await run.find(chat.tx, chat.key)
    return _how_far(begun) if begun is not None else Reply("people.import_dropped", key=chat.key)


def _how_far(progress: Progress) -> Reply:
    return Reply("people.imported" if progress.over else "people.importing", key=progress.key, progress=progress)


async def _dry_run(chat: Chat, file: FileRef) -> Reply:
    made = await plan(chat.tx, await _rows(chat, file.id))
    return Reply("people.import", key=file.id, form=made.useful, file_name=file.name, **_shown(made))


async def _rows(chat: Chat, file_id: str) -> list[RawRow]:
    return sheet.read(await chat.read_file(file_id))


def _shown(made: Plan) -> dict[str, Any]:
    """Counts, and the first rows that are wrong or that change something."""
    wrong, changed = made.of("error"), made.of("changed")
    return {
        "new": len(made.of("new")),
        "changed": len(changed),
        "unchanged": len(made.of("unchanged")),
        "wrong": len(wrong),
        "wrong_rows": wrong[:SHOWN_AT_MOST],
        "changed_rows": changed[:SHOWN_AT_MOST],
        "new_units": made.new_units,
        "useful": made.useful,
        "more": max(len(wrong) - SHOWN_AT_MOST, 0),
    }
