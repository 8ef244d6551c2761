"""What identifies a person and how it is checked and shown: pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class WorkerType(StrEnum):
    """How a person works for the company; leave, pay and insurance rules depend on it."""

    FULL_TIME = "full_time"
    NON_FULL_TIME = "non_full_time"
    DISPATCHED = "dispatched"
    OUTSOURCED = "outsourced"
    INTERN = "intern"
    REHIRED_PENSIONER = "rehired_pensioner"


class Detail(StrEnum):
    """Personal facts kept encrypted with their history."""

    MOBILE = "mobile"
    ID_NUMBER = "id_number"
    BANK_ACCOUNT = "bank_account"
    BANK_NAME = "bank_name"
    EMAIL = "email"
    ADDRESS = "address"
    EMERGENCY_CONTACT = "emergency_contact"
    MARITAL_STATUS = "marital_status"
    EDUCATION = "education"
    SEAT = "seat"


class Messenger(StrEnum):
    """Where people have accounts of their own that hrbot answers."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"


class Sex(StrEnum):
    """As the 17th digit of the ID number says."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True)
class IdFacts:
    """What an 18-digit ID number says of its owner."""

    born_on: date
    sex: Sex
    region: str


# GB 11643-1999: weights and check characters of the resident ID number
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
ID_SHAPE = re.compile(r"\d{17}[\dX]")
MOBILE_SHAPE = re.compile(r"1[3-9]\d{9}")
ACCOUNT_SHAPE = re.compile(r"[a-z0-9][a-z0-9_.@\-]{0,63}")
"""WeCom's rule for a userid, which DingTalk's keep too. `@all` and `a|b` would reach others as well."""
LINK_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of a code that links an account: none that is misread for another (0 O, 1 I L, U V)."""
LINK_LENGTH = 8
LINK_LIFE = timedelta(hours=24)
MOST_TRIES = 5
"""Wrong codes of one account on one day. There are 30⁸ codes, and few that live."""
LEAVER_AHEAD = 30
"""Days before the last one in which papers may be prepared."""
LEAVER_LIFE = timedelta(days=7)
LEAVER_OPEN = timedelta(hours=24)
"""How long the papers can be fetched once the question was answered."""
LEAVER_TRIES = 5
"""Wrong answers that end a link."""
SEPARATORS = re.compile(r"[\s\-‐-―()（）]")
LOOKED_UP = frozenset({Detail.MOBILE, Detail.ID_NUMBER, Detail.BANK_ACCOUNT, Detail.EMAIL})
"""Details that may be searched for by their exact value, through a blind index."""


def id_number(text: str) -> str | None:
    """The ID number in its stored form, or None when shape, birth date or check character are wrong.

    Covers residents, the residence permits of Hong Kong, Macau and Taiwan (81–83) and the foreigners'
    permanent residence ID (9…): one check for all. Region codes are not judged: they get abolished.
    """
    number = SEPARATORS.sub("", text).upper()
    if not ID_SHAPE.fullmatch(number) or _born_on(number) is None:
        return None
    return number if complete_id(number[:17]) == number else None


def id_facts(number: str) -> IdFacts | None:
    """Birth date, sex and region of a valid ID number; None when it is not one."""
    checked = id_number(number)
    born_on = _born_on(checked) if checked else None
    if checked is None or born_on is None:
        return None
    return IdFacts(born_on, Sex.MALE if int(checked[16]) % 2 else Sex.FEMALE, checked[:6])


def _born_on(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def mobile(text: str) -> str | None:
    """A mainland mobile number as eleven digits, `+86`, blanks and hyphens removed; None when it is not one."""
    number = SEPARATORS.sub("", text)
    number = number.removeprefix("+86").removeprefix("0086")
    return number if MOBILE_SHAPE.fullmatch(number) else None


def account(text: str) -> str | None:
    """An account on a messenger as it is kept and compared, in lower case; None when it cannot be one."""
    name = text.strip().lower()
    return name if ACCOUNT_SHAPE.fullmatch(name) else None


def link_code(text: str) -> str | None:
    """A linking code as it is compared, however it was typed; None for what cannot be one.

    Each holds a letter and a digit, so that no plain word and no plain number is taken for one.
    """
    code = SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper().rstrip(".!。")
    fits = len(code) == LINK_LENGTH and set(code) <= set(LINK_SIGNS)
    return code if fits and not code.isdigit() and not code.isalpha() else None


def normalise(detail: Detail, value: str) -> str | None:
    """A detail in its stored form; None when it cannot be right."""
    value = value.strip()
    match detail:
        case Detail.MOBILE:
            return mobile(value)
        case Detail.ID_NUMBER:
            return id_number(value)
        case Detail.BANK_ACCOUNT:
            number = SEPARATORS.sub("", value)
            return number if number.isascii() and number.isdigit() and 8 <= len(number) <= 30 else None
        case Detail.EMAIL:
            address = value.lower()
            return address if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", address) else None
        case _:
            return value or None


def luhn(number: str) -> bool:
    """Whether a bank card number passes Luhn; some passbook accounts fail it, so it only warns."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(d if at % 2 == 0 else sum(divmod(2 * d, 10)) for at, d in enumerate(digits)) % 10 == 0


def masked(detail: Detail, value: str) -> str:
    """What others may see: `138****1234`, `310***********123X`, the last four digits of an account."""
    match detail:
        case Detail.MOBILE:
            return f"{value[:3]}****{value[-4:]}"
        case Detail.ID_NUMBER:
            return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"
        case Detail.BANK_ACCOUNT:
            return f"****{value[-4:]}"
        case Detail.EMAIL:
            local, _, host = value.partition("@")
            return f"{local[:1]}***@{host}"
        case Detail.BANK_NAME | Detail.SEAT | Detail.EDUCATION:
            return value
        case _:
            return f"{value[:1]}***"


def whole_years(since: date, on: date) -> int:
    """Full years from one day to another; a 29 February completes its year on 1 March. Negative never."""
    years = on.year - since.year - ((on.month, on.day) < (since.month, since.day))
    return max(years, 0)


def length_of_service(first: date, last: date) -> tuple[int, int]:
    """Full years and months of an employment, both days worked; a month is full on the eve of its day in the next."""
    after = last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month - (after.day < first.day)
    return divmod(max(months, 0), 12)


def id_tail(text: str) -> str | None:
    """The last four characters of an ID number as they are compared; None for what cannot be that."""
    tail = SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return tail if re.fullmatch(r"[0-9]{3}[0-9X]", tail) else None


def leaver_code(text: str) -> str | None:
    """The six digits that HR told somebody; None for what cannot be that."""
    code = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return code if re.fullmatch(r"[0-9]{6}", code) else None


def complete_id(first17: str) -> str:
    """Seventeen digits with their check character; for invented people in demos and tests."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, ID_WEIGHTS, strict=True))
    return first17 + ID_CHECKS[total % 11]
