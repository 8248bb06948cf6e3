"""Passwords and lock-out."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from intake.security import passwords
from intake.security.lockout import FailedSignIns, after_failure, lockout
from intake.security.passwords import (
    hash_password,
    needs_rehash,
    password_faults,
    random_password,
    verify_password,
)

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_a_hash_fits_its_password_and_no_other() -> None:
    stored = hash_password("correct horse 马")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "correct horse 马")
    assert not verify_password(stored, "correct horse 牛")
    assert not needs_rehash(stored)
    assert verify_password(hash_password("ＡＢＣ１２３４５６７"), "ABC1234567")


@pytest.mark.parametrize("password", ["", "x" * 129, "\ud800" * 12])
def test_impossible_passwords_never_fit_and_are_never_hashed(password: str) -> None:
    assert not verify_password(passwords._nobodys_hash(), password)
    with pytest.raises(ValueError, match="password_faults"):
        hash_password(password)


def test_no_account_and_a_damaged_hash_say_no() -> None:
    assert not verify_password(None, "whatever it is")
    assert not verify_password("not a hash", "whatever it is")


def test_a_weak_old_hash_asks_for_a_new_one() -> None:
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8192).hash("x"))


def test_only_two_hashes_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, gate = 0, 0, threading.Lock()
    settled = threading.Event()

    class SlowHasher:
        def hash(self, _: bytes) -> str:
            nonlocal inside, most
            with gate:
                inside += 1
                most = max(most, inside)
            settled.wait(0.05)
            with gate:
                inside -= 1
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", SlowHasher())
    threads = [threading.Thread(target=hash_password, args=("x" * 12,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == passwords.PARALLEL_HASHES


def test_random_passwords_are_readable_different_and_accepted() -> None:
    made = {random_password() for _ in range(500)}
    assert len(made) == 500
    for password in made:
        assert re.fullmatch(r"[2-9a-km-np-z]{5}(-[2-9a-km-np-z]{5}){2}", password)
        assert password_faults(password, "wangfang") == ()


@pytest.mark.parametrize(
    ("password", "username", "part"),
    [
        ("short1", "wang", "至少"),
        ("x" * 127 + "yz", "wang", "最多"),
        ("wangfang01", "wangfang", "用户名"),
        ("WangFang\uff10\uff11", "wangfang", "用户名"),
        ("1qaz2wsx3edc", "wang", "太常见"),
        ("PASSWORD123", "wang", "太常见"),
        ("aaaaaaaaaaaa", "wang", "太常见"),
        ("good enough\x00", "wang", "无法输入"),
        ("good enough\ud800", "wang", "无法输入"),
    ],
)
def test_bad_passwords_are_explained(password: str, username: str, part: str) -> None:
    assert any(part in fault for fault in password_faults(password, username))


def test_all_faults_come_at_once() -> None:
    assert len(password_faults("aaa\x00", "wang")) == 3


def _after(failures: int, apart: timedelta = timedelta(seconds=10)) -> FailedSignIns:
    record, moment = FailedSignIns(), NOW
    for _ in range(failures):
        record = after_failure(record, moment)
        moment += apart
    return record


def test_the_fifth_failure_locks_for_fifteen_minutes() -> None:
    assert not lockout(_after(4), NOW + timedelta(seconds=31)).locked
    fifth = _after(5)
    assert fifth.last_failure is not None
    assert lockout(fifth, fifth.last_failure).retry_after_seconds == 900
    assert lockout(fifth, fifth.last_failure + timedelta(seconds=899)).locked
    assert not lockout(fifth, fifth.last_failure + timedelta(seconds=900)).locked


def test_tries_during_the_lock_do_not_make_it_longer() -> None:
    fifth = _after(5)
    assert after_failure(fifth, NOW + timedelta(minutes=5)) == fifth


def test_failures_far_apart_do_not_add_up() -> None:
    assert not lockout(_after(9, timedelta(minutes=15)), NOW + timedelta(minutes=121)).locked


def test_after_the_lock_counting_starts_again() -> None:
    again = after_failure(_after(5), NOW + timedelta(minutes=20))
    assert again.failures == 1


def test_a_clock_set_back_locks_no_longer_than_the_rule() -> None:
    fifth = _after(5)
    assert lockout(fifth, NOW - timedelta(days=2)).retry_after_seconds == 900
