"""Everyday words for what is wrong, offered beside the report form; choosing one is voluntary.

They are not catalogue categories: the words go into the report's text, and a person decides.
"""

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, ...]] = {
    "道路和井盖": ("路面坑洼破损", "井盖缺失或松动", "路上积水", "人行道砖松动", "护栏、路牌损坏"),
    "路灯和管线": ("路灯不亮", "电线、电缆垂落", "漏水、冒污水", "下水道堵塞", "线杆、箱体损坏"),
    "垃圾和卫生": ("垃圾没人清", "垃圾桶满溢", "建筑渣土乱倒", "小广告", "公厕脏乱"),
    "摆摊和停车": ("占道摆摊", "店外堆放、经营", "车辆乱停", "共享单车乱放", "违规招牌、广告"),
    "工地、绿化和其他": (
        "工地扬尘、噪音",
        "夜间施工",
        "违章搭建",
        "树木倒伏、毁绿",
        "油烟、露天烧烤",
    ),
}
_WORDS = frozenset(word for words in KINDS.values() for word in words)


def with_kind(text: str, kind: str) -> str:
    """The text with the chosen words in front, as if the citizen had begun with them."""
    if kind not in _WORDS or not text.strip():
        return text
    return f"【{kind}】{text.strip()}"
