"""Directions and distances in words: “往东约五十米路北”, “北侧20米”, “西南角”."""

import re
from dataclasses import dataclass

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_DIRECTION = "东北|东南|西北|西南|东|南|西|北"
_NUMBER = r"\d{1,5}(?:\.\d{1,2})?|[零〇一二两三四五六七八九十百千]{1,7}"
_OFFSET = re.compile(
    r"(?:的|处|,|，)*(?:往|向|朝|以|靠|偏)?"
    rf"(?P<direction>{_DIRECTION})(?:侧|边|面|方向|头)?"
    r"(?:走|行|约|大约|大概|差不多|不到)*"
    rf"(?P<number>{_NUMBER})(?:多|来)?(?P<unit>米|m|M|公里|千米|里)"
)
_SIDE = re.compile(
    rf"(?:的|处|左右|远|,|，|\()*(?:靠)?(?:路|街|道|马路)?的?(?P<side>{_DIRECTION})"
    r"(?:侧|边|面|角|头|(?=\)|$|[^\w]))"
)
_ROADSIDE = re.compile(r"(?:的|处|左右|远|,|，|\()*(?:路|街|道|马路)(?P<side>东|南|西|北)")
_METRES = {"米": 1, "m": 1, "M": 1, "公里": 1000, "千米": 1000, "里": 500}

FARTHEST = 5000
"""Metres beyond which an offset says nothing about a place any more."""

COMPASS = {
    "东": (1.0, 0.0),
    "西": (-1.0, 0.0),
    "南": (0.0, -1.0),
    "北": (0.0, 1.0),
    "东北": (0.7071, 0.7071),
    "东南": (0.7071, -0.7071),
    "西北": (-0.7071, 0.7071),
    "西南": (-0.7071, -0.7071),
}
"""Unit steps east and north of the eight directions."""


@dataclass(frozen=True, slots=True)
class Offset:
    """So far from an anchor, and on which side; without a distance only the side is known."""

    direction: str | None = None
    metres: float = 0.0
    side: str | None = None

    def __str__(self) -> str:
        way = f"向{self.direction}{self.metres:.0f}米" if self.direction else ""
        return way + (f"({self.side}侧)" if self.side else "")


def read_offset(text: str) -> Offset:
    """The offset at the beginning of ``text``; an empty one when there is none."""
    found = _OFFSET.match(text)
    direction, metres = None, 0.0
    if found:
        metres = read_number(found["number"]) * _METRES[found["unit"]]
        if metres <= FARTHEST:
            direction = found["direction"]
        else:
            metres = 0.0
        text = text[found.end() :]
    side = _SIDE.match(text) or _ROADSIDE.match(text)
    return Offset(direction, metres, side["side"] if side else None)


def read_number(text: str) -> float:
    """A number in digits or in Chinese numerals below ten thousand, for example 一百二十."""
    if text[0].isdigit():
        return float(text)
    total, digit = 0, 0
    last_unit = 1
    for numeral in text:
        if numeral in _TENS:
            last_unit = _TENS[numeral]
            total += (digit or 1) * last_unit
            digit = 0
        else:
            digit = _DIGITS[numeral]
            if digit == 0:
                last_unit = 10
    # 一百五 is 150, 一百零五 is 105
    return total + digit * (last_unit // 10 if last_unit > 10 else 1)
