"""A strict WeCom: what the facts call hard is refused, what they call advisory is noted in `warnings`.

It shares no code with the adapter. The crypto is wechatpy's.
"""

from tests.fakes.wecom.account import Account
from tests.fakes.wecom.faults import Fault
from tests.fakes.wecom.records import Call, Callback, Posted, Shown
from tests.fakes.wecom.seen import active_keys, preview, shown_text
from tests.fakes.wecom.server import FakeWeCom

__all__ = [
    "Account",
    "Call",
    "Callback",
    "FakeWeCom",
    "Fault",
    "Posted",
    "Shown",
    "active_keys",
    "preview",
    "shown_text",
]
