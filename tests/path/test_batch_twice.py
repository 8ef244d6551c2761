"""A batch that is pressed twice is done once, and its card keeps saying what it did."""

from tests.stage import Stage


async def asked(stage: Stage, person: str, text: str) -> None:
    await stage.say(person, text)
    await stage.expect(person, "请假确认", "[提交]")
    await stage.say(person, "提交")
    await stage.expect(person, "已提交")


async def test_a_second_press_says_what_the_first_did(stage: Stage) -> None:
    await asked(stage, "lilei", "明天请一天年假")
    await asked(stage, "hanmeimei", "后天请一天年假")
    await stage.settle()
    await stage.read("xuli")
    stage.forget_unread("xuli")
    await stage.say("xuli", "全部同意")
    shown = await stage.expect("xuli", "将同意 2 件", "[确认同意 2 件]")
    for _ in range(2):
        assert await stage.press("xuli", shown["card"]["id"], "confirm") == 202
        await stage.expect("xuli", "已同意 2 件", "李雷 年假", "韩梅梅 年假")
    await stage.settle()
    await stage.read("xuli")
    assert not [message for message in stage.unread["xuli"] if "已同意 0 件" in message["text"]]
