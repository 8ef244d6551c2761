"""The PIN of a shared device (一体机密码): what it may be, how it is kept and compared. Pure but for the key."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Collection
from datetime import date, timedelta
from itertools import pairwise

from domain.kernel.crypto import keyring

LENGTH = 6
SHAPE = re.compile(rf"[0-9]{{{LENGTH}}}")
STARTING_LIFE = timedelta(days=7)
SCHEME = "scrypt"
COST = (2**14, 8, 5)
"""N, r, p: 16 MiB and a sixth of a second a try (OWASP's second choice: several kiosks may be asked at once)."""
MEMORY = 64 * 1024 * 1024
SALT, DIGEST = 16, 32


def pin(text: str) -> str | None:
    """Six digits, however they were typed; None for anything else."""
    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return digits if SHAPE.fullmatch(digits) else None


def guessable(chosen: str, own: Collection[str], born_on: date | None) -> bool:
    """Whether somebody who knows the person, or nobody, would try it among the first.

    `own` are numbers of the person that others know: employee number, mobile, ID number.
    """
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(chosen)}
    repeated = chosen in {chosen[:2] * 3, chosen[:3] * 2}
    birthdays = {f"{born_on:{form}}" for form in ("%y%m%d", "%d%m%y", "%m%d%y", "%Y%m", "%m%Y")} if born_on else set()
    return len(steps) == 1 or repeated or chosen in birthdays | {six for said in own for six in _sixes(said)}


def _sixes(said: str) -> set[str]:
    """What of a number a person would take for six digits: its end, itself with zeros."""
    digits = re.sub(r"\D", "", said)
    return {digits.zfill(LENGTH)[-LENGTH:], digits.ljust(LENGTH, "0")[:LENGTH]} if digits else set()


def drawn() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(LENGTH))


def sealed(chosen: str) -> str:
    """A PIN as it is kept: scheme, cost, salt, hash. Without the installation's key it cannot be tried out."""
    salt = os.urandom(SALT)
    n, r, p = COST
    kept = [SCHEME, str(n), str(r), str(p), *(b64encode(part).decode() for part in (salt, _hash(chosen, salt, COST)))]
    return ":".join(kept)


def matches(kept: str, tried: str) -> bool:
    """Whether it is that PIN. Takes as long for a wrong one, and needs MEMORY: run it in a thread."""
    _, n, r, p, salt, right = kept.split(":")
    return hmac.compare_digest(_hash(tried, b64decode(salt), (int(n), int(r), int(p))), b64decode(right))


def nobodys() -> str:
    """Something to compare with when there is no PIN: it fits none, and costs the same time."""
    n, r, p = COST
    return f"{SCHEME}:{n}:{r}:{p}:{b64encode(bytes(SALT)).decode()}:{b64encode(bytes(DIGEST)).decode()}"


def _hash(said: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    """A million PINs are soon tried, so the key of this installation goes in before the slow hash."""
    n, r, p = cost
    peppered = keyring().blind(said, "people_pin.sealed")
    return hashlib.scrypt(peppered, salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=DIGEST)
