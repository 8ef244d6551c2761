"""Which task or case a press or a sentence is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from domain.approvals import queries
from domain.approvals.errors import CaseUnknown, NotYourTask
from domain.approvals.queries import CaseView, TaskView
from domain.org import queries as org
from handlers.chat import Ask, Chat

CODE = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2}-[0-9A-Za-z]{3,6})(?![A-Za-z0-9])")
TASK, CASE = "apt_", "apc_"
MANY = 5


async def pressed(chat: Chat) -> TaskView:
    """The presser's task on the pressed card, whether the card is about a task, a case or the owner's row."""
    about = chat.action_value or chat.key
    if about.startswith(TASK):
        return await queries.task(chat.tx, about)
    return await _task_in(chat, await pressed_case(chat))


async def pressed_case(chat: Chat) -> CaseView:
    about = chat.action_value or chat.key
    if about.startswith(TASK):
        return (await queries.task(chat.tx, about)).case
    found = await queries.case(chat.tx, about) if about.startswith(CASE) else await queries.case_for(chat.tx, about)
    if found is None:
        raise CaseUnknown(code=None)
    return found


async def _task_in(chat: Chat, case: CaseView) -> TaskView:
    """The person's open task, else their last one, so that the answer can say what became of it."""
    held = [task for task in await queries.tasks_of(chat.tx, case.id) if task.holder == chat.actor.id]
    if not held:
        raise NotYourTask()
    return next((task for task in held if task.state == "open"), held[-1])


async def meant_tasks(chat: Chat) -> list[TaskView]:
    """By the answer to 是哪一件, by a short code in the sentence, by applicant and kind, else all that wait."""
    if chat.correcting and chat.correcting.startswith(TASK):  # the answer to the reason card of a task
        return [await queries.task(chat.tx, chat.correcting.partition(":")[0])]
    tasks = await queries.waiting(chat.tx, chat.actor.id)
    if "task" in chat.slots:
        said = str(chat.slots["task"])
        if said.startswith(TASK):
            return [await queries.task(chat.tx, said)]
        return _picked(said, tasks)
    case = await _named(chat)
    if case is not None:
        return [await _task_in(chat, case)]
    wanted = persons(chat)
    return [task for task in tasks if of_kind(chat, task.case) and (not wanted or task.case.applicant_name in wanted)]


async def own_cases(chat: Chat) -> list[CaseView]:
    """The person's live cases of that kind, else the newest decided one; or the one whose code was said."""
    if "case" in chat.slots:
        said = str(chat.slots["case"])
        if said.startswith(CASE):
            return [await _visible(chat, await queries.case(chat.tx, said))]
    named = await _named(chat)
    if named is not None:
        return [await _visible(chat, named)]
    cases = [case for case in await queries.mine(chat.tx, chat.actor.id, limit=20) if of_kind(chat, case)]
    return [case for case in cases if case.live] or cases[:1]


async def _named(chat: Chat) -> CaseView | None:
    found = CODE.search(chat.text)
    return await queries.by_code(chat.tx, found.group(1)) if found else None


async def _visible(chat: Chat, case: CaseView) -> CaseView:
    """Who has no part in a case does not learn that it exists."""
    if await queries.takes_part(chat.tx, case, chat.actor.id):
        return case
    if "hr" in await org.roles(chat.tx, chat.actor.id, chat.tx.today):
        return case
    raise CaseUnknown(code=case.shown_code)


def one_task(tasks: Sequence[TaskView]) -> TaskView:
    """The only one. Raises Ask which."""
    if len(tasks) == 1:
        return tasks[0]
    options = [_option(task.id, task.case) for task in tasks[:MANY]]
    raise Ask("task", "approvals.which", options=options)


def one_case(chat: Chat, cases: Sequence[CaseView]) -> CaseView:
    """The only one, or the one that the answer to 是哪一件 picks. Raises Ask which."""
    said = str(chat.slots.get("case", ""))
    meant = [case for case in cases if said and said in case.label] or list(cases)
    if said.isdecimal() and 1 <= int(said) <= len(cases):
        return cases[int(said) - 1]
    if len(meant) == 1:
        return meant[0]
    raise Ask("case", "approvals.which", options=[_option(case.id, case) for case in cases[:MANY]])


def _option(value: str, case: CaseView) -> dict[str, str]:
    return {"value": value, "label": case.label, "code": case.shown_code}


def _picked(said: str, tasks: Sequence[TaskView]) -> list[TaskView]:
    """A number of the list, a code, an applicant's name or words of the label; all again when nothing fits."""
    if said.isdecimal() and 1 <= int(said) <= len(tasks):
        return [tasks[int(said) - 1]]
    code = CODE.search(said)
    wanted = code.group(1).upper() if code else ""
    fitting = [
        task
        for task in tasks
        if task.case.shown_code == wanted or task.case.applicant_name in said or said in task.case.label
    ]
    return fitting or list(tasks)


def persons(chat: Chat) -> list[str]:
    named: Any = chat.slots.get("person") or []
    return [named] if isinstance(named, str) else [str(one) for one in named]


def of_kind(chat: Chat, case: CaseView) -> bool:
    kind = chat.slots.get("kind")
    return not kind or case.kind == kind or case.kind.startswith(f"{kind}_")
