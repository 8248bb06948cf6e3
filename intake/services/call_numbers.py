"""Telephone numbers of calls: one normal form, masked on screens, sealed in rows, met by hash.

What a trunk delivers is written in many ways: +86, a leading 0 and area code, a carrier's prefix,
an extension of our own, or nothing at all (withheld).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from intake.security.masking import mask_phone
from intake.security.phone import LONGEST_INPUT, normalise_phone
from intake.services.workroom import Workroom

_WITHHELD = frozenset(
    {
        "",
        "anonymous",
        "private",
        "unknown",
        "unavailable",
        "restricted",
        "withheld",
        "s",
        "<unknown>",
    }
)
_EXTENSION = re.compile(r"[0-9]{2,6}")
_DIALLED = re.compile(r"\+?[0-9*#]{1,32}")


class NumberKind(StrEnum):
    """What kind of number a caller has."""

    MOBILE = "MOBILE"
    LANDLINE = "LANDLINE"
    EXTENSION = "EXTENSION"
    WITHHELD = "WITHHELD"
    OTHER = "OTHER"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    NumberKind.MOBILE: "手机",
    NumberKind.LANDLINE: "座机",
    NumberKind.EXTENSION: "内线",
    NumberKind.WITHHELD: "号码未显示",
    NumberKind.OTHER: "其他号码",
}


@dataclass(frozen=True, slots=True)
class CallerNumber:
    """``number`` is E.164 where the text is a full number, else the digits as delivered.

    ``digest`` finds other calls, reporters, nuisance entries and tasks of the same number; None
    when withheld. Neither the number nor its repr may reach a log.
    """

    kind: NumberKind
    number: str
    shown: str
    digest: bytes | None

    @property
    def withheld(self) -> bool:
        return self.kind is NumberKind.WITHHELD

    @property
    def reachable(self) -> bool:
        """Whether somebody can be called back at it."""
        return self.kind in {NumberKind.MOBILE, NumberKind.LANDLINE} or self.number.startswith("+")

    def __repr__(self) -> str:
        return f"CallerNumber({self.kind}, {self.shown})"


def read_number(room: Workroom, text: str) -> CallerNumber:
    """What a PBX or a person wrote, in its one form; never raises."""
    told = text.strip()
    if told.casefold() in _WITHHELD or len(told) > LONGEST_INPUT:
        return CallerNumber(NumberKind.WITHHELD, "", NumberKind.WITHHELD.label, None)
    known = normalise_phone(told, room.settings.area_code)
    if known is not None:
        kind = _kind_of(known)
        return CallerNumber(kind, known, mask_phone(known), room.lookup.digest("phone", known))
    if _EXTENSION.fullmatch(told):
        return CallerNumber(NumberKind.EXTENSION, told, told, room.lookup.digest("caller", told))
    if not _DIALLED.fullmatch(told):
        return CallerNumber(NumberKind.WITHHELD, "", NumberKind.WITHHELD.label, None)
    shown = f"****{told[-2:]}" if len(told) > 6 else "****"
    return CallerNumber(NumberKind.OTHER, told, shown, room.lookup.digest("caller", told))


def digests_of(room: Workroom, number: CallerNumber) -> tuple[bytes, ...]:
    """The hashes under every key on the ring, to search rows written before a key rotation."""
    if number.digest is None:
        return ()
    full = number.number.startswith("+")
    return room.lookup.candidates("phone" if full else "caller", number.number)


def seal_call_number(room: Workroom, pbx: str, linkedid: str, number: str) -> bytes | None:
    """For ``call.number``; None when there is nothing to seal."""
    return room.cipher.seal(number, _context(pbx, linkedid)) if number else None


def open_call_number(room: Workroom, pbx: str, linkedid: str, sealed: bytes | None) -> str:
    """The number of a call in clear: for services only, never for a page without a reveal."""
    return room.cipher.open_text(sealed, _context(pbx, linkedid)) if sealed else ""


def _kind_of(e164: str) -> NumberKind:
    national = e164.removeprefix("+86")
    if national == e164:
        return NumberKind.OTHER
    mobile = len(national) == 11 and national[0] == "1" and national[1] in "3456789"
    return NumberKind.MOBILE if mobile else NumberKind.LANDLINE


def _context(pbx: str, linkedid: str) -> str:
    return f"call.number:{pbx}:{linkedid}"
