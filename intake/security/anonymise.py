"""Free text without whoever it is about, so that it may be kept to learn from (decision 13).

``scrub`` takes numbers out; here names, homes and accounts follow. What could be a person is
taken out: a lost word costs a model nothing, a kept name costs somebody's trust.
"""

import re
from collections.abc import Iterable

from intake.security.masking import scrub

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃"
    "武戴莫孔向汤欧温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申耿关兰焦俞左柳甘祝包宁尚符舒阮柯"
)
_NAME = rf"(?:欧阳|上官|诸葛|司马|皇甫|尉迟|令狐|慕容|夏侯|[{_SURNAMES}])"
_GIVEN = r"[\u4e00-\u9fff]{1,2}"
_SIGNED = re.compile(
    "((?:联系人|举报人|投诉人|反映人|反应人|控告人|业主|户主|住户|村民|代表|签名|署名|落款|本人)"
    rf"[:： ]{{0,2}})({_NAME}{_GIVEN})"
)
_CALLED = re.compile(rf"((?:我叫|名叫|叫做|本人叫|我是叫|姓名[:：]?)[ ]?)({_NAME}{_GIVEN})")
_TITLED = re.compile(
    rf"{_NAME}[\u4e00-\u9fff某*]{{0,2}}?"
    "(先生|女士|小姐|太太|师傅|阿姨|大爷|大妈|大叔|老人|老板|经理|队长|医生|老师|同志|警官|书记|主任|"
    "局长|村长|组长)"
)
_SOMEBODY = re.compile(rf"{_NAME}某[\u4e00-\u9fff某]?")
_HOME = re.compile(
    r"(?:[A-Za-zＡ-Ｚ甲乙丙丁东西南北]?\s?\d{1,4}|[一二三四五六七八九十]{1,3})\s?"
    r"(?:栋|幢|号楼|座|#楼?)"
    r"(?:\s?(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[东西中])\s?(?:单元|门))?"
    r"(?:\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?(?:楼|层))?"
    r"(?:\s?-?\s?[A-Za-z]?\d{1,5}\s?(?:室|房|户|号)?)?"
)
_ROOM = re.compile(
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?单元\s?(?:\d{1,5}\s?(?:室|房|户|号)?)?|"
    r"\d{1,3}-\d{1,3}-\d{1,5}|(?<!\d)\d{3,4}\s?(?:室|房(?!屋)|户(?!型))"
)
_HOUSE = re.compile(
    r"(?<=[路街巷道村弄组里])\s?(?:\d{1,5}(?:-\d{1,4})?|[一二三四五六七八九十百]{1,5})号(?:院|楼)?"
)
_ACCOUNT = re.compile(r"((?:微信|QQ|qq|抖音|支付宝)(?:号|账号)?[:： 是]{0,2})[A-Za-z0-9_\-]{5,30}")


def anonymise(text: str, known: Iterable[str] = ()) -> str:
    """The text with persons, homes and accounts replaced by words in brackets.

    ``known`` are values of this very reporter (name, address, numbers): they go wherever they
    stand. Names of streets, estates and firms stay, they tell what it is about.
    """
    for value in sorted({part.strip() for part in known}, key=len, reverse=True):
        if len(value) >= 2:
            text = text.replace(value, "[本人]")
    clean = _ACCOUNT.sub(r"\1[账号]", scrub(text))
    clean = _CALLED.sub(r"\1[姓名]", clean)
    clean = _SIGNED.sub(r"\1[姓名]", clean)
    clean = _TITLED.sub(r"[姓名]\1", clean)
    clean = _SOMEBODY.sub("[姓名]", clean)
    clean = _HOME.sub("[门牌]", clean)
    clean = _ROOM.sub("[门牌]", clean)
    return _HOUSE.sub("[门牌]", clean)
