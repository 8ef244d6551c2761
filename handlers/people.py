"""The roster in Excel: its template, the dry run of a file that HR sends, the import."""

from __future__ import annotations

from typing import Any

from domain.org.errors import HrOnly, NotRoster
from domain.org.importing import apply, sheet
from domain.org.importing.plan import Plan, plan
from domain.org.importing.sheet import RawRow
from handlers.chat import Chat, FileRef, Reply, Router

router = Router("people")
SHOWN_AT_MOST = 8
TEMPLATE_FILE = "花名册模板.xlsx"


@router.intent("#roster_template", private=True)
async def template(chat: Chat) -> Reply:
    """The empty roster as a file."""
    await apply.check_may(chat.tx, chat.actor.id)
    return Reply("people.template", file=(TEMPLATE_FILE, sheet.template()))


@router.intent("#roster_import", private=True)
async def begin(chat: Chat) -> Reply:
    """HR wants to import: with the file the dry run, without it what to send."""
    await apply.check_may(chat.tx, chat.actor.id)
    if not chat.files:
        return Reply("people.send_file")
    return await _dry_run(chat, chat.files[0])


@router.file
async def received(chat: Chat) -> Reply | None:
    """A workbook that HR sent without words; anything else is left to others."""
    file = chat.files[0]
    if not file.name.lower().endswith((".xlsx", ".xlsm")):
        return None
    try:
        await apply.check_may(chat.tx, chat.actor.id)
        return await _dry_run(chat, file)
    except (HrOnly, NotRoster):
        return None


@router.press("people.import")
async def do_import(chat: Chat) -> Reply:
    """The dry run was confirmed: the same file, judged anew and applied."""
    applied = await apply.apply(chat.tx, chat.actor.id, await _rows(chat, chat.key))
    return Reply("people.imported", key=chat.key, units=applied.units, **_shown(applied.plan))


@router.press("people.import_cancel")
async def cancel(chat: Chat) -> Reply:
    """Nothing is imported."""
    return Reply("people.import_dropped", key=chat.key)


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
