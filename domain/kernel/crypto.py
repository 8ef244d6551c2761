"""Encryption at rest: AES-256-GCM columns with key ids, and a blind index for look-ups."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

VERSION = 1
NONCE = 12
HEADER = 2  # version, key id


class KeyMissing(Exception):
    """A stored value needs a key that this installation does not hold."""


class Damaged(Exception):
    """A stored value does not match its key, its column or itself."""


@dataclass(frozen=True)
class Keyring:
    """Data keys by id (0…255); new values are written with `current`. `index_key` feeds the blind indexes."""

    keys: dict[int, bytes] = field(repr=False)
    current: int
    index_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.keys or any(len(key) != 32 for key in self.keys.values()):
            raise ValueError("a keyring needs 32-byte keys and the current one among them")
        if not all(0 <= number <= 255 for number in self.keys):
            raise ValueError("a key id is one byte")
        if len(self.index_key) != 32:
            raise ValueError("the index key has 32 bytes")

    def encrypt(self, plain: bytes, place: str) -> bytes:
        """version, key id, nonce, ciphertext with tag; `place` (table.column) is bound in as associated data."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, plain, place.encode())
        return bytes((VERSION, self.current)) + nonce + sealed

    def decrypt(self, stored: bytes, place: str) -> bytes:
        """The plain value. Raises KeyMissing or Damaged."""
        if len(stored) < HEADER + NONCE or stored[0] != VERSION:
            raise Damaged(place)
        key = self.keys.get(stored[1])
        if key is None:
            raise KeyMissing(f"key {stored[1]} for {place}")
        try:
            return AESGCM(key).decrypt(stored[HEADER : HEADER + NONCE], stored[HEADER + NONCE :], place.encode())
        except InvalidTag:
            raise Damaged(place) from None

    def blind(self, value: str, place: str) -> bytes:
        """16 bytes by which an encrypted value can be looked up; a key of its own for each column."""
        column_key = hmac.digest(self.index_key, place.encode(), "sha256")
        return hmac.new(column_key, value.encode(), hashlib.sha256).digest()[:16]


class _Vault:
    """The process's keyring; column types are made at import, keys arrive at start."""

    ring: Keyring | None = None


def unlock(ring: Keyring) -> None:
    """Give the column types their keys; called once by the composition root."""
    _Vault.ring = ring


def keyring() -> Keyring:
    """The unlocked keyring. Raises KeyMissing before `unlock`."""
    if _Vault.ring is None:
        raise KeyMissing("the keys were not loaded")
    return _Vault.ring


class Encrypted(TypeDecorator[str]):
    """Text encrypted at rest; `place` is table.column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value.encode(), self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(bytes(value), self.place).decode()
