"""Passwords: argon2id hashes (RFC 9106), a policy in plain Chinese, and random first passwords."""

import secrets
import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 128
PARALLEL_HASHES = 2

# 32 signs that cannot be mistaken for one another (no 0, 1, l, o): five bits each.
_READABLE = "23456789abcdefghijkmnpqrstuvwxyz"
_GROUPS, _GROUP_LENGTH = 3, 5  # 75 bits

_COMMON_TEXT = (
    "1234567890 0123456789 0987654321 9876543210 12345678910 123456789a a123456789 1111111111 "
    "0000000000 1122334455 5201314520 woaini1314 woaini520 qwertyuiop qwerty12345 qwer123456 "
    "1q2w3e4r5t 1qaz2wsx3edc qazwsxedc1 asdfghjkl1 abcd123456 abc1234567 password12 password123 "
    "password1234 passw0rd123 p@ssw0rd123 admin12345 admin123456 administrator root123456 "
    "test123456 letmein123 iloveyou123 welcome123 changeme123 minsheng123 minsheng12345 "
    "chengguan123 rexian12345 china12345"
)
_COMMON = frozenset(_COMMON_TEXT.split())

# Each hash takes 64 MiB; without a bound, a burst of sign-ins would take the machine's memory.
_slots = threading.BoundedSemaphore(PARALLEL_HASHES)
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash to store, about 0.3 s of CPU: call it in a thread.

    Raises ValueError for a password that the policy would refuse as unreadable.
    """
    secret = _normalised(password)
    if secret is None:
        raise ValueError("The password cannot be hashed; show password_faults() to the user.")
    with _slots:
        return _hasher.hash(secret)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits the stored hash; call it in a thread.

    With ``stored=None`` (no such account) it takes the same time and says no, so that the time of
    an answer does not tell which accounts exist.
    """
    secret = _normalised(password)
    with _slots:
        try:
            fits = _hasher.verify(stored or _nobodys_hash(), secret or b"\x00")
        except (VerificationError, InvalidHashError):
            return False
    return fits and stored is not None and secret is not None


def needs_rehash(stored: str) -> bool:
    """True if the hash was made with weaker parameters than today's; rehash after a sign-in."""
    return _hasher.check_needs_rehash(stored)


def random_password() -> str:
    """A first password of 75 random bits that can be read aloud: "k7m2p-x9q4r-t3w8n"."""
    groups = (
        "".join(secrets.choice(_READABLE) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def password_faults(password: str, username: str) -> tuple[str, ...]:
    """Everything that is wrong with a chosen password, in Chinese; empty if it is good."""
    faults: list[str] = []
    if len(password) < SHORTEST:
        faults.append(f"密码至少要 {SHORTEST} 个字符")
    if len(password) > LONGEST:
        faults.append(f"密码最多 {LONGEST} 个字符")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in password):
        faults.append("密码里有无法输入的字符，请重新输入")
    plain = unicodedata.normalize("NFKC", password).casefold()
    name = unicodedata.normalize("NFKC", username).casefold()
    if len(name) >= 3 and name in plain and len(plain) - len(name) < SHORTEST // 2:
        faults.append("密码不能是用户名，也不能只在用户名上加几个字")
    if plain in _COMMON or len(set(plain)) < 4:
        faults.append("这个密码太常见，容易被猜到，请换一个")
    return tuple(faults)


def _normalised(password: str) -> bytes | None:
    if not 0 < len(password) <= LONGEST:
        return None
    try:
        # The same password typed on another keyboard may arrive in another width or composition.
        return unicodedata.normalize("NFKC", password).encode("utf-8")
    except UnicodeEncodeError:
        return None


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_bytes(32))
