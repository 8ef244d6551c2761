"""Errcodes. Those of the facts (section 6) are certain to this fake; the others are our guess and say so."""

from __future__ import annotations

WRONG_SECRET = 40001
WRONG_CORP = 40013  # long-standing, not in the facts: unconfirmed
BAD_MEDIA_ID = 40007  # unconfirmed
BAD_LOGIN = 40029  # long-standing, not in the facts: unconfirmed
BAD_MSGTYPE = 40008  # unconfirmed
BAD_MEDIA = 40006  # unconfirmed: a file too large or too small
BAD_AGENT = 40056  # unconfirmed
BAD_PARAMETER = 40058
MENU_BUTTONS, MENU_NAME, MENU_KEY = 40016, 40018, 40019  # unconfirmed for WeCom: those of its sister WeChat
NO_PERMISSION = 48002
OTHER_AGENT = 301002  # unconfirmed
NOT_JSON = 47001  # unconfirmed
CARD_ACTION = 42045
RATE = 45009
NOBODY = 81013
RESPONSE_CODE = 41068  # invented: the number for a used, unknown or expired response_code is not documented
NO_SUCH_API = 404001  # invented: this fake does not have that API
RECALL = 41069  # invented: the message is unknown or older than 24 hours


class ApiError(Exception):
    """An answer with an errcode other than 0."""

    def __init__(self, code: int, hint: str) -> None:
        super().__init__(f"{code} {hint}")
        self.code, self.hint = code, hint


def bad(hint: str) -> ApiError:
    """A parameter that WeCom refuses for good."""
    return ApiError(BAD_PARAMETER, hint)
