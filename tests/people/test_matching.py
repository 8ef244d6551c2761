"""Whose the accounts of a directory are."""

from __future__ import annotations

from datetime import date

from domain.kernel.ids import PersonId
from domain.people.matching import Company, Fit, Member, compare
from domain.people.queries import LinkView, PersonView
from domain.people.rules import Messenger, WorkerType


def person(number: str, name: str) -> PersonView:
    return PersonView(
        id=PersonId(f"pe_{number}"),
        name=name,
        pinyin="",
        english_name=None,
        worker_type=WorkerType.FULL_TIME,
        legal_entity="",
        city="",
        hired_on=date(2021, 7, 1),
        left_on=None,
        first_work_on=None,
        number=number,
    )


LEI, MEI, WEI, OTHER_WEI = person("A1", "李雷"), person("A2", "韩梅梅"), person("A3", "张伟"), person("A4", "张伟")


def company(*links: LinkView, meant: dict[str, PersonId] | None = None) -> Company:
    return Company([LEI, MEI, WEI, OTHER_WEI], meant or {}, links)


def fits(company: Company, *members: Member) -> list[tuple[str, Fit, list[str]]]:
    found = compare(members, company)
    return [(match.member.account, match.fit, [view.number for view in match.people]) for match in found.matches]


def test_known_by_link_or_number() -> None:
    known = company(meant={"lilei": LEI.id, "a2": MEI.id})
    assert fits(known, Member("LiLei"), Member("A2"), Member("lilei")) == [
        ("LiLei", Fit.LINKED, ["A1"]),
        ("A2", Fit.LINKED, ["A2"]),
    ]
    assert [view.number for view in compare([Member("lilei")], known).without] == ["A2", "A3", "A4"]


def test_a_number_goes_before_a_name() -> None:
    members = (Member("u1", "张伟", "a3"), Member("u2", "李雷"), Member("u3", "张伟"))
    assert fits(company(), *members) == [
        ("u1", Fit.NUMBER, ["A3"]),
        ("u2", Fit.NAME, ["A1"]),
        ("u3", Fit.AMBIGUOUS, ["A3", "A4"]),
    ]


def test_what_is_not_one_to_one_is_ambiguous() -> None:
    assert fits(company(), Member("u1", "李雷"), Member("u2", "李雷")) == [
        ("u1", Fit.AMBIGUOUS, ["A1"]),
        ("u2", Fit.AMBIGUOUS, ["A1"]),
    ]
    assert fits(company(), Member("u1", "甲", "A1"), Member("u2", "乙", "A1"))[1][1] is Fit.AMBIGUOUS
    elsewhere = company(LinkView(LEI.id, Messenger.WECOM, "hidden", here=True))
    assert fits(elsewhere, Member("u1", "李雷", "A1")) == [("u1", Fit.AMBIGUOUS, ["A1"])]


def test_strangers_leavers_and_odd_accounts() -> None:
    gone = company(LinkView(PersonId("pe_gone"), Messenger.WECOM, "gone", here=False))
    assert fits(gone, Member("gone", "李雷"), Member("u9", "王小明"), Member("a|b", "韩梅梅")) == [
        ("gone", Fit.LEFT, []),
        ("u9", Fit.UNKNOWN, []),
        ("a|b", Fit.AMBIGUOUS, ["A2"]),
    ]
    assert len(compare([], gone).without) == 4
