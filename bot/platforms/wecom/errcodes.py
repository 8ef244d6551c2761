"""What WeCom's error codes mean to us (facts/wecom.md §6): one table, closed. Unknown codes are a bad message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What is to be done about a code."""

    FINE = "fine"
    TOKEN = "token"  # noqa: S105 - a kind; renew the access token and repeat the call once
    SECRET = "secret"  # noqa: S105 - a kind; nothing works until the configuration is mended
    BUSY = "busy"  # again after our own backoff
    RATE = "rate"  # nobody calls this API for a while
    CONFIGURATION = "configuration"  # an administrator must act; the message waits
    GONE = "gone"  # the person cannot be reached any more
    BAD = "bad"  # this message will never be taken


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code's kind, its words for the log and the dead letters, and for how many seconds its API is paused."""

    kind: Kind
    text: str
    pause: int = 0


TABLE: Mapping[int, Meaning] = MappingProxyType(
    {
        0: Meaning(Kind.FINE, "ok"),
        -1: Meaning(Kind.BUSY, "WeCom is busy"),
        40001: Meaning(Kind.SECRET, "the app's secret is refused"),
        40013: Meaning(Kind.SECRET, "the corp id is refused"),
        40091: Meaning(Kind.SECRET, "the app's secret is refused"),
        40014: Meaning(Kind.TOKEN, "the access token is invalid"),
        42001: Meaning(Kind.TOKEN, "the access token has expired"),
        40003: Meaning(Kind.GONE, "no such userid"),
        46004: Meaning(Kind.GONE, "no such member"),
        60111: Meaning(Kind.GONE, "no such userid"),
        81013: Meaning(Kind.GONE, "no receiver is valid"),
        40004: Meaning(Kind.BAD, "the kind of media is refused"),
        40006: Meaning(Kind.BAD, "the size of the file is refused"),
        40007: Meaning(Kind.BAD, "the media is unknown or gone"),
        40029: Meaning(Kind.BAD, "the login's code is unknown, used or old"),
        40008: Meaning(Kind.BAD, "the kind of message is refused"),
        40058: Meaning(Kind.BAD, "a parameter is refused"),
        42045: Meaning(Kind.BAD, "the card's action is missing or bad"),
        45002: Meaning(Kind.BAD, "the content is too long"),
        301023: Meaning(Kind.BAD, "too many users in one call"),
        846605: Meaning(Kind.BAD, "the message is not to be answered any more"),
        846608: Meaning(Kind.BAD, "the answer cannot be continued any more"),
        45009: Meaning(Kind.RATE, "called too often", pause=60),
        45033: Meaning(Kind.RATE, "too many calls at once", pause=10),
        40056: Meaning(Kind.CONFIGURATION, "the agent id is refused"),
        41001: Meaning(Kind.CONFIGURATION, "no access token was given"),
        48002: Meaning(Kind.CONFIGURATION, "the API is not permitted for this app"),
        50001: Meaning(Kind.CONFIGURATION, "the redirect domain is not registered"),
        60011: Meaning(Kind.CONFIGURATION, "the app has no right to this"),
        60020: Meaning(Kind.CONFIGURATION, "this server's address is not a trusted one"),
        80001: Meaning(Kind.CONFIGURATION, "the trusted domain is not set"),
        85005: Meaning(Kind.CONFIGURATION, "the domain's ownership is not proven"),
        301002: Meaning(Kind.CONFIGURATION, "the app has no right to this agent"),
    }
)
TOO_LATE = frozenset({846605, 846608})
"""Of the bot's connection: what was to be an answer can still be a message of its own."""
_NO_RIGHT = range(301_000, 302_000)  # rights of the check-in, approval and agent APIs


def meaning(errcode: int) -> Meaning:
    """The meaning of a code; never fails."""
    if errcode in TABLE:
        return TABLE[errcode]
    if errcode in _NO_RIGHT:
        return Meaning(Kind.CONFIGURATION, "the app has no right to this")
    return Meaning(Kind.BAD, "refused")


def of_token(errcode: int) -> Meaning:
    """The same for getting a token, where no message can be to blame: what it says about a person is configuration."""
    found = meaning(errcode)
    blames = found.kind in {Kind.GONE, Kind.BAD, Kind.TOKEN}
    return Meaning(Kind.CONFIGURATION, "no access token is given") if blames else found
