"""The encryption against wechatpy both ways, and a thousand ways to spoil a message."""

from __future__ import annotations

import os
import random
from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.shared.crypto import Crypto, Forged
from bot.platforms.wecom.xml import envelope
from tests.wecom.sealed import CORP, KEY, TOKEN, crypto

try:
    from wechatpy.work.crypto import WeChatCrypto
except ImportError:
    from wechatpy.enterprise.crypto import WeChatCrypto

AT, NONCE = "1795000000", "1372623149"
messages = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=600)
ours = crypto()
peer = WeChatCrypto(TOKEN, KEY, CORP)


@settings(max_examples=200, deadline=None)
@given(messages, st.integers(0, 2**33).map(str), st.text("abcXYZ0189-_", max_size=20))
def test_what_wechatpy_seals_we_open(message: str, at: str, nonce: str) -> None:
    body = peer.encrypt_message(message, nonce, at)
    signature = body.partition("<MsgSignature><![CDATA[")[2].partition("]]>")[0]
    assert ours.open(signature, at, nonce, envelope(body.encode())) == message.encode()


@settings(max_examples=200, deadline=None)
@given(messages, st.integers(0, 2**33).map(str), st.text("abcXYZ0189-_", max_size=20))
def test_what_we_seal_wechatpy_opens(message: str, at: str, nonce: str) -> None:
    encrypted, signature = ours.seal(message.encode(), at, nonce)
    body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    assert peer.decrypt_message(body, signature, at, nonce) == message
    assert peer.check_signature(signature, at, nonce, encrypted) == message


@pytest.mark.parametrize("size", range(0, 70))
def test_every_length_of_padding(size: int) -> None:
    encrypted, signature = ours.seal(b"x" * size, AT, NONCE)
    assert len(b64decode(encrypted)) % 32 == 0
    assert ours.open(signature, AT, NONCE, encrypted) == b"x" * size


def test_no_two_seals_are_alike() -> None:
    assert len({ours.seal("查年假".encode(), AT, NONCE)[0] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "key", ["", "x", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "-", "a" * 42 + "\n", "年" * 43]
)
def test_a_key_that_cannot_be_one(key: str) -> None:
    with pytest.raises(ValueError, match="43 base64 characters"):
        Crypto(TOKEN, key, CORP)


def raw(plain: bytes) -> str:
    """Ciphertext of a plaintext as it stands, padding and all: what only the holder of the key could write."""
    key = b64decode(KEY + "=")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(cipher.update(plain) + cipher.finalize()).decode()


def wrapped(message: bytes, corp: bytes = CORP.encode(), *, size: int | None = None, pad: int | None = None) -> bytes:
    body = os.urandom(16) + (len(message) if size is None else size).to_bytes(4, "big") + message + corp
    need = 32 - len(body) % 32
    return body + bytes([need if pad is None else pad]) * need


def spoil(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    other = chance.choice([letter for letter in "abcdefABCDEF0123456789+/" if letter != text[place]])
    return text[:place] + other + text[place + 1 :]


def mutated_signature(chance: random.Random) -> tuple[str, str]:
    encrypted, signature = ours.seal(b"<xml></xml>", AT, NONCE)
    spoiled = [
        spoil(signature, chance),
        signature[:-1],
        "",
        signature.upper(),
        signature + "0",
        "年" * 40,
        "\ud800" * 40,
    ]
    wrong = chance.choice([other for other in spoiled if other != signature])
    return wrong, encrypted


def mutated_ciphertext(chance: random.Random) -> tuple[str, str]:
    """Unsigned: the signature of what it was."""
    encrypted, signature = ours.seal(b"<xml></xml>" * chance.randrange(1, 9), AT, NONCE)
    cut = encrypted[: chance.randrange(len(encrypted))]
    return signature, chance.choice([spoil(encrypted, chance), cut, encrypted + "A", encrypted + "\n", "年"])


def mutated_and_signed(chance: random.Random) -> tuple[str, str]:
    """The token is known, the key is not: ciphertext that was cut, turned or is none."""
    encrypted, _ = ours.seal(b"<xml></xml>", AT, NONCE)
    sealed = b64decode(encrypted)
    last = bytearray(sealed)
    last[-17 - chance.randrange(16)] ^= 1 + chance.randrange(
        255
    )  # turns the padding, or the company, of the last block
    wrong = chance.choice(
        [
            b64encode(bytes(last)).decode(),
            b64encode(sealed[: chance.randrange(len(sealed))]).decode(),
            b64encode(os.urandom(16 * chance.randrange(1, 9))).decode(),
            encrypted.rstrip("=") + "=" * chance.randrange(3, 6),
            encrypted.replace(encrypted[5], "-", 1),
            f" {encrypted}",
            encrypted[:20] + "\n" + encrypted[20:],
            "",
            "年假",
        ]
    )
    return ours.signature(AT, NONCE, wrong), wrong


def mutated_plaintext(chance: random.Random) -> tuple[str, str]:
    """Sealed with the right key, but the layout is not WeCom's."""
    plain = chance.choice(
        [
            wrapped(b"<xml></xml>", b"ww00other"),
            wrapped(b"<xml></xml>", b""),
            wrapped(b"<xml></xml>", CORP.encode() + b"x"),
            wrapped(b"<xml></xml>", CORP.encode()[:-1]),
            wrapped(b"<xml></xml>", size=chance.choice([0, 10, 12, 40, 2**31, 2**32 - 1])),
            wrapped(b"<xml></xml>1", pad=chance.choice([0, 33, 64, 255])),
            wrapped(b"<xml></xml>")[:-32] + os.urandom(31) + bytes([32]),
            bytes([32]) * 32,
            bytes([16]) * 16,
            b"\x01" * 48,
        ]
    )
    encrypted = raw(plain)
    return ours.signature(AT, NONCE, encrypted), encrypted


@pytest.mark.parametrize("mutate", [mutated_signature, mutated_ciphertext, mutated_and_signed, mutated_plaintext])
def test_a_thousand_mutations_are_forged_and_nothing_else(mutate: Callable[[random.Random], tuple[str, str]]) -> None:
    chance = random.Random(20260311)
    for _ in range(1_000):
        signature, encrypted = mutate(chance)
        with pytest.raises(Forged) as caught:
            ours.open(signature, AT, NONCE, encrypted)
        assert caught.value.args == ()
        assert caught.value.__cause__ is None


def test_the_signature_covers_time_and_nonce() -> None:
    encrypted, signature = ours.seal(b"<xml></xml>", AT, NONCE)
    for at, nonce in [("1795000001", NONCE), (AT, "1"), ("", ""), (NONCE, AT + "0"), ("年", "\ud800")]:
        with pytest.raises(Forged):
            ours.open(signature, at, nonce, encrypted)


def test_another_key_opens_nothing() -> None:
    other = Crypto(TOKEN, "b" * 43, CORP)
    encrypted, signature = other.seal(b"<xml></xml>", AT, NONCE)
    with pytest.raises(Forged):
        ours.open(signature, AT, NONCE, encrypted)


def test_the_signature_is_looked_at_before_anything_is_decrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Crypto(TOKEN, KEY, CORP)
    encrypted, _ = looked.seal(b"<xml></xml>", AT, NONCE)
    monkeypatch.setattr(looked, "_cipher", None)
    with pytest.raises(Forged):
        looked.open("0" * 40, AT, NONCE, encrypted)
