"""Which task or case a press or a sentence is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.approvals import queries
from domain.approvals.errors import CaseUnknown, NotYourTask
from domain.approvals.queries import CaseView, TaskView
from domain.kernel.ids import PersonId
from domain.org import queries as org
from handlers.approvals_words import CODE
from handlers.chat import Ask, Chat

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
            return [await queries.task(chat.tx, said.partition(" ")[0])]
        return _picked(said, tasks)
    if codes := codes_in(chat.text):
        return [await _task_in(chat, await queries.by_code(chat.tx, code)) for code in codes]
    left_out, kind = listed(chat.slots.get("except")), chat.slots.get("kind")
    wanted = [name for name in persons(chat) if name not in left_out]
    meant = [task for task in tasks if of_kind(kind, task.case)]
    return [task for task in meant if not wanted or task.case.applicant_name in wanted]


async def own_cases(chat: Chat) -> list[CaseView]:
    """The person's live cases of that kind, else the newest decided one; or the one whose code was said."""
    if "case" in chat.slots:
        said = str(chat.slots["case"])
        if said.startswith(CASE):
            return [await _visible(chat, await queries.case(chat.tx, said))]
    named = await _named(chat)
    if named is not None:
        return [await _visible(chat, named)]
    cases = [
        case for case in await queries.mine(chat.tx, chat.actor.id, limit=20) if of_kind(chat.slots.get("kind"), case)
    ]
    return [case for case in cases if case.live] or cases[:1]


def codes_in(text: str) -> list[str]:
    """The short codes of a sentence, each once."""
    return list(dict.fromkeys(code.upper() for code in CODE.findall(text)))


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


def one_task(tasks: Sequence[TaskView], reason: str = "", *, back: bool = False) -> TaskView:
    """The only one. Raises Ask which; its buttons keep a reason that was said already."""
    if len(tasks) == 1:
        return tasks[0]
    options = [_option(f"{task.id} {reason}".strip(), task.case, task.waited) for task in tasks[:MANY]]
    more = max(len(tasks) - MANY, 0)
    raise Ask("task", "approvals.which", options=options, more=more, whole="waiting", back=back)


def one_case(chat: Chat, cases: Sequence[CaseView]) -> CaseView:
    """The only one, or the one that the answer to 是哪一件 picks. Raises Ask which."""
    said = str(chat.slots.get("case", ""))
    meant = [case for case in cases if said and said in case.label] or list(cases)
    if said.isdecimal() and 1 <= int(said) <= len(cases):
        return cases[int(said) - 1]
    if len(meant) == 1:
        return meant[0]
    options = [_option(case.id, case, minutes(chat, case), chat.actor.id) for case in cases[:MANY]]
    more = max(len(cases) - MANY, 0)
    raise Ask("case", "approvals.which", options=options, more=more, whole="own", back=False)


def minutes(chat: Chat, case: CaseView) -> int:
    """How long a case runs or ran, in minutes."""
    return int(((case.decided_at or chat.tx.now) - case.opened_at).total_seconds()) // 60


def _option(value: str, case: CaseView, waited: int, reader: PersonId | None = None) -> dict[str, Any]:
    label = case.spoken(reader)["label"] if reader else case.label
    return {"value": value, "id": value.partition(" ")[0], "label": label, "code": case.shown_code, "waited": waited}


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
    return listed(chat.slots.get("person"))


def listed(said: Any) -> list[str]:
    """One name or several, as a list."""
    return [said] if isinstance(said, str) else [str(one) for one in said or []]


def of_kind(kind: str | None, case: CaseView) -> bool:
    """Whether a case is of that kind (`leave` covers `leave_cancel`); any is, where none was said."""
    return not kind or case.kind == kind or case.kind.startswith(f"{kind}_")
