"""How WeCom and DingTalk encrypt: SHA-1 signature, AES-256-CBC, PKCS#7 to 32 bytes (facts/wecom.md §2.2–2.3).

The scheme has no MAC, so the signature is checked before anything is decrypted, and every failure is the same Forged.
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import b64decode, b64encode
from binascii import a2b_base64
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM = 16
HEAD = RANDOM + 4
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_PADS = tuple(bytes([size]) * size for size in range(BLOCK + 1))


class Forged(Exception):
    """Not from the messenger for this company and app, or not readable; it never says why."""


class Crypto:
    """Opens and seals the messages of one app. Raises ValueError for an EncodingAESKey that cannot be one.

    `receiver`: whom a message is for: WeCom's corp id, DingTalk's app key.
    """

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        if not _KEY.fullmatch(aes_key):
            raise ValueError("the EncodingAESKey must be 43 base64 characters (A-Z a-z 0-9 + /)")
        key = b64decode(aes_key + "=")
        self._token = token
        self._receiver = receiver.encode()
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))  # built once: it is most of a message's cost

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Lower-case hex SHA-1 over the four parts in byte order."""
        joined = "".join(sorted((self._token, timestamp, nonce, encrypted)))  # code points sort as UTF-8 bytes do
        return sha1(joined.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()

    def open(self, msg_signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """The message inside. Raises Forged for a wrong signature, padding, length or company, without a difference."""
        expected = self.signature(timestamp, nonce, encrypted)
        if not msg_signature.isascii() or not hmac.compare_digest(expected, msg_signature):
            raise Forged
        try:
            sealed = a2b_base64(encrypted, strict_mode=True)
        except ValueError:
            raise Forged from None
        if not sealed or len(sealed) % 16:
            raise Forged
        decryptor = self._cipher.decryptor()
        return self._unwrap(decryptor.update(sealed) + decryptor.finalize())

    def _unwrap(self, padded: bytes) -> bytes:
        size = padded[-1]
        if not 1 <= size <= BLOCK or not padded.endswith(_PADS[size]):
            raise Forged
        end = len(padded) - size
        start = HEAD + int.from_bytes(padded[RANDOM:HEAD], "big")
        if end < HEAD or start > end or not hmac.compare_digest(padded[start:end], self._receiver):
            raise Forged
        return padded[HEAD:start]

    def seal(self, message: bytes, timestamp: str, nonce: str) -> tuple[str, str]:
        """The encrypted message in base64, and its signature."""
        plain = b"".join((os.urandom(RANDOM), len(message).to_bytes(4, "big"), message, self._receiver))
        encryptor = self._cipher.encryptor()
        padded = plain + _PADS[BLOCK - len(plain) % BLOCK]
        encrypted = b64encode(encryptor.update(padded) + encryptor.finalize()).decode("ascii")
        return encrypted, self.signature(timestamp, nonce, encrypted)
