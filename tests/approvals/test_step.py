"""Whatever happens in whatever order, some things never do."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.definition import compile_definition
from domain.approvals.state import Agreed, Denied, Moved, Phase, Rejected, Seat, Turn, Urged, Withdrawn
from domain.approvals.step import replay
from domain.kernel.ids import PersonId
from tests.approvals.stories import Story

DOCUMENT = {
    "流程": "随机",
    "字段": {"天数": "days"},
    "节点": [
        {"id": "一", "类型": "审批", "由谁": {"上级": 1}, "方式": "或签"},
        {
            "类型": "分支",
            "分支": [
                {"当": "天数 > 3", "节点": [{"id": "二", "类型": "审批", "由谁": {"角色": "人事"}, "方式": "会签"}]}
            ],
        },
        {"id": "三", "类型": "审批", "由谁": {"上级": 2}},
    ],
}
PEOPLE = ["徐丽", "王芳", "罗丹", "王建国"]
some = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3)
moves = st.lists(
    st.tuples(
        st.sampled_from(["agree", "reject", "withdraw", "urge", "move"]),
        st.sampled_from([*PEOPLE, "李雷"]),
        st.integers(0, 6),
        some,
    ),
    max_size=14,
)


@given(st.sampled_from(["1", "4"]), some, some, some, moves)
def test_invariants(days: str, one: list[str], two: list[str], three: list[str], played: list) -> None:
    story = Story(compile_definition(DOCUMENT), {"一": one, "二": two, "三": three})
    story.start("李雷", {"days": days})
    for number, (what, who, which, others) in enumerate(played):
        before = story.state
        task = story.state.tasks[which % len(story.state.tasks)].id
        person = PersonId(who)
        seats = tuple(Seat(f"m{number}{name}", PersonId(name)) for name in others)
        action = {
            "agree": Agreed(task=task, actor=person),
            "reject": Rejected(task=task, actor=person, reason="时间冲突"),
            "withdraw": Withdrawn(actor=person),
            "urge": Urged(actor=person),
            "move": Moved(task=task, seats=seats),
        }[what]
        refused = False
        try:
            story.take(action)
        except Denied:
            refused = True
        after = story.state
        live = [(one.node, one.holder) for one in after.open_tasks()]
        assert len(live) == len(set(live))
        assert len({one.id for one in after.tasks}) == len(after.tasks)
        assert bool(live) == (after.phase is Phase.RUNNING)
        if before.phase is not Phase.RUNNING:
            assert refused
            assert after == before
        if what == "withdraw" and who != "李雷":
            assert refused
    assert replay(story.definition, story.log) == story.state


@given(some)
def test_an_approved_case_has_somebody_who_agreed(people: list[str]) -> None:
    story = Story(compile_definition(DOCUMENT), dict.fromkeys(["一", "二", "三"], people))
    story.start("李雷", {"days": "4"})
    for name in people * 3:
        for task in story.state.open_tasks():
            with suppress(Denied):
                story.take(Agreed(task=task.id, actor=PersonId(name)))
    assert story.state.phase is Phase.APPROVED
    assert any(task.turn is Turn.AGREED for task in story.state.tasks)
