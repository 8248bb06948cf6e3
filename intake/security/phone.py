"""One form for every way a telephone number is written in China.

The normal form is E.164 (ITU-T): "+8613800000000", "+8657188880000". Country code 86, trunk
prefix 0; mobile numbers have 11 digits and start with 13-19; area codes are 10, 2x (8-digit local
numbers) or three digits (7- or 8-digit local numbers).
"""

import re
import unicodedata

LONGEST_INPUT = 64

_SEPARATORS = re.compile(r"[\s\-‐-―−.·()/_]+")
_EXTENSION = re.compile(r"(?:转接?|分机号?|ext\.?|x|#|,|;)[\s:-]*[0-9]{1,6}\Z", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"\A(\(?0[0-9]{2,3}\)?[\s-]*[2-8][0-9]{6,7})-[0-9]{1,6}\Z")
_LABEL = re.compile(r"\A(?:tel|phone|sip|电话|手机)\s*:\s*", re.IGNORECASE)

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(
    r"(?:10[2-8][0-9]{7}|2[0-9][2-8][0-9]{7}|[3-9][0-9]{2}[2-8][0-9]{6,7}|[48]00[0-9]{7})"
)
_NATIONWIDE = re.compile(r"[48]00[0-9]{7}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_AREA = re.compile(r"(?:10|2[0-9]|[3-9][0-9]{2})")
_FOREIGN = re.compile(r"[1-9][0-9]{6,14}")
# Discount-carrier codes some exchanges leave in front of the caller's number.
_CARRIER = re.compile(r"\A(?:17951|17911|17909|12593)(?=0?1[3-9][0-9]{9}\Z|0[0-9]{9,11}\Z)")


def normalise_phone(text: str, area_code: str | None = None) -> str | None:
    """The number in E.164, or None if the text is not one full telephone number.

    A local number without area code counts only when ``area_code`` (for example "0571") says where
    it was dialled. Extensions are left out. Service codes such as 12345 or 110 are not numbers a
    reporter can be called at and give None.
    """
    if len(text) > LONGEST_INPUT:
        return None
    plain = _plain(text)
    if plain.startswith("+") or plain.startswith("00"):
        return _international(plain.lstrip("+").removeprefix("00"))
    if not _ascii_digits(plain):
        return None
    plain = _CARRIER.sub("", plain)
    if _MOBILE.fullmatch(plain) or _NATIONWIDE.fullmatch(plain):
        return f"+86{plain}"
    if plain.startswith("0"):
        return _national(plain)
    if plain.startswith("86") and len(plain) >= 12 and (found := _national(plain[2:])):
        return found
    return _local(plain, area_code)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    # Phones put invisible direction marks around a number that is copied from the contacts.
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf").strip()
    visible = _LABEL.sub("", visible)
    visible = _DASHED_EXTENSION.sub(r"\1", visible)
    visible = _EXTENSION.sub("", visible)
    return _SEPARATORS.sub("", visible)


def _international(digits: str) -> str | None:
    if not _ascii_digits(digits):
        return None
    if digits.startswith("86"):
        return _national(digits[2:])
    return f"+{digits}" if _FOREIGN.fullmatch(digits) else None


def _national(digits: str) -> str | None:
    national = digits.removeprefix("0")
    if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national):
        return f"+86{national}"
    return None


def _local(digits: str, area_code: str | None) -> str | None:
    area = (area_code or "").removeprefix("0")
    if not _AREA.fullmatch(area) or not _LOCAL.fullmatch(digits):
        return None
    return _national(area + digits)


def _ascii_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
