"""Papers of leave: a photo alone, a photo with words, further pages, and which request they belong to."""

from __future__ import annotations

from domain.leave import service
from domain.leave.errors import NoOpenSickLeave, NotAPaper
from domain.leave.rules.papers import paper_type
from domain.leave.service.certificates import Paper, Wanting
from handlers.chat import Chat, Reply, Router
from handlers.leave_slots import day_of, kind_in, kind_of

router = Router("leave_papers")

WORKBOOKS = (".xlsx", ".xlsm")


@router.file
async def received(chat: Chat) -> Reply | None:
    """A photo sent alone finds the request that waits for it; workbooks are left to others."""
    if any(file.name.lower().endswith(WORKBOOKS) for file in chat.files):
        return None
    found = await service.wanting_papers(chat.tx, chat.actor.id)
    return await _attached(chat, found) if found is not None else None


@router.intent("#certificate", private=True)
async def certificate(chat: Chat) -> Reply:
    """这是我昨天的病假条: with the file it is kept, without it is asked for."""
    kind, on = kind_of(chat.slots) or kind_in(chat.text), day_of(chat.slots, "start_date")
    found = await service.wanting_papers(chat.tx, chat.actor.id, kind, on)
    found = found or await service.wanting_papers(chat.tx, chat.actor.id)
    if found is None:
        raise NoOpenSickLeave()
    if not chat.files:
        return Reply("leave.certificate_send", requests=found.requests)
    return await _attached(chat, found)


@router.press("leave.certificate_pick")
async def pick(chat: Chat) -> Reply:
    """Which request was meant; the files wait in the button."""
    request_id, _, files = (chat.action_value or "").partition(" ")
    papers = []
    for number, file_id in enumerate(files.split(","), 1):
        media_type = paper_type(await chat.read_file(file_id)) or ""
        papers.append(Paper(file_id, f"{number}.{media_type.rpartition('/')[2]}", media_type))
    kept = await service.attach_certificate(chat.tx, chat.actor.id, papers, request_id)
    return Reply("leave.certificate_choose", key=chat.key, requests=[], files="", kept=kept, count=len(papers))


@router.press("leave.certificate_none")
async def none_of_them(chat: Chat) -> Reply:
    return Reply("leave.certificate_choose", key=chat.key, requests=[], files="", kept=None, count=0)


async def _attached(chat: Chat, found: Wanting) -> Reply:
    papers = await papers_of(chat)
    if not found.certain:
        files = ",".join(paper.file_id for paper in papers)
        return Reply("leave.certificate_choose", requests=found.requests, files=files, kept=None, count=len(papers))
    kept = await service.attach_certificate(chat.tx, chat.actor.id, papers, found.requests[0].id)
    return Reply("leave.certificate_kept", request=kept, count=len(papers))


async def papers_of(chat: Chat) -> list[Paper]:
    """The files of a message as papers, their type told by their bytes. Raises NotAPaper."""
    types = {file.id: paper_type(await chat.read_file(file.id)) for file in chat.files}
    wrong = [file.name for file in chat.files if types[file.id] is None]
    if wrong:
        raise NotAPaper(names=wrong)
    return [Paper(file.id, file.name, types[file.id] or file.media_type) for file in chat.files]
