"""Who is asked when somebody is away, gone, the applicant, or nobody."""

from datetime import timedelta

import pytest

from domain.approvals import queries, service
from domain.approvals.errors import NobodyToAsk
from domain.approvals.rules import StandInWhen, is_away
from domain.calendar import service as calendar
from domain.calendar.rules import DayKind, DaySchedule, Window
from domain.kernel.clock import FixedClock, shanghai
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import service as org
from domain.org import units
from domain.people import service as people
from tests.approvals.conftest import BOSS, LILEI, LUODAN, SINCE, WANGFANG, XULI, away, employ, leave, post


async def asked(tx: Tx, definition: str, applicant: PersonId, days: int = 1) -> list[tuple[str, list[str], str | None]]:
    steps = await service.preview(tx, definition, applicant, {"days": days})
    return [(step.node_name, [person for person, _ in step.people], step.note) for step in steps]


async def test_a_manager_on_leave_who_is_the_head_is_stood_in_for_by_their_manager(company: Tx) -> None:
    await away(company, XULI)
    assert await asked(company, "请假", LILEI) == [("直属上级", [BOSS], "absent_manager_line")]
    assert await asked(company, "请假", LILEI, 5) == [("直属上级", [BOSS], "absent_manager_line")]
    await leave(company)
    (task,) = await queries.waiting(company, BOSS)
    assert task.note == queries.NoteView("absent_manager_line", "徐丽")


async def test_a_team_leader_on_leave_is_stood_in_for_by_the_department_head(company: Tx) -> None:
    leader = await employ(company, "zuzhang", "组长")
    member = await employ(company, "zuyuan", "组员")
    await post(company, leader, "u_service", "组长", XULI)
    await post(company, member, "u_service", "客服", leader)
    assert await asked(company, "请假", member) == [("直属上级", [leader], None)]
    await away(company, leader)
    assert await asked(company, "请假", member) == [("直属上级", [XULI], "absent_department_head")]


async def test_a_director_on_leave_is_not_replaced_by_somebody_below(company: Tx) -> None:
    await away(company, BOSS)
    assert await asked(company, "请假", LILEI, 5) == [
        ("直属上级", [XULI], None),
        ("总监", [WANGFANG], "absent_hr"),
    ]


async def test_everybody_away_means_waiting_not_losing(company: Tx) -> None:
    for person in (XULI, BOSS, WANGFANG):
        await away(company, person)
    assert await asked(company, "请假", LILEI) == [("直属上级", [XULI], "nobody_else")]


async def test_the_last_manager_asks_hr(company: Tx) -> None:
    assert await asked(company, "请假", BOSS, 5) == [("直属上级", [WANGFANG], "empty_hr")]


async def test_a_short_line_passes_the_second_step_by_itself(company: Tx) -> None:
    assert await asked(company, "请假", XULI, 5) == [("直属上级", [BOSS], None)]
    case = await leave(company, XULI, days="5")
    (task,) = await queries.waiting(company, BOSS)
    assert (await service.agree(company, BOSS, task.id)).state == "approved"
    assert [step.state for step in (await queries.progress(company, case.id)).steps] == ["agreed", "auto"]


async def test_nobody_reviews_their_own_adjustment(company: Tx) -> None:
    assert await asked(company, "假期调整", WANGFANG) == [("人事复核", [BOSS], "own_manager_line")]
    assert await asked(company, "假期调整", LUODAN) == [("人事复核", [WANGFANG], None)]
    await org.grant_role(company, LUODAN, "hr", SINCE)
    assert await asked(company, "假期调整", WANGFANG) == [("人事复核", [LUODAN], None)]


async def test_two_posts_ask_the_main_one_s_manager(company: Tx) -> None:
    await post(company, LILEI, "u_hr", "兼职培训", WANGFANG, main=False)
    assert await asked(company, "请假", LILEI) == [("直属上级", [XULI], None)]


async def test_a_manager_who_left_is_skipped(company: Tx, clock: FixedClock) -> None:
    await people.leave_company(company, XULI, company.today)
    clock.advance(timedelta(days=1))
    assert [people for _, people, _ in await asked(company, "请假", LILEI)] == [[BOSS]]


async def test_a_named_person_who_left_goes_to_the_department_head(company: Tx, clock: FixedClock) -> None:
    document = {"流程": "用章", "节点": [{"id": "专员", "类型": "审批", "由谁": {"指定人": LUODAN}}]}
    await service.publish(company, document)
    assert await asked(company, "用章", LILEI) == [("专员", [LUODAN], None)]
    await people.leave_company(company, LUODAN, company.today)
    clock.advance(timedelta(days=1))
    assert [people for _, people, _ in await asked(company, "用章", LILEI)] in [[[WANGFANG]], [[XULI]]]


async def test_the_department_head_by_definition(company: Tx) -> None:
    await service.publish(company, {"流程": "用章", "节点": [{"id": "负责人", "类型": "审批", "由谁": "部门负责人"}]})
    assert await asked(company, "用章", LILEI) == [("负责人", [XULI], None)]
    assert await asked(company, "用章", XULI) == [("负责人", [BOSS], "own_manager_line")]
    await units.appoint_head(company, "u_service", None, company.today)
    assert await asked(company, "用章", LILEI) == [("负责人", [BOSS], None)] or await asked(company, "用章", LILEI) == [
        ("负责人", [WANGFANG], "empty_hr")
    ]


async def adjustment(tx: Tx, applicant: PersonId, about: PersonId) -> list[PersonId]:
    form = {"days": 1, "concerned": about}
    (step,) = await service.preview(tx, "假期调整", applicant, form)
    return [person for person, _ in step.people]


async def test_whom_an_adjustment_is_about_never_reviews_it(company: Tx) -> None:
    assert await adjustment(company, WANGFANG, LILEI) == [BOSS]
    chen = await employ(company, "chenjing", "陈静")
    await post(company, chen, "u_top", "财务", BOSS)
    await org.grant_role(company, chen, "finance", SINCE)
    await org.grant_role(company, BOSS, "general_manager", SINCE)
    assert await adjustment(company, WANGFANG, BOSS) == [chen]  # no other HR, and upwards is the person concerned
    await org.grant_role(company, LUODAN, "hr", SINCE)
    assert await adjustment(company, WANGFANG, BOSS) == [LUODAN]
    assert await adjustment(company, WANGFANG, LUODAN) == [BOSS]
    form = {"days": 1, "concerned": BOSS, "code": "LA-7P1"}
    case = await service.open_case(
        company, definition="假期调整", applicant=WANGFANG, subject="la_1", form=form, label="王建国 调整 年假 +1 天"
    )
    assert [task.holder for task in await queries.tasks_of(company, case.id)] == [LUODAN]


async def test_nobody_left_refuses_rather_than_let_the_author_or_the_person_review(company: Tx) -> None:
    with pytest.raises(NobodyToAsk):
        await adjustment(company, WANGFANG, BOSS)


async def gone(tx: Tx, person: PersonId, start: str, end: str) -> None:
    spans = [Window(shanghai(f"2026-03-11T{start}"), shanghai(f"2026-03-11T{end}"))]
    await calendar.record_absence(tx, person, f"test:{person}", spans)


async def test_an_hour_s_leave_does_not_divert_a_task(company: Tx, clock: FixedClock) -> None:
    await gone(company, XULI, "10:00", "11:30")
    assert await asked(company, "请假", LILEI) == [("直属上级", [XULI], None)]
    await gone(company, XULI, "10:00", "18:00")
    assert await asked(company, "请假", LILEI) == [("直属上级", [BOSS], "absent_manager_line")]
    clock.advance(timedelta(hours=9))  # 19:30: what counts is tomorrow
    assert await asked(company, "请假", LILEI) == [("直属上级", [XULI], None)]


@pytest.mark.parametrize(
    ("when", "start", "end", "away"),
    [
        ("now", "10:00", "11:00", True),
        ("now", "11:00", "18:00", False),
        ("half_day", "10:00", "12:00", False),
        ("half_day", "10:00", "15:30", True),
        ("rest_of_day", "10:00", "17:00", False),
        ("rest_of_day", "10:00", "18:00", True),
        ("rest_of_day", "11:00", "18:00", False),
    ],
)
def test_how_long_is_away_is_policy(when: str, start: str, end: str, away: bool) -> None:
    at = {hour: shanghai(f"2026-03-11T{hour}") for hour in (start, end, "09:00", "12:00", "13:00", "18:00", "10:30")}
    windows = (Window(at["09:00"], at["12:00"]), Window(at["13:00"], at["18:00"]))
    day = DaySchedule(at["09:00"].date(), DayKind.WORKDAY, windows)
    assert is_away(StandInWhen(when), day, [Window(at[start], at[end])], at["10:30"]) is away
