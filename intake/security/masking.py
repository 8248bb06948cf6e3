"""What is shown of personal data on a screen, and its removal from free text.

``mask_*`` shortens one known value for the screen (脱敏; architecture decision 13). ``scrub`` takes
numbers that point at a person out of running text before it reaches a log or becomes training
evidence. Both are built to hide too much rather than too little.
"""

import re
import unicodedata
from datetime import date

from intake.security.email_address import normalise_email
from intake.security.phone import normalise_phone

_SURNAMES_OF_TWO = (
    "欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 夏侯 独孤 南宫 轩辕 端木 "
    "百里 东郭 西门 闻人 申屠 太史 澹台 淳于 单于 钟离 呼延 赫连 万俟 鲜于 司空 司寇"
)
_COMPOUND_SURNAMES = frozenset(_SURNAMES_OF_TWO.split())
_AREA_END = re.compile(r".*(?:省|市|县|旗|镇|乡|街道|村|社区|(?<![小园厂校片地])区)")


def mask_name(name: str) -> str:
    """王小明 → 王**, 欧阳娜 → 欧阳**; the number of stars does not tell the length."""
    shown = name.strip()
    if not shown:
        return ""
    keep = 2 if len(shown) > 2 and shown[:2] in _COMPOUND_SURNAMES else 1
    return f"{shown[:keep]}**"


def mask_phone(number: str) -> str:
    """13800000000 → 138****0000, 0571-88880000 → 0571****0000; anything else → ****."""
    known = normalise_phone(number)
    if known is None or not known.startswith("+86"):
        return "****" if number.strip() else ""
    national = known.removeprefix("+86")
    mobile = national[0] == "1" and len(national) == 11
    if mobile or national.startswith(("400", "800")):
        return f"{national[:3]}****{national[-4:]}"
    area = 2 if national[0] in "12" else 3
    return f"0{national[:area]}****{national[-4:]}"


def mask_email(address: str) -> str:
    """zhang.san@example.com → z***@example.com; anything that is not an address → ****."""
    known = normalise_email(address)
    if known is None:
        return "****" if address.strip() else ""
    local, _, domain = known.partition("@")
    return f"{local[0]}***@{domain}"


def mask_address(address: str) -> str:
    """Keeps township, village or community and hides the rest: …幸福村3组12号 → …幸福村****."""
    shown = address.strip()
    if not shown:
        return ""
    area = _AREA_END.match(shown)
    return f"{area.group() if area else ''}****"


_D = "[0-9０-９]"
_NOT_AFTER_DIGIT = f"(?<!{_D})"
_NOT_BEFORE_DIGIT = f"(?!{_D})"
_GAP = r"[\s\-‐-―－.·]{0,2}"
_COUNTRY = rf"(?:(?:[+＋]|[0０]{{2}})?[8８][6６]{_GAP})?"

# Not \w: Chinese words written right before an address are not part of it.
_LOCAL_PART = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９_.%+-"
_EMAIL = re.compile(
    rf"(?<![{_LOCAL_PART}])[{_LOCAL_PART}]{{1,64}}\s?[@＠]\s?"
    r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
)
_IDENTITY = re.compile(
    rf"{_NOT_AFTER_DIGIT}({_D}{{17}}[0-9０-９Xxｘ×Ｘ]|{_D}{{15}}){_NOT_BEFORE_DIGIT}"
)
_CARD = re.compile(
    rf"{_NOT_AFTER_DIGIT}{_D}{{4}}(?:[ -]?{_D}{{4}}){{3}}(?:[ -]?{_D}{{1,3}})?{_NOT_BEFORE_DIGIT}"
)
_MOBILE = re.compile(
    rf"{_NOT_AFTER_DIGIT}{_COUNTRY}[1１]{_GAP}[3-9３-９](?:{_GAP}{_D}){{9}}{_NOT_BEFORE_DIGIT}"
)
_LANDLINE = re.compile(
    rf"{_NOT_AFTER_DIGIT}{_COUNTRY}[(（]?[0０]{_D}{{2,3}}[)）]?{_GAP}[2-8２-８]{_D}{{6,7}}"
    rf"{_NOT_BEFORE_DIGIT}"
)
_HOTLINE = re.compile(
    rf"{_NOT_AFTER_DIGIT}[48４８][0０]{{2}}(?:{_GAP}{_D}){{7}}{_NOT_BEFORE_DIGIT}"
)
_ANNOUNCED = re.compile(
    r"(电话|手机|座机|号码|联系方式|联系我|致电|拨打|打给我|微信号?|QQ号?|tel|phone)"
    rf"([^0-9０-９]{{0,6}}){_D}{{6,12}}{_NOT_BEFORE_DIGIT}",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"(?<![零〇一二三四五六七八九幺两])[一幺][三四五六七八九][零〇一二三四五六七八九幺]{9}"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-Z]"
    r"[\s·•.．-]{0,2}(?=[A-HJ-NP-Z]{0,5}[0-9])[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
    r"(?![A-Z0-9])",
    re.IGNORECASE,
)


def scrub(text: str) -> str:
    """The text without e-mail addresses, identity and card numbers, phones and licence plates.

    Each is replaced by a word in brackets, so that the sentence can still be read. Ticket and case
    numbers (14 digits) and dates stay.
    """
    clean = _EMAIL.sub("[邮箱]", text)
    clean = _IDENTITY.sub(_identity_or_same, clean)
    clean = _MOBILE.sub("[电话]", clean)
    clean = _LANDLINE.sub("[电话]", clean)
    clean = _CARD.sub("[卡号]", clean)
    clean = _HOTLINE.sub("[电话]", clean)
    clean = _SPOKEN.sub("[电话]", clean)
    clean = _ANNOUNCED.sub(r"\1\2[电话]", clean)
    return _PLATE.sub("[车牌]", clean)


def _identity_or_same(found: re.Match[str]) -> str:
    digits = unicodedata.normalize("NFKC", found.group())
    born = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    try:
        date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return found.group()
    return "[身份证号]"
