"""Ticket number, case number and query code (domain.md §2.4)."""

import hmac
import re
import unicodedata
from datetime import UTC, date, datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

COUNTY_ZONE = ZoneInfo("Asia/Shanghai")
TICKET_NUMBER = re.compile(r"SL([0-9]{8})([0-9]{5,7})")
CASE_NUMBER = re.compile(r"[CE][0-9]{5}[0-9]{8}[0-9]{4,6}")
_SEQUENCE_SPAN = 10_000_000
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8


def county_day(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai that numbers, balances and reports use."""
    return moment.astimezone(COUNTY_ZONE).date()


def county_midnight(day: date) -> datetime:
    """The moment a county day begins, in UTC."""
    return datetime.combine(day, time(), COUNTY_ZONE).astimezone(UTC)


def daily_key(day: date, sequence: int) -> int:
    """The key of a ticket or case: day and daily sequence in one ordered integer."""
    return int(day.strftime("%Y%m%d")) * _SEQUENCE_SPAN + sequence


def ticket_number(key: int) -> str:
    """``SL{yyyyMMdd}{sequence of five digits or more}`` of a ticket key."""
    day, sequence = divmod(key, _SEQUENCE_SPAN)
    return f"SL{day}{sequence:05d}"


def ticket_key(number: str) -> int | None:
    """The key behind a ticket number as people write it, or None if it is not one.

    Case, blanks, dashes and full-width signs of Chinese keyboards are forgiven.
    """
    match = TICKET_NUMBER.fullmatch(_plain(number))
    if match is None:
        return None
    return int(match[1]) * _SEQUENCE_SPAN + int(match[2])


def case_number(label: str, day: date, sequence: int) -> str:
    """``{C|E}{code of five digits}{yyyyMMdd}{daily sequence of four digits or more}``.

    The number never changes when the category is corrected later: it names, it does not describe.
    """
    return f"{label}{day:%Y%m%d}{sequence:04d}"


def query_code(secret: bytes, number: str) -> str:
    """The citizen's unguessable code: eight letters and digits (40 bits) keyed by ``secret``.

    Derived, so the same receipt can be given again without storing the code anywhere.
    """
    digest = hmac.digest(secret, number.encode(), sha256)
    value = int.from_bytes(digest[:8])
    letters = []
    for _ in range(_CODE_LENGTH):
        value, index = divmod(value, len(_CODE_ALPHABET))
        letters.append(_CODE_ALPHABET[index])
    return "".join(letters)


def same_code(expected: str, given: str) -> bool:
    """Compare a given query code in constant time, forgiving case, blanks and dashes."""
    return hmac.compare_digest(expected.encode(), _plain(given).encode("utf-8", "replace"))


def _plain(typed: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)).upper()
