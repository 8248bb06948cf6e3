"""Bytes to text as mailers really send it: wrong, missing and half-true charset labels repaired.

What is Chinese when read as UTF-8 is UTF-8, whatever its label says. GB2312 and GBK are read as
GB18030, which contains both: mailers write the smallest name and send whatever they have.
"""

import codecs
import re

from charset_normalizer import from_bytes

_CHINESE = frozenset(
    {"gb2312", "gb_2312-80", "gb_2312", "csgb2312", "gbk", "x-gbk", "cp936", "ms936", "windows-936"}
    | {"chinese", "euc-cn", "gb18030", "gb-2312", "gb_18030"}
)
_SEVEN_BIT = frozenset({"hz", "hz-gb-2312", "iso-2022-cn", "iso-2022-jp", "iso-2022-kr", "utf-7"})
_WIDE = ("utf-16", "utf16", "utf-32", "utf32", "ucs-2")
_ONE_BYTE = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii"})
_CANDIDATES = ["gb18030", "big5", "euc_kr", "shift_jis", "cp1252", "koi8_r"]
_SAMPLE = 8 * 1024
_HAN = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_COMMON = re.compile(
    r"[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着]"
)


def decode(data: bytes, label: str | None = None) -> str:
    """The text of ``data``; never raises, what cannot be read becomes U+FFFD."""
    name = (label or "").strip().strip("\"'").lower()
    if name.startswith(_WIDE) or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _clean(_by_label(data, name or "utf-16"))
    if name in _SEVEN_BIT and data.isascii():
        return _clean(_by_label(data, name))
    if data.isascii():
        return _clean(data.decode("ascii"))
    strict = _strictly(data, "utf-8-sig")
    if name not in _ONE_BYTE and name not in ("", "utf-8", "utf8"):
        labelled = _strictly(data, "gb18030" if name in _CHINESE else name)
        # A few Chinese characters in GB2312 happen to be valid UTF-8, but never Chinese there.
        if labelled is not None and not (strict and _HAN.search(strict)):
            strict = labelled
    if strict is not None:
        return _clean(strict)
    return _clean(_guessed(data, name))


def _guessed(data: bytes, name: str) -> str:
    """Nothing fits strictly: the label's charset with gaps, or whatever reads best."""
    if name in _CHINESE:
        return data.decode("gb18030", "replace")
    if name in ("utf-8", "utf8"):
        # Cut in the middle of a character, as gateways do, or not UTF-8 at all.
        loose = data.decode("utf-8", "replace")
        if loose.count("\ufffd") * 4 < len(loose):
            return loose
    chinese = _strictly(data, "gb18030")
    if chinese is not None and _COMMON.search(chinese):
        return chinese
    best = from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    found = best.encoding if best is not None else "gb18030"
    return data.decode(found, "replace")


def _by_label(data: bytes, name: str) -> str:
    try:
        return data.decode(name, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (LookupError, ValueError):
        return None


def _clean(text: str) -> str:
    """Without NUL and half characters, which no database keeps."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
