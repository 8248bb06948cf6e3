"""Keys: made once, kept private, told apart when damaged, rotated without loss."""

import hmac
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from intake.security import keyring
from intake.security.keyfile import KeyringError
from intake.security.keyring import MASTER_FILE, RECEIPT_FILE, Keyring, new_key_line


def test_first_start_makes_private_files_and_the_second_reads_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "keys"
    first = keyring.load_or_create(folder)
    assert (folder.stat().st_mode & 0o777) == 0o700
    for name in (MASTER_FILE, RECEIPT_FILE):
        assert ((folder / name).stat().st_mode & 0o777) == 0o600
    second = keyring.load_or_create(folder)
    assert second.key_ids == first.key_ids
    assert second.subkey("field") == first.subkey("field")
    assert second.receipt_public_keys() == first.receipt_public_keys()
    assert sorted(path.name for path in folder.iterdir()) == [MASTER_FILE, RECEIPT_FILE]


def test_many_processes_starting_at_once_agree_on_one_key(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with ThreadPoolExecutor(16) as pool:
        rings = list(pool.map(lambda _: keyring.load_or_create(folder), range(48)))
    assert len({ring.current_id for ring in rings}) == 1
    assert len({ring.receipt_key[0] for ring in rings}) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_others_can_read_is_refused_with_the_command_to_run(
    tmp_path: Path, mode: int
) -> None:
    keyring.load_or_create(tmp_path / "keys")
    (tmp_path / "keys" / MASTER_FILE).chmod(mode)
    with pytest.raises(KeyringError, match="chmod 0600"):
        keyring.load(tmp_path / "keys")


def test_a_folder_others_can_enter_is_refused(tmp_path: Path) -> None:
    keyring.load_or_create(tmp_path / "keys")
    (tmp_path / "keys").chmod(0o755)
    with pytest.raises(KeyringError, match="chmod 0700"):
        keyring.load(tmp_path / "keys")


def test_a_link_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keyring.load_or_create(folder)
    (folder / MASTER_FILE).rename(tmp_path / "elsewhere")
    (folder / MASTER_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyringError, match="is a link"):
        keyring.load(folder)


def test_a_missing_file_is_not_silently_made_anew_by_load(tmp_path: Path) -> None:
    keyring.load_or_create(tmp_path / "keys")
    (tmp_path / "keys" / MASTER_FILE).unlink()
    with pytest.raises(KeyringError, match="Restore the key folder"):
        keyring.load(tmp_path / "keys")


@pytest.mark.parametrize("damage", ["", "# only a comment\n", "abc", "00000000:AAAA", "\x00" * 40])
def test_a_damaged_file_is_refused_and_the_message_shows_no_key(
    tmp_path: Path, damage: str
) -> None:
    keyring.load_or_create(tmp_path / "keys")
    (tmp_path / "keys" / MASTER_FILE).write_text(damage)
    with pytest.raises(KeyringError, match="Restore it"):
        keyring.load(tmp_path / "keys")


def test_one_changed_letter_of_a_key_is_noticed_and_never_printed() -> None:
    line = new_key_line()
    key_id, _, encoded = line.partition(":")
    changed = f"{key_id}:{'B' if encoded[0] == 'A' else 'A'}{encoded[1:]}"
    with pytest.raises(KeyringError) as refusal:
        keyring.from_settings(changed, new_key_line())
    assert encoded[1:] not in str(refusal.value)


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    keyring.load_or_create(tmp_path / "keys")
    (tmp_path / "keys" / MASTER_FILE).write_bytes(b"\xff\xfe\x00" * 20)
    with pytest.raises(KeyringError, match="damaged"):
        keyring.load(tmp_path / "keys")


def test_purposes_give_different_keys_and_an_unknown_purpose_none() -> None:
    ring = keyring.from_settings(new_key_line(), new_key_line())
    derived = {ring.subkey(purpose) for purpose in keyring.PURPOSES}
    assert len(derived) == len(keyring.PURPOSES)
    with pytest.raises(KeyringError, match="No key is kept"):
        ring.subkey("anything")


def test_derived_keys_stay_the_same_for_ever() -> None:
    """A change of the derivation would make every stored field unreadable."""
    key = bytes(range(32))
    ring = Keyring({keyring.key_id_of(key): key}, {keyring.key_id_of(key): key})
    extracted = hmac.digest(bytes(32), key, "sha256")  # RFC 5869 section 2, by hand
    assert ring.current_id == "31ddec5b"
    assert ring.subkey("field") == hmac.digest(extracted, b"minsheng field\x01", "sha256")


def test_rotation_puts_a_new_key_first_and_keeps_the_old(tmp_path: Path) -> None:
    before = keyring.load_or_create(tmp_path / "keys")
    fresh = keyring.rotate(tmp_path / "keys")
    after = keyring.load(tmp_path / "keys")
    assert after.key_ids == (fresh, before.current_id)
    assert after.subkey("field", before.current_id) == before.subkey("field")
    assert after.subkeys("lookup")[1] == before.subkey("lookup")


def test_a_missing_key_id_says_what_to_restore() -> None:
    ring = keyring.from_settings(f"{new_key_line()},{new_key_line()}", new_key_line())
    with pytest.raises(KeyringError, match=r"deadbeef is missing.*Put its line back"):
        ring.subkey("field", "deadbeef")


def test_a_keyring_shows_ids_only_and_is_never_pickled() -> None:
    line = new_key_line()
    ring = keyring.from_settings(line, new_key_line())
    assert line.partition(":")[2] not in repr(ring)
    assert ring.current_id in repr(ring)
    with pytest.raises(TypeError):
        pickle.dumps(ring)
