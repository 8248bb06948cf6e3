"""Field encryption: what is sealed opens only whole, only in its place, only with its key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.security import keyring
from intake.security.cipher import OVERHEAD_BYTES, CipherError, FieldCipher, LookupHash
from intake.security.keyfile import KeyringError
from intake.security.keyring import Keyring, new_key_line

OLD, NEW, RECEIPT = new_key_line(), new_key_line(), new_key_line()
CONTEXT = "reporter.phone:20261122000001"


@pytest.fixture
def ring() -> Keyring:
    return keyring.from_settings(OLD, RECEIPT)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(plaintext: str) -> None:
    cipher = FieldCipher(keyring.from_settings(OLD, RECEIPT))
    sealed = cipher.seal(plaintext, CONTEXT)
    assert cipher.open_text(sealed, CONTEXT) == plaintext
    assert len(sealed) == len(plaintext.encode()) + OVERHEAD_BYTES


def test_the_same_value_never_looks_the_same_twice(ring: Keyring) -> None:
    cipher = FieldCipher(ring)
    assert len({cipher.seal("13800000000", CONTEXT) for _ in range(100)}) == 100


def test_a_change_of_any_byte_is_refused(ring: Keyring) -> None:
    cipher = FieldCipher(ring)
    sealed = cipher.seal("13800000000", CONTEXT)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises((CipherError, KeyringError)):
            cipher.open(bytes(altered), CONTEXT)


def test_a_value_moved_to_another_row_does_not_open(ring: Keyring) -> None:
    cipher = FieldCipher(ring)
    sealed = cipher.seal("13800000000", CONTEXT)
    with pytest.raises(CipherError, match="another row"):
        cipher.open(sealed, "reporter.phone:20261122000002")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" * 60, b"13800000000", b"\x01" * 32])
def test_what_was_never_sealed_is_refused(ring: Keyring, sealed: bytes) -> None:
    with pytest.raises(CipherError, match="damaged or was never sealed"):
        FieldCipher(ring).open(sealed, CONTEXT)


def test_a_stranger_with_another_key_cannot_open(ring: Keyring) -> None:
    sealed = FieldCipher(ring).seal("13800000000", CONTEXT)
    stranger = FieldCipher(keyring.from_settings(NEW, RECEIPT))
    with pytest.raises(KeyringError, match="missing"):
        stranger.open(sealed, CONTEXT)


def test_rotation_reseals_old_fields_and_leaves_new_ones(ring: Keyring) -> None:
    sealed = FieldCipher(ring).seal("13800000000", CONTEXT)
    rotated = FieldCipher(keyring.from_settings(f"{NEW},{OLD}", RECEIPT))
    assert rotated.needs_reseal(sealed)
    moved = rotated.reseal(sealed, CONTEXT)
    assert rotated.open_text(moved, CONTEXT) == "13800000000"
    assert not rotated.needs_reseal(moved)
    assert rotated.reseal(moved, CONTEXT) == moved
    only_new = FieldCipher(keyring.from_settings(NEW, RECEIPT))
    assert only_new.open_text(moved, CONTEXT) == "13800000000"


def test_half_a_character_is_refused_without_repeating_the_text(ring: Keyring) -> None:
    with pytest.raises(CipherError) as refusal:
        FieldCipher(ring).seal("王小明\ud800", CONTEXT)
    assert "王小明" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_a_nul_inside_survives(ring: Keyring) -> None:
    cipher = FieldCipher(ring)
    assert cipher.open(cipher.seal(b"a\x00b", CONTEXT), CONTEXT) == b"a\x00b"


def test_numbers_written_differently_have_one_hash(ring: Keyring) -> None:
    lookup = LookupHash(ring)
    forms = ["13800000000", "+86 138-0000-0000", "0086 138 0000 0000", "１３８００００００００"]
    assert len({lookup.phone(form) for form in forms}) == 1
    assert lookup.phone("13800000001") != lookup.phone("13800000000")
    assert lookup.email("A@Example.com") == lookup.email(" a@example.COM ")


def test_hash_is_keyed_and_kinds_are_kept_apart(ring: Keyring) -> None:
    other = LookupHash(keyring.from_settings(NEW, RECEIPT))
    assert LookupHash(ring).phone("13800000000") != other.phone("13800000000")
    lookup = LookupHash(ring)
    assert lookup.digest("phone", "x") != lookup.digest("email", "x")


def test_what_is_no_number_has_no_hash(ring: Keyring) -> None:
    assert LookupHash(ring).phone("不告诉你") is None
    assert LookupHash(ring).email("not an address") is None


def test_search_during_rotation_still_finds_old_rows(ring: Keyring) -> None:
    stored = LookupHash(ring).digest("phone", "+8613800000000")
    rotated = LookupHash(keyring.from_settings(f"{NEW},{OLD}", RECEIPT))
    assert rotated.digest("phone", "+8613800000000") != stored
    assert stored in rotated.candidates("phone", "+8613800000000")
