"""The words that name the place, as an exact substring of the report."""

import re

_NAME = r"[\u3400-\u9fffa-z0-9]"
_UNIT = r"(?:省|市|区|县|镇|乡|街道|社区|村)"
_ROAD = r"(?:大道|大街|公路|国道|省道|高速|路|街|巷|弄|道口|立交桥|大桥|桥)"
_SITE = (
    r"(?:小区|花园|家园|公寓|大厦|广场|公园|学校|小学|中学|幼儿园|大学|学院|医院|市场|超市|商场|"
    r"车站|地铁站|公交站|工地|工业园|产业园|新城|新村|国际|华府|名苑|苑|城|府|湾|里)"
)
_TAIL = (
    r"(?:(?:与|和|及)" + _NAME + r"{2,8}?" + _ROAD + r")?(?:交叉口|交汇处|交界处|路口|口)?"
    r"(?:\d+号(?:院|楼)?|\d+栋|\d+期)?(?:(?:向|往)?[东南西北]{1,2}(?:侧|边|面)?\d*米?)?"
    r"(?:附近|旁边|旁|对面|门口|门前|楼下|路段|沿线|内|里面)?"
)
_PLACE = re.compile(
    r"(?:[a-z\u3400-\u9fff]{1,4}\d*"
    + _UNIT
    + r"){0,4}"
    + _NAME
    + r"{1,10}?(?:"
    + _ROAD
    + "|"
    + _SITE
    + r"|街道|社区|村|镇)(?:"
    + _NAME
    + r"{1,8}?(?:"
    + _ROAD
    + "|"
    + _SITE
    + r"))?"
    + _TAIL
)
_OPENING = re.compile(r"^.*?(?:位于|座落在|坐落在|住在|家住|就在|反映|关于|请问|投诉|在|我是|的)")
_GENERIC = frozenset({"马路", "道路", "公路", "小区", "社区", "学校", "高速", "广场", "公园", "村"})


def place_of(text: str, title_length: int) -> tuple[int, int] | None:
    """Return begin and end of the place in folded text, or None when no place is named.

    Of several places the one in the body that says most (the longest, the first among equals)
    is taken; a word that fits any town ("小区", "马路") is none.
    """
    best: tuple[int, int] | None = None
    for found in _PLACE.finditer(text):
        begin, end = found.span()
        opening = _OPENING.match(found.group())
        if opening is not None and opening.end() < end - begin - 1:
            begin += opening.end()
        if text[begin:end] in _GENERIC or end - begin < 3:
            continue
        if best is None or end - begin > best[1] - best[0]:
            best = (begin, end)
    if best is not None and best[0] < title_length < best[1]:
        return best[0], title_length
    return best
