"""A strict DingTalk: what the facts call hard is refused, what they call advisory is noted in `warnings`.

It shares no code with the adapter. The crypto is dingtalk-sdk's.
"""

from tests.fakes.dingtalk.account import Account
from tests.fakes.dingtalk.faults import Fault
from tests.fakes.dingtalk.records import Call, Card, Frame, Pushed, Shown
from tests.fakes.dingtalk.seen import buttons, preview, shown_text
from tests.fakes.dingtalk.server import FakeDingTalk

__all__ = [
    "Account",
    "Call",
    "Card",
    "FakeDingTalk",
    "Fault",
    "Frame",
    "Pushed",
    "Shown",
    "buttons",
    "preview",
    "shown_text",
]
