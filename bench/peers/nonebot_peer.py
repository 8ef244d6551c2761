"""NoneBot2 with the smallest adapters: a callback becomes an event, a matcher echoes it: nonebot_peer.py PORT"""

from __future__ import annotations

import sys
from typing import Any

import ding_echo
import nonebot
from echo import PATH, opened, sealed
from nonebot.adapters import Adapter, Bot, Event, Message, MessageSegment
from nonebot.drivers import URL, HTTPServerSetup, Request, Response
from nonebot.message import handle_event


class Segment(MessageSegment["Words"]):
    @classmethod
    def get_message_class(cls) -> type[Words]:
        return Words

    def __str__(self) -> str:
        return str(self.data["text"])

    def is_text(self) -> bool:
        return True


class Words(Message[Segment]):
    @classmethod
    def get_segment_class(cls) -> type[Segment]:
        return Segment

    @staticmethod
    def _construct(msg: str) -> Any:
        yield Segment("text", {"text": msg})


class Received(Event):
    person: str
    text: str
    answers: list[str] = []  # noqa: RUF012 - a pydantic field, copied for each event

    def get_type(self) -> str:
        return "message"

    def get_event_name(self) -> str:
        return "message.text"

    def get_event_description(self) -> str:
        return self.text

    def get_user_id(self) -> str:
        return self.person

    def get_session_id(self) -> str:
        return self.person

    def get_message(self) -> Words:
        return Words(self.text)

    def is_tome(self) -> bool:
        return True


class EchoBot(Bot):
    async def send(self, event: Received, message: Any, **kwargs: Any) -> None:
        event.answers.append(str(message))


class Messengers(Adapter):
    def __init__(self, driver: nonebot.drivers.Driver, **kwargs: Any) -> None:
        super().__init__(driver, **kwargs)
        self.bot = EchoBot(self, "bench")
        self.setup_http_server(HTTPServerSetup(URL(PATH), "POST", "wecom", self.receive))
        self.setup_http_server(HTTPServerSetup(URL(ding_echo.PATH), "POST", "dingtalk", self.hear))
        driver.on_startup(self.start)

    @classmethod
    def get_name(cls) -> str:
        return "messengers"

    async def start(self) -> None:
        self.bot_connect(self.bot)

    async def receive(self, request: Request) -> Response:
        query = request.url.query
        message = opened(query, content(request))
        event = Received(person=message.source, text=message.content)
        await handle_event(self.bot, event)
        return Response(200, content=sealed(query, message, event.answers[0]))

    async def hear(self, request: Request) -> Response:
        message = ding_echo.opened(request.headers, content(request))
        event = Received(person=message["senderStaffId"], text=message["text"]["content"])
        await handle_event(self.bot, event)
        return Response(200, content=ding_echo.sealed(event.answers[0]))

    async def _call_api(self, bot: Bot, api: str, **data: Any) -> None:
        raise RuntimeError(f"an echo calls nothing, not {api}")


def content(request: Request) -> bytes:
    body = request.content
    return body if isinstance(body, bytes) else str(body).encode()


if __name__ == "__main__":
    nonebot.init(driver="~fastapi", host="127.0.0.1", port=int(sys.argv[1]), log_level="ERROR", fastapi_reload=False)
    nonebot.get_driver().register_adapter(Messengers)
    repeat = nonebot.on_message()

    @repeat.handle()
    async def answer(event: Received) -> None:
        await repeat.send(event.get_message())

    nonebot.run(access_log=False, log_level="error")
