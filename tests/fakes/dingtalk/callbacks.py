"""HTTP mode: robot messages, encrypted events with their retries, card callbacks (facts 2.3, 2.4, 3.3)."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.fakes.dingtalk.account import signed
from tests.fakes.dingtalk.gateway import Gateway, new_id
from tests.fakes.dingtalk.records import Card, Frame, Pushed


class Callbacks(Gateway):
    """Posts to `robot_url`, `event_url` and `card_url` (or where a card's route was registered)."""

    mode = "stream"
    """`http`: everything is posted instead of pushed."""
    robot_url = ""
    event_url = ""
    card_url = ""
    event_http_seconds = 2.5
    event_retries: tuple[float, ...] = (10.0, 30.0)
    """Seconds before the second and the third try, times `scale`."""
    scale = 0.01
    signature_name = "signature"
    """Query parameter of an event's signature; `msg_signature` occurs as well (facts 2.4)."""
    session: aiohttp.ClientSession | None = None

    async def hang_up(self) -> None:
        await super().hang_up()
        if self.session is not None:
            await self.session.close()
            self.session = None

    async def posted_robot(self, data: dict[str, Any], timestamp: int | None = None) -> Frame:
        """Once; what a timeout leads to is undocumented."""
        stamp = self.millis() if timestamp is None else timestamp
        headers = {"timestamp": str(stamp), "sign": self.account.robot_sign(stamp)}
        frame = self.frame("robot", data, self.robot_url, headers, json.dumps(data).encode())
        return await self.post(frame, self.robot_seconds)

    async def posted_card(self, data: dict[str, Any], card: Card | None, timestamp: int | None = None) -> Frame:
        """A refusal or no answer within 2 s is an error on the presser's screen; it is not sent again."""
        stamp = str(self.millis() if timestamp is None else timestamp)
        url, key = self.card_url, self.account.client_secret
        if self.routes:  # a forged press of no card goes where the others go
            known = card.route if card is not None and card.route in self.routes else next(reversed(self.routes))
            url, key = self.routes[known]
        headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": signed(key, stamp)}
        return await self.post(self.frame("card", data, url, headers, json.dumps(data).encode()), self.card_seconds)

    async def posted_event(self, pushed: Pushed, timestamp: int | None = None) -> None:
        """Again after 10 s and 30 s (scaled) unless the answer is an encrypted `success`."""
        for attempt, delay in enumerate((0.0, *self.event_retries), 1):
            await asyncio.sleep(delay * self.scale)
            frame = self.sealed_event(pushed.data, timestamp)
            frame.attempt = attempt
            pushed.tries.append(await self.post(frame, self.event_http_seconds))
            if frame.acked:
                break
        pushed.done = True

    def sealed_event(self, data: dict[str, Any], timestamp: int | None = None) -> Frame:
        stamp = self.millis() if timestamp is None else timestamp
        sealed = self.account.seal(json.dumps(data), stamp)
        query = {self.signature_name: sealed["msg_signature"], "timestamp": str(stamp), "nonce": sealed["nonce"]}
        body = json.dumps({"encrypt": sealed["encrypt"]}).encode()
        return self.frame("event", data, f"{self.event_url}?{urlencode(query)}", {}, body)

    async def check_url(self) -> None:
        """What the console does when the event URL is saved. Raises AssertionError unless it is answered rightly."""
        frame = await self.post(self.sealed_event({"EventType": "check_url"}), self.event_http_seconds)
        assert frame.in_time, (frame.code, frame.faulty)

    def frame(self, kind: str, data: dict[str, Any], url: str, headers: dict[str, str], body: bytes) -> Frame:
        assert url, f"set {kind}_url first"
        frame = Frame(kind, new_id(), data, None, self.now())
        frame.request = (url, {"Content-Type": "application/json; charset=utf-8", **headers}, body)
        return frame

    async def repost(self, frame: Frame) -> Frame:
        """The very same request again (a replay)."""
        again = Frame(frame.kind, new_id(), frame.data, None, self.now(), frame.attempt, request=frame.request)
        return await self.post(again, self.event_http_seconds)

    async def post(self, frame: Frame, seconds: float) -> Frame:
        """One request as it stands, once, noted in `frames`."""
        url, headers, body = frame.request
        self.frames.append(frame)
        if self.session is None:
            self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        started = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=seconds)
        answer = b""
        try:
            async with self.session.post(url, data=body, headers=headers, timeout=timeout) as response:
                answer = await response.read()
                frame.code = response.status
        except TimeoutError:
            frame.late = True
        except aiohttp.ClientError as error:
            frame.cut, frame.faulty = True, repr(error)
        frame.seconds = time.monotonic() - started
        if frame.code is not None:
            frame.faulty = self.judged(frame, answer)
            frame.acked = not frame.faulty
        return frame

    def judged(self, frame: Frame, answer: bytes) -> str:
        """What is wrong with an answer; sets the frame's `answer`."""
        frame.answer = answer
        if frame.code != 200:
            return f"status {frame.code}"
        if frame.kind == "robot":
            return ""
        try:
            frame.answer = json.loads(answer or b"{}")
            if frame.kind == "card":
                return "" if isinstance(frame.answer, dict) else "not an object"
            frame.answer = self.account.opened(frame.answer)
        except Exception as error:  # noqa: BLE001  whatever dingtalk-sdk raises, the answer is wrong
            return repr(error)
        return "" if frame.answer == "success" else f"not success but {frame.answer!r}"
