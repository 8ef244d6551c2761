"""What DingTalk refuses. Codes of the facts (sections 1, 3, 6) are certain to this fake; the others say unconfirmed."""

from __future__ import annotations


class ApiError(Exception):
    """HTTP `status` with `{code, message, requestid}` on the new base; `errcode` in a 200 on the old one."""

    def __init__(self, code: str, hint: str, status: int = 400, errcode: int = 400002) -> None:
        super().__init__(f"{code} {hint}")
        self.code, self.hint, self.status, self.errcode = code, hint, status, errcode


def bad(hint: str, code: str = "invalidParameter") -> ApiError:
    """A parameter that is wrong for good; the exact code of most is unconfirmed."""
    return ApiError(code, hint)


def denied(what: str, hint: str, errcode: int) -> ApiError:
    return ApiError(f"Forbidden.AccessDenied.{what}", hint, 403, errcode)


def wrong_secret() -> ApiError:
    return ApiError("invalidClientIdOrSecret", "appKey or appSecret wrong", 400, 40089)  # errcode unconfirmed


def too_fast() -> ApiError:
    return denied("QpsLimitForAppkeyAndApi", "QPS of this app for this API exceeded", 90018)


def out_of_quota() -> ApiError:
    return denied("ApiCountLimitForOrg", "the organisation's API calls of this month are used up", 90020)


def not_allowed_ip() -> ApiError:
    return denied("IpNotInWhiteList", "the address is not in the list, request ip=203.0.113.7", 60020)


def no_permission(api: str) -> ApiError:
    return denied("AccessTokenPermissionDenied", f"the app lacks the permission point of {api}", 60011)


def busy() -> ApiError:
    return ApiError("system.busy", "try again later", 500, -1)
