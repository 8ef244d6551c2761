"""What DingTalk's errors of both generations mean to us (facts/dingtalk.md §6): one table, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class CardMissing(Exception):
    """The card to be changed does not exist there: a new one must be sent."""


class CardExists(Exception):
    """A card of this name was made before: by us, in an attempt whose outcome we did not learn."""


class CardRefused(Exception):
    """The card was not shown: its template is not usable, or it was not delivered. Words may still arrive."""


class Kind(StrEnum):
    """What is to be done about an error."""

    FINE = "fine"
    TOKEN = "token"  # noqa: S105 - a kind; renew the access token and repeat the call once
    SECRET = "secret"  # noqa: S105 - a kind; nothing works until the configuration is mended
    SECOND = "second"  # our calls of this API in a second: a moment's pause
    MINUTE = "minute"  # the same of a minute: until the next
    GLOBAL = "global"  # everybody's calls of this API: longer each time
    FLOW = "flow"  # too much to one person or group: this message waits
    QUOTA = "quota"  # the organisation's month is used up
    BANNED = "banned"  # our address is shut out for five minutes
    BUSY = "busy"  # again after our own backoff
    BLAMED = "blamed"  # refused without a reason: again, but not for ever
    CONFIGURATION = "configuration"  # an administrator must act; the message waits
    TEMPLATE = "template"  # the card template is not usable: words instead
    GONE = "gone"  # the person cannot be reached any more
    BAD = "bad"  # this message will never be taken
    MISSING = "missing"  # the card does not exist
    EXISTS = "exists"  # the card exists already


@dataclass(frozen=True, slots=True)
class Meaning:
    """An error's kind, and its words for the log and the dead letters."""

    kind: Kind
    text: str


FINE, BANNED, HTTP_429, HTTP_BLAMED = "0", "1111", "http 429", "http 4xx"
UNPAID = {Kind.TOKEN, Kind.SECRET, Kind.SECOND, Kind.MINUTE, Kind.GLOBAL, Kind.FLOW, Kind.QUOTA, Kind.BANNED}
"""Calls that failed like this do not count against the month."""

_TOKEN = Meaning(Kind.TOKEN, "the access token is refused")
_SECOND = Meaning(Kind.SECOND, "called too often in a second")
_MINUTE = Meaning(Kind.MINUTE, "called too often in a minute")
_GLOBAL = Meaning(Kind.GLOBAL, "this API is overloaded")
_FLOW = Meaning(Kind.FLOW, "too many messages to one receiver")
_QUOTA = Meaning(Kind.QUOTA, "the organisation's calls of this month are used up")
_RIGHT = Meaning(Kind.CONFIGURATION, "the app lacks a permission point")
_ADDRESS = Meaning(Kind.CONFIGURATION, "this server's address is not in the app's list")
_ROBOT = Meaning(Kind.CONFIGURATION, "the robot is not enabled, not published, or its code is wrong")
_SCOPE = Meaning(Kind.GONE, "outside of the app's scope")
_PERSON = Meaning(Kind.GONE, "no such person")
_PLACE = Meaning(Kind.GONE, "no such person or conversation")
_PARAMETER = Meaning(Kind.BAD, "a parameter is refused")
_UNSAFE = Meaning(Kind.BAD, "the content is refused as unsafe")
_TEMPLATE = Meaning(Kind.TEMPLATE, "the card template is unknown or not published")
_BUSY = Meaning(Kind.BUSY, "DingTalk is busy")
_SECRET = Meaning(Kind.SECRET, "the client id or secret is refused")

TABLE: Mapping[str, Meaning] = MappingProxyType(
    {
        FINE: Meaning(Kind.FINE, "ok"),
        BANNED: Meaning(Kind.BANNED, "this server's address is shut out"),
        HTTP_429: _SECOND,
        HTTP_BLAMED: Meaning(Kind.BLAMED, "refused without a reason"),
        "40001": _TOKEN,
        "40014": _TOKEN,
        "42001": _TOKEN,
        "33001": _TOKEN,
        "InvalidAuthentication": _TOKEN,
        "http 401": _TOKEN,
        "invalidClientIdOrSecret": _SECRET,
        "40089": _SECRET,
        "90018": _SECOND,
        "QpsLimitForAppkeyAndApi": _SECOND,
        "QpmLimitForAppkeyAndApi": _MINUTE,
        "QpmLimitForApi": _MINUTE,
        "90002": _GLOBAL,
        "QpsLimitForApi": _GLOBAL,
        "send.too.fast": _FLOW,
        "send.byToken.tooFast": _FLOW,
        "too.many.people": _FLOW,
        "too.many.group": _FLOW,
        "410100": _FLOW,
        "90020": _QUOTA,
        "ApiCountLimitForOrg": _QUOTA,
        "60011": _RIGHT,
        "AccessTokenPermissionDenied": _RIGHT,
        "http 403": _RIGHT,
        "60020": _ADDRESS,
        "IpNotInWhiteList": _ADDRESS,
        "chatbotId.notAllow.sendOTO": _ROBOT,
        "robot.oto.notExist": _ROBOT,
        "invalidParameter.robotCode": _ROBOT,
        "33012": _PERSON,
        "60121": _PERSON,
        "60003": Meaning(Kind.GONE, "no such department"),
        "50002": _SCOPE,
        "50004": _SCOPE,
        "staffId.notExisted": _PERSON,
        "param.userIdNotExist": _PERSON,
        "param.openSpaceIdInvalid": _PLACE,
        "400002": _PARAMETER,
        "40035": _PARAMETER,
        "invalidParameter": _PARAMETER,
        "param": _PARAMETER,
        "param.contentUnsafe": _UNSAFE,
        "param.templateNotExist": _TEMPLATE,
        "param.templateUnpublished": _TEMPLATE,
        "param.cardNotExist": Meaning(Kind.MISSING, "the card does not exist"),
        "param.cardAlreadyExist": Meaning(Kind.EXISTS, "the card exists already"),
        "-1": _BUSY,
        "system.busy": _BUSY,
        "http 5xx": _BUSY,
    }
)
_BY_CASE = {code.casefold(): code for code in TABLE}
_FAMILY = "forbidden.accessdenied."
_RIGHTS = "permissiondenied"


def known(code: str, status: int = 200) -> str | None:
    """The table's own spelling of a code: itself, what follows its family's name, or the family that it begins with.

    A code that stands nowhere is read by its HTTP status.
    """
    name = code.casefold().removeprefix(_FAMILY)
    if name.endswith(_RIGHTS):
        return "AccessTokenPermissionDenied"
    while name:
        if name in _BY_CASE:
            return _BY_CASE[name]
        name = name.rpartition(".")[0]
    if status >= 500:
        return "http 5xx"
    return {401: "http 401", 403: "http 403", 429: HTTP_429}.get(status)


def meaning(code: str, status: int = 200) -> Meaning:
    """The meaning of a code and the HTTP status that it came with; never fails."""
    name = known(code, status)
    return TABLE[name] if name else Meaning(Kind.BAD, "refused")


def of_token(code: str, status: int = 200) -> Meaning:
    """The same for getting a token, where no message can be to blame."""
    found = meaning(code, status)
    blames = found.kind in {Kind.GONE, Kind.BAD, Kind.BLAMED, Kind.TOKEN}
    return Meaning(Kind.CONFIGURATION, "no access token is given") if blames else found
