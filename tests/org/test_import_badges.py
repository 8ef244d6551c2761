"""Badge numbers in the roster: given, shown masked, refused when they are somebody else's."""

from __future__ import annotations

from bot.demo import company
from domain.kernel.tx import Tx
from domain.org.importing import sheet
from domain.org.importing.plan import plan
from domain.people import queries as people
from tests.org.test_import import HEADERS, applied_rows, judged, newcomer, problems, workbook
from tests.org.test_import_accounts import LILEI


async def test_badges_are_given_once_and_shown_masked(tx: Tx) -> None:
    await company.seed(tx)
    raws = sheet.read(workbook({**LILEI, "工牌号": "0004711"}, newcomer(工牌号=" b-200 ")))
    found = await plan(tx, raws)
    assert problems(found) == [None, None]
    assert [(one.column, one.before, one.after) for one in found.verdicts[0].changes] == [("工牌号", "", "****4711")]
    await applied_rows(tx, raws)
    assert await people.by_badge_or_number(tx, "0004711") == "lilei"
    newcomers = await people.by_number(tx, "3001")
    assert newcomers is not None
    assert await people.by_badge_or_number(tx, "B-200") == newcomers.id
    assert {one.outcome.value for one in (await plan(tx, raws)).verdicts} == {"unchanged"}
    assert (await judged(tx, LILEI)).verdicts[0].outcome.value == "unchanged", "a blank leaves the badge"


async def test_taken_twice_and_impossible_badges_are_wrong_in_words(tx: Tx) -> None:
    await company.seed(tx)
    await applied_rows(tx, sheet.read(workbook({**LILEI, "工牌号": "0004711"})))
    found = await judged(
        tx,
        newcomer(工号="3001", 工牌号="0004711"),
        newcomer(工号="3002", 工牌号="c-1"),
        newcomer(工号="3003", 工牌号="C-1"),
        newcomer(工号="3004", 工牌号="=cmd"),
        newcomer(工号="3005", 工牌号=12345678901234567890.0),
    )
    assert problems(found) == ["badge_taken", "badge_twice", "badge_twice", "badge_invalid", "account_as_number"]


async def test_other_headers_are_understood(tx: Tx) -> None:
    await company.seed(tx)
    headers = [{"工牌号": "员工卡号"}.get(one, one) for one in HEADERS]
    found = await plan(tx, sheet.read(workbook({**newcomer(), "员工卡号": "b-200"}, headers=headers)))
    assert found.verdicts[0].row is not None
    assert found.verdicts[0].row.badge == "B-200"
