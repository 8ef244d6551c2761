"""What becomes of each frame and what is answered. No fault in here loses an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass

import structlog

from bot.platforms.dingtalk import events, frames, presses
from bot.platforms.dingtalk.frames import CALLBACK, CARD, EVENT, ROBOT, Frame
from bot.platforms.dingtalk.intake import NONE, Foreign, Full, Intake, settled
from bot.platforms.dingtalk.messages import UNKNOWN
from bot.platforms.shared.documents import Unreadable, load

log = structlog.get_logger()
Answer = Coroutine[None, None, str]
"""The frame to send back, as soon as it is known."""
SUCCESS: dict[str, object] = {"status": "SUCCESS", "message": ""}
LATER: dict[str, object] = {"status": "LATER", "message": ""}
NOTHING: dict[str, dict[str, object] | None] = {ROBOT: {"response": None}, CARD: {"response": {}}}
"""Answers to callbacks: robot messages ignore theirs, a card stays as it is until it is changed from the outbox."""


@dataclass(frozen=True)
class Desk:
    """`callback_seconds`: how long an answer waits for the commit; then the push is in memory and answered.

    `event_seconds`: then DingTalk is asked to send the event again.
    """

    intake: Intake
    callback_seconds: float = 0.5
    event_seconds: float = 2.0

    def receive(self, frame: Frame) -> Answer | None:
        """Take a frame, in the order of the calls; None when it wants no answer."""
        if not frame.message_id:
            self.intake.count(NONE, "malformed")
            return None
        if frame.type == EVENT:
            return self._event(frame)
        if frame.type == CALLBACK and frame.topic in NOTHING:
            return self._callback(frame)
        self.intake.count(UNKNOWN, "ignored")
        return _said(frames.ack(frame, {"response": None}, frames.NOT_FOUND)) if frame.type == CALLBACK else None

    def _callback(self, frame: Frame) -> Answer:
        """Taken at once, so that two of one person stay in order; the answer follows."""
        try:
            payload = load(frame.data)
            if frame.topic == ROBOT:
                return self._stored(frame, self.intake.robot(payload))
            return self._stored(frame, self.intake.press(payload, presses.frame_delivery(frame.message_id)))
        except Unreadable:
            self.intake.count(NONE, "malformed")
        except Foreign:
            self.intake.count(NONE, "foreign")
        except Full:
            return _said(frames.ack(frame, NOTHING[frame.topic], frames.FAILED))
        except Exception as error:  # noqa: BLE001 - a mistake of ours: it is answered, and the connection lives on
            self._failed(frame, error)
            return _said(frames.ack(frame, NOTHING[frame.topic], frames.FAILED))
        return _said(frames.ack(frame, NOTHING[frame.topic]))

    async def _stored(self, frame: Frame, storing: asyncio.Task[str] | None) -> str:
        outcome = await settled(storing, self.callback_seconds)
        return frames.ack(frame, NOTHING[frame.topic], frames.FAILED if outcome == "lost" else frames.OK)

    async def _event(self, frame: Frame) -> str:
        """SUCCESS also for what will never be readable or ours: the same would come again."""
        try:
            event = events.of_frame(frame.headers, load(frame.data), self.intake.settings)
            outcome = await self.intake.event(event, self.event_seconds)
        except Unreadable:
            self.intake.count(NONE, "malformed")
            return frames.ack(frame, SUCCESS)
        except Foreign:
            self.intake.count(NONE, "foreign")
            return frames.ack(frame, SUCCESS)
        except Exception as error:  # noqa: BLE001 - a mistake of ours: the next version may read it
            self._failed(frame, error)
            return frames.ack(frame, LATER)
        return frames.ack(frame, LATER if outcome == "later" else SUCCESS)

    def _failed(self, frame: Frame, error: Exception) -> None:
        self.intake.count(NONE, "fault")
        log.error("dingtalk.frame_failed", message=frame.message_id, error=type(error).__name__)


async def _said(answer: str) -> str:
    return answer
