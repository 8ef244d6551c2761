"""Encrypted columns: what is refused, and what can be looked up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import crypto
from domain.kernel.crypto import Damaged, Encrypted, KeyMissing, Keyring

PLACE = "people_person.id_number"
RING = Keyring(keys={1: b"a" * 32, 2: b"b" * 32}, current=2, index_key=b"i" * 32)


@given(st.text())
def test_what_goes_in_comes_out(text: str) -> None:
    stored = RING.encrypt(text.encode(), PLACE)
    assert RING.decrypt(stored, PLACE).decode() == text
    assert len(stored) == len(text.encode()) + 30  # version, key id, nonce, tag


def test_the_same_value_never_looks_the_same() -> None:
    assert RING.encrypt(b"x", PLACE) != RING.encrypt(b"x", PLACE)


def test_any_changed_byte_is_noticed() -> None:
    stored = RING.encrypt(b"310101199001011234", PLACE)
    for position in range(len(stored)):
        changed = bytearray(stored)
        changed[position] ^= 1
        with pytest.raises((Damaged, KeyMissing)):
            RING.decrypt(bytes(changed), PLACE)


@pytest.mark.parametrize("length", [0, 1, 13, 14, 29])
def test_a_cut_value_is_noticed(length: int) -> None:
    with pytest.raises(Damaged):
        RING.decrypt(RING.encrypt(b"", PLACE)[:length], PLACE)


def test_a_value_moved_to_another_column_is_noticed() -> None:
    with pytest.raises(Damaged, match=r"people_person\.phone"):
        RING.decrypt(RING.encrypt(b"x", PLACE), "people_person.phone")


def test_a_missing_key_is_named_by_its_number_only() -> None:
    stored = replace(RING, current=1).encrypt(b"x", PLACE)
    assert RING.decrypt(stored, PLACE) == b"x"  # an old key still reads
    with pytest.raises(KeyMissing, match=r"key 1 for people_person\.id_number"):
        replace(RING, keys={2: b"b" * 32}).decrypt(stored, PLACE)


def test_keys_do_not_show_in_a_repr() -> None:
    assert "aaaa" not in repr(RING)
    assert "iiii" not in repr(RING)


def test_a_ring_needs_whole_keys() -> None:
    for broken in ({1: b"a" * 31}, {2: b"a" * 32}):
        with pytest.raises(ValueError, match="32-byte keys"):
            Keyring(keys=broken, current=1, index_key=b"i" * 32)
    with pytest.raises(ValueError, match="one byte"):
        Keyring(keys={256: b"a" * 32}, current=256, index_key=b"i" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(keys={1: b"a" * 32}, current=1, index_key=b"")


def test_the_blind_index_finds_equal_values_of_one_column_only() -> None:
    index = RING.blind("13800138000", "people_person.phone")
    assert index == RING.blind("13800138000", "people_person.phone")
    assert len(index) == 16
    others = {
        RING.blind("13800138001", "people_person.phone"),
        RING.blind("13800138000", "people_contact.phone"),
        replace(RING, index_key=b"j" * 32).blind("13800138000", "people_person.phone"),
    }
    assert len(others) == 3
    assert index not in others


def test_the_column_type_needs_unlocked_keys(unlocked: Keyring) -> None:
    column = Encrypted(PLACE)
    stored = column.process_bind_param("身份证", None)  # type: ignore[arg-type]
    assert stored is not None
    assert "身份证".encode() not in stored
    assert column.process_result_value(stored, None) == "身份证"  # type: ignore[arg-type]
    assert column.process_bind_param(None, None) is None  # type: ignore[arg-type]
    crypto._Vault.ring = None
    try:
        with pytest.raises(KeyMissing):
            column.process_bind_param("x", None)  # type: ignore[arg-type]
    finally:
        crypto.unlock(unlocked)
