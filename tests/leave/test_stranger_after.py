"""What a stranger tripped over around leave: one test for each finding, by its number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.approvals import queries as approval_queries
from domain.kernel.ids import PersonId
from domain.leave import errors, queries, service
from domain.leave.rules.papers import paper_type
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service.adjusting import Change
from handlers.chat import OpenCard
from tests.leave.conftest import RENDERER, Office, shown
from tests.leave.saying import HTML, PNG, Shelf, received, refused, reply, said, sent
from tests.leave.test_ways import at

ANNUAL, SICK = LeaveKind.ANNUAL, LeaveKind.SICK
LILEI = PersonId("lilei")


# 13: giving back


async def test_13_a_whole_cancellation_shows_each_day_once(office: Office) -> None:
    request_id = await office.take("lilei", ANNUAL, Period(date(2026, 3, 19), date(2026, 3, 20)))
    lilei = await office.person("lilei")
    draft = await service.cancel_draft(office.tx, lilei, request_id)
    done = await service.cancel_confirm(office.tx, lilei, draft.id)
    card = RENDERER.card("leave.cancellation", {"cancellation": done, "reason": None})
    assert {field.label: field.value for field in card.fields}["退回"] == "3月19日(周四) 至 3月20日(周五) 2 天"
    assert "3月19日(周四) 至 3月20日(周五)（" in office.last("xuli", "leave.cancel_notice").text
    assert "已销假" in office.last("lilei", "leave.request").text
    with pytest.raises(errors.NotWaiting) as again:
        await service.withdraw(office.tx, lilei, request_id)
    assert "已经销假" in RENDERER.refusal(again.value).text


# 18: papers


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"%PDF-1.7", "application/pdf"),
        (HTML, None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_18_a_paper_is_told_by_its_bytes(content: bytes, media_type: str | None) -> None:
    assert paper_type(content) == media_type


async def test_18_what_is_no_picture_is_refused(office: Office) -> None:
    await office.take("lilei", SICK, Period(date(2026, 3, 11)))
    with pytest.raises(errors.NotAPaper) as no:
        await received(office, Shelf(), "fake.png", HTML)
    assert "fake.png不是图片或 PDF" in RENDERER.refusal(no.value).text
    assert await received(office, Shelf(), "花名册.xlsx", b"PK\x03\x04") is None


async def test_18_of_several_requests_it_is_asked_which(office: Office) -> None:
    older = await office.take("lilei", SICK, Period(date(2026, 3, 10)))
    await office.take("lilei", SICK, Period(date(2026, 3, 11)))
    shelf = Shelf()
    answer = await received(office, shelf, "a.png", PNG)
    assert answer is not None
    card = shown(answer)
    assert [action.label for action in card.actions] == ["病假 3月11日(周三)", "病假 3月10日(周二)", "都不是"]
    value = next(action.value for action in card.actions if "3月10日" in action.label)
    pressed = OpenCard("cd_1", "cd_1", "leave.certificate_choose", "draft")
    chat = await office.chat("lilei", action_value=value, file_store=shelf, card=pressed)
    kept = await office.registry.presses["leave.certificate_pick"].handler(chat)
    assert kept is not None
    assert "3月10日(周二)）里" in shown(kept).text
    assert not shown(kept).actions
    assert (await queries.request(office.tx, older)).proof_at is not None


async def test_18_a_further_page_is_added(office: Office) -> None:
    await office.take("lilei", SICK, Period(date(2026, 3, 11)))
    shelf = Shelf()
    for name in ("1.png", "2.png"):
        answer = await received(office, shelf, name, PNG)
        assert answer is not None
        assert answer.template == "leave.certificate_kept"
    at(office, "2026-03-12T10:30")
    later = await received(office, shelf, "3.png", PNG)
    assert later is not None
    assert "已有材料，这是补充" in shown(later).text


async def test_18_a_photo_with_words(office: Office) -> None:
    await office.take("lilei", SICK, Period(date(2026, 3, 10)))
    words = "这是我昨天的病假条"
    asked = await said(office, "lilei", "#certificate", words, leave_type="sick", start_date="2026-03-10")
    assert "把照片或 PDF 直接发给我" in asked.text
    shelf = Shelf()
    chat = await office.chat(
        "lilei", text=words, slots={}, files=sent("a.png", PNG, shelf), file_store=shelf, intent="leave.request"
    )
    kept = await office.registry.intents["#certificate"].handler(chat)
    assert kept is not None
    assert "附在您的病假" in shown(kept).text
    assert "没有等材料的请假" in await refused(office, "hanmeimei", "#certificate", words)


# 20: who is not entitled, why it is nothing


@pytest.mark.parametrize("who", ["songjia", "jiangxin", "weiguoqiang", "caoyu"])
async def test_20_who_has_no_annual_leave_is_told_so(office: Office, who: str) -> None:
    for intent in ("leave.balance", "leave.balance#explain"):
        assert "不适用年假" in await refused(office, who, intent, leave_type="annual")


async def test_20_why_it_is_nothing(office: Office) -> None:
    card = await said(office, "liuyang", "leave.balance#explain", "为什么我年假是0天", leave_type="annual")
    assert "累计工作满 12 个月后才有法定年假，您从 2027年" in card.text
    assert "满 12 个月" in {field.label: field.value for field in card.fields}["原因"]


async def test_20_an_adjustment_shows_its_reason(office: Office) -> None:
    wangfang = await office.person("wangfang")
    draft = await service.adjust_draft(office.tx, wangfang, Change(LILEI, ANNUAL, Decimal(1), "补发去年加班"))
    await service.adjust_confirm(office.tx, wangfang, draft.id)
    await office.agree(draft.id)
    card = await said(office, "lilei", "leave.balance#explain", leave_type="annual")
    assert any(field.value.endswith("HR 调整：补发去年加班") for field in card.fields)


# 21, 22


async def test_21_how_long_is_too_long(office: Office) -> None:
    slots = {"leave_type": "personal", "start_date": "2026-03-12"}
    assert "一次请了 500 天，太长了，最多 400 天" in await refused(
        office, "zhangwei", "leave.request", duration_days=500, **slots
    )
    assert (await said(office, "zhangwei", "leave.request", duration_days=365, **slots)).title == "请假确认"


async def test_21_a_day_in_between_is_left_out(office: Office) -> None:
    slots = {"leave_type": "annual", "start_date": "2026-03-16", "end_date": "2026-03-20"}
    card = await said(office, "lilei", "leave.request", **slots, except_dates=["2026-03-18"])
    assert "3月16日(周一) 至 3月17日(周二)、3月19日(周四) 至 3月20日(周五) 4 天" in card.text


async def test_21_nothing_to_extend(office: Office) -> None:
    assert "没有找到可以接着延长的请假" in await refused(office, "lilei", "leave.request#extend", "续假")


async def test_21_who_approves_what_was_asked_about(office: Office) -> None:
    assert (await said(office, "lilei", "#who_approves", "谁会审批我的病假")).text.startswith("病假 1 天由")


async def test_22_back_a_day_early_of_several_days_left(office: Office) -> None:
    request_id = await office.take("yangfan", ANNUAL, Period(date(2026, 3, 12), date(2026, 3, 13)))
    at(office, "2026-03-12T09:00")
    card = await said(office, "yangfan", "leave.cancel#retract_part", "我提前一天回来了")
    assert [action.label for action in card.actions] == ["3月12日(周四)起", "3月13日(周五)起"]
    assert "3月12日(周四)起，退回 2 天" in card.text
    picked = await office.press("yangfan", "leave.back_from", "x", f"{request_id} 2026-03-13")
    assert "年假 3月13日(周五) 1 天" in picked.text
    assert "保留 3月12日(周四)" in picked.text
    assert "2 天" in (await said(office, "yangfan", "leave.cancel#retract_part", "我提前回来了")).text


async def test_22_what_pregnancy_gives(office: Office) -> None:
    answer = await reply(office, "hanmeimei", "#pregnancy", "我怀孕了有什么假")
    assert office.registry.intents["#pregnancy"].private
    card = shown(answer)
    for piece in ("计入劳动时间，工资照发", "上海 158 天", "每天 1 小时", "只有您能看到", "第619号"):
        assert piece in card.text, piece


async def test_22_what_a_miscarriage_gives(office: Office) -> None:
    card = await said(office, "hanmeimei", "#pregnancy", "我流产了")
    assert "未满 4 个月流产 15 天" in card.text
    assert "产假：上海" not in card.text


# 23, 24


async def test_23_halves_are_shown_and_the_asker_counts(office: Office) -> None:
    await office.take("lilei", ANNUAL, Period(date(2026, 3, 12), date(2026, 3, 12), "PM", "PM"))
    for who in ("lilei", "hanmeimei"):
        card = await said(office, who, "leave.balance#whos_out", start_date="2026-03-12", end_date="2026-03-12")
        assert "李雷 3月12日(周四) 下午" in card.text


async def test_24_a_case_names_its_days(office: Office) -> None:
    days = (Period(date(2026, 3, 12)), Period(date(2026, 3, 13), date(2026, 3, 13), "PM", "PM"))
    labels = []
    for period in days:
        case = await approval_queries.case_for(office.tx, await office.submit("lilei", ANNUAL, period))
        assert case is not None
        labels.append(case.label)
    assert labels == ["李雷 年假 1 天 3月12日(周四)", "李雷 年假 0.5 天 3月13日(周五) 下午"]
