"""All that comes besides words and presses: pictures, what cannot be read, an opened app. And answers that are long."""

from __future__ import annotations

from bot.outbox import Place
from bot.tables import FileRow
from cards.card import Card
from tests.fakes.wecom import Shown, shown_text
from tests.fakes.wecom.records import Posted
from tests.wecom.later import Later, rows
from tests.wecom.stage import WeComStage
from tests.wecom.test_thread import SEND

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DOWNLOAD = "media/get"
GONE = "没有收到"


async def sick(phones: WeComStage) -> None:
    """李雷's sick leave, granted: it waits for a certificate."""
    await phones.say("lilei", "我发烧了今天不来了")
    await phones.expect("lilei", "请假确认", "病假", "[提交]")
    await phones.press_label("lilei", "提交")
    await phones.expect("xuli", "李雷的请假", "[同意]")
    await phones.press_label("xuli", "同意")
    await phones.expect("lilei", "病假已批准")
    await phones.settle()
    await phones.read("lilei")
    phones.forget_unread("lilei")


async def kept(phones: WeComStage) -> list[bytes]:
    """The bytes of every file that is recorded as 李雷's."""
    assert phones.bot is not None
    ids = await rows(phones, "select id from bot_file where person = 'lilei' order by at")
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        return [await phones.bot.files.read(tx, file_id) for file_id in ids]


async def post_picture(phones: WeComStage) -> Posted:
    return await phones.fake.send_image("lilei", PICTURE, "病假条.png")


async def test_a_picture_becomes_the_certificate(phones: WeComStage) -> None:
    await sick(phones)
    assert (await post_picture(phones)).statuses == [200]
    await phones.expect("lilei", "已收到 1 个文件", "只有您和 HR 能看到")
    await phones.expect("wangfang", "李雷", "材料")
    assert await kept(phones) == [PICTURE]
    [(media_type, size)] = await rows(phones, "select media_type, size from bot_file where person = 'lilei'")
    assert (media_type, size) == ("image/png", len(PICTURE))
    assert await rows(phones, "select proof_at is not null from leave_request order by id desc limit 1") == [True]


async def test_the_same_picture_callback_again(phones: WeComStage) -> None:
    await sick(phones)
    posted = await post_picture(phones)
    await phones.expect("lilei", "已收到 1 个文件")
    assert (await phones.fake.raw(posted.xml, times=2)).statuses == [200, 200]
    await phones.settle()
    assert await kept(phones) == [PICTURE]
    assert len(phones.fake.calls[DOWNLOAD]) == 1


async def test_a_picture_that_cannot_be_had_at_once(phones: WeComStage, later: Later) -> None:
    """It is fetched again outside the person's lock: what they write meanwhile is answered."""
    await sick(phones)
    phones.fake.inject(DOWNLOAD, "status", 2, status=503)
    await post_picture(phones)
    await later.calm()
    await phones.say("lilei", "我还有几天年假")
    await phones.expect("lilei", "可用 5 天")
    assert not await kept(phones)
    await later.pass_by(3)
    assert len(phones.fake.calls[DOWNLOAD]) == 2
    assert not await kept(phones)
    await later.pass_by(3)
    await phones.expect("lilei", "已收到 1 个文件")
    assert await kept(phones) == [PICTURE]


async def test_a_picture_that_cannot_be_had_for_minutes(phones: WeComStage, later: Later) -> None:
    await sick(phones)
    phones.fake.inject(DOWNLOAD, "status", None, status=503)
    await post_picture(phones)
    await later.calm()
    await later.pass_by(290)
    await phones.quiet("lilei")
    await later.pass_by(30)
    await phones.expect("lilei", GONE, "再发一次")
    assert len(await rows(phones, "select 1 from bot_inbox where state = 'waiting'")) == 0
    phones.fake.faults.clear()
    await later.pass_by(120)
    await post_picture(phones)
    await phones.expect("lilei", "已收到 1 个文件")


async def test_a_picture_that_is_over_its_three_days(phones: WeComStage) -> None:
    await sick(phones)
    phones.fake.media.clear()
    xml = phones.fake.xml("lilei", "image", {"MediaId": "m-gone", "MsgId": 77, "AgentID": phones.fake.account.agent_id})
    assert (await phones.fake.raw(xml)).statuses == [200]
    await phones.expect("lilei", GONE, "再发一次")
    assert not await kept(phones)


async def test_a_picture_that_is_too_large(phones: WeComStage) -> None:
    await sick(phones)
    await phones.fake.send_image("lilei", bytes(11 * 1024 * 1024))
    await phones.expect("lilei", GONE, "太大")
    assert not await kept(phones)


async def test_a_file_has_its_name(phones: WeComStage) -> None:
    await sick(phones)
    await phones.send_file("lilei", "诊断证明.pdf", b"%PDF-1.4 " + bytes(100), "application/pdf")
    await phones.expect("lilei", "已收到 1 个文件")
    assert phones.bot is not None
    async with phones.bot.database.transaction(phones.bot.outbox(), "test") as tx:
        [file_id] = await rows(phones, "select id from bot_file where person = 'lilei'")
        row = await tx.session.get(FileRow, file_id)
    assert row is not None
    assert row.name == "诊断证明.pdf"


async def test_what_cannot_be_read_gets_a_clear_sentence(phones: WeComStage) -> None:
    fake, link = phones.fake, {"Title": "看这个", "Description": "", "Url": "https://example.com", "PicUrl": ""}
    await fake.send_voice("lilei")
    await phones.expect("lilei", "语音", "打字")
    await fake.message("lilei", "video", {"MediaId": "m-1", "ThumbMediaId": "m-2"})
    await phones.expect("lilei", "视频", "图片")
    await fake.message("lilei", "link", link)
    await phones.expect("lilei", "链接", "打字")
    await phones.settle()
    assert not fake.calls[DOWNLOAD]
    await fake.message("lilei", "sticker", {"MediaId": "m-3"})
    await fake.event("lilei", "unsubscribe")
    await fake.event("lilei", "brand_new_event")
    await phones.quiet("lilei")


async def test_one_welcome_a_day(phones: WeComStage, later: Later) -> None:
    await phones.fake.enter("lilei")
    await phones.expect("lilei", "李雷", "您好")
    assert (await phones.fake.enter("lilei", times=3)).statuses == [200] * 3
    await phones.fake.enter("LILEI")
    await phones.settle()
    assert len(phones.fake.seen["lilei"]) == 1
    await later.pass_by(24 * 3_600)
    await phones.fake.enter("lilei")
    await phones.expect("lilei", "李雷", "您好")


async def test_a_stranger_who_opens_the_app(phones: WeComStage) -> None:
    phones.fake.members.add("nobody")
    await phones.fake.enter("nobody")
    await phones.fake.send_image("nobody", PICTURE)
    await phones.settle()
    said = [shown_text(shown) for shown in phones.fake.seen["nobody"]]
    assert len(said) == 2
    assert all("花名册里没有找到您" in one for one in said)
    assert not phones.fake.calls[DOWNLOAD], "nothing is fetched for somebody unknown"


# long answers


async def answer(phones: WeComStage, card: Card) -> None:
    """Said to 李雷 as an answer to his words."""
    assert phones.bot is not None
    outbox = phones.bot.outbox()
    async with phones.bot.database.transaction(outbox, "test") as tx:
        await outbox.answer(tx, Place("wecom", "lilei"), card)
    await phones.settle()


def words(shown: list[Shown]) -> str:
    return "".join("".join(one.text for one in shown).split())


async def test_a_long_text_arrives_whole_and_in_order(phones: WeComStage) -> None:
    lines = [f"第 {number} 条：凡事预则立，不预则废。<a href='x'>甲</a>" for number in range(150)]
    await answer(phones, Card("bot.test", "\n".join(lines), "测试"))
    came = phones.fake.seen["lilei"]
    assert len(came) > 4
    positions = [words(came).index(f"第{number}条：") for number in range(150)]
    assert positions == sorted(positions)
    assert not phones.fake.warnings, "nothing was cut"


async def test_a_text_of_more_messages_than_a_member_may_get(phones: WeComStage, later: Later) -> None:
    """It can never be sent, so it does not hold up what comes after it."""
    await answer(phones, Card("bot.test", "很长。" * 9_000, "测试"))
    assert await rows(phones, "select state, attempts from bot_outbox") == [("dead", 0)]
    await phones.say("lilei", "我还有几天年假")
    await phones.expect("lilei", "可用 5 天")


async def test_a_card_that_was_cut_can_be_read_in_full(phones: WeComStage) -> None:
    reason = "，".join(f"第{number}件家事要办" for number in range(40))
    await phones.say("lilei", f"明天请一天年假，原因：{reason}")
    draft = (await phones.expect("lilei", "请假确认", "[提交]", "⋯[查看全文]"))["shown"]
    assert "第39件家事" not in shown_text(draft)
    await phones.press_label("lilei", "查看全文")
    await phones.expect("lilei", "请假确认", "第0件家事要办", "第39件家事要办")
    await phones.press_label("lilei", "提交")
    await phones.expect("xuli", "李雷的请假", "⋯[查看全文]")
    await phones.press_label("xuli", "查看全文")
    await phones.expect("xuli", "第39件家事要办")


async def test_a_file_that_cannot_be_uploaded_repeats_no_words(phones: WeComStage, later: Later) -> None:
    phones.fake.inject("media/upload", "status", 2, status=503)
    assert phones.bot is not None
    outbox = phones.bot.outbox()
    async with phones.bot.database.transaction(outbox, "test") as tx:
        file_id = await phones.bot.files.keep_reply(tx, "lilei", ("明细.xlsx", b"PK" + bytes(50)))
        await outbox.answer(tx, Place("wecom", "lilei"), Card("bot.test", "给您。", "文件"), file_id=file_id)
    await later.calm()
    for _ in range(3):
        await later.pass_by(120)
    assert [shown.kind for shown in phones.fake.seen["lilei"]] == ["text", "file"]
    assert phones.fake.seen["lilei"][1].file == ("明细.xlsx", b"PK" + bytes(50))
    assert len(phones.fake.calls[SEND]) == 2


async def test_an_old_card_that_cannot_be_greyed_now(phones: WeComStage, later: Later) -> None:
    """The fresh one is sent once all the same; a press on the old one says where to press."""
    await phones.say("lilei", "我想下周三下午请半天年假")
    first = (await phones.expect("lilei", "请假确认"))["shown"]
    phones.fake.block("message/update_template_card")
    await phones.say("lilei", "改成周四")
    await phones.expect("lilei", "请假确认", "3月19日(周四)")
    await phones.settle()
    await later.pass_by(75)
    assert sum(not shown.updated for shown in phones.fake.seen["lilei"]) == 2
    await phones.fake.press("lilei", first.task_id or "", "submit")
    await phones.expect("lilei", "请在最新的一张上操作")
