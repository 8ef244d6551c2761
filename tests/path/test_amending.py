"""What a correction keeps of the draft, and which day a bare weekday means."""

import pytest

from bot.amending import corrected, same_week

DRAFT = {
    "leave_type": "annual",
    "start_date": "2026-03-18",
    "end_date": "2026-03-18",
    "start_half": "PM",
    "end_half": "PM",
}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"leave_type": "sick"}, {**DRAFT, "leave_type": "sick"}),
        ({"start_half": "AM", "end_half": "AM"}, {**DRAFT, "start_half": "AM", "end_half": "AM"}),
        (
            {"start_time": "14:00", "end_time": "16:00"},
            {"leave_type": "annual", "start_date": "2026-03-18", "end_date": "2026-03-18"}
            | {"start_time": "14:00", "end_time": "16:00"},
        ),
        ({"duration_days": 1}, {"leave_type": "annual", "start_date": "2026-03-18", "duration_days": 1}),
    ],
)
def test_what_the_change_makes_untrue_goes(said: dict[str, object], kept: dict[str, object]) -> None:
    assert corrected(DRAFT, said) == kept


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("改成周四", "2026-03-19"),
        ("不对,是星期一", "2026-03-16"),
        ("改成下周四", "2026-03-12"),
        ("改成这周四", "2026-03-12"),
    ],
)
def test_a_bare_weekday_is_one_of_the_drafts_week(text: str, day: str) -> None:
    understood = {"start_date": "2026-03-12", "end_date": "2026-03-12"}
    if "一" in text:
        understood = {"start_date": "2026-03-16", "end_date": "2026-03-16"}
    assert same_week(text, DRAFT, understood) == {"start_date": day, "end_date": day}
