"""The words that name the place, as an exact substring of the report.

A place is a run of words with at least one anchor: a district ("…区", "…镇"), or a road, estate,
building or water with a name before it. It ends where the matter begins: at a verb, a particle,
a mark, or a word the lexicon knows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

MOST_READ = 800
"""Characters in which the place is looked for; reports name it early."""
MOST_KEPT = 20_000
"""Words whose kind is remembered (about 4 MB)."""
_LONGEST = 40
TITLE_BONUS = 3.0
"""A place in the title is preferred to one in the body that says about as much."""

_ADMIN = re.compile(r"(?:省|市|区|县|镇|乡|街道|社区|村|开发区|新区|街道办|居委会)$")
_SITE = re.compile(
    r"(?:大道|大街|公路|国道|省道|县道|高速|路|街|巷|弄|胡同|环线|[一二三四]环|路口|道口|交叉口|"
    r"立交|桥|隧道|涵洞|匝道|小区|花园|家园|公寓|大厦|广场|公园|景区|校区|片区|厂区|园区|学校|小学|"
    r"中学|幼儿园|大学|学院|医院|卫生院|市场|超市|商场|商城|酒店|宾馆|车站|地铁站|地铁口|公交站|站|"
    r"工地|工业园|产业园|新城|新村|国际|华府|公馆|名苑|雅苑|苑|府|城|湾|岛|洲|山|岭|坡|河|湖|江|溪|"
    r"渠|塘|水库|港|码头|派出所|法院|书店|银行|厂|基站|公司|大楼|楼盘|号线|里|庄|屯|组|队|坊|庭|"
    r"一中|二中|三中|四中|五中|六中|七中|八中|九中|十中|附中)$"
)
_TAIL = re.compile(
    r"(?:\d+|[一二三四五六七八九十百]+|号|号院|号楼|栋|幢|座|期|单元|楼|层|室|段|米|公里|东|西|南|北|"
    r"[东西南北]{1,2}[侧边面方头口角门]|东南|东北|西南|西北|境内|支路|安置房|门面|附近|旁边|旁|对面|门口|大门口|门前|"
    r"楼下|楼上|路段|沿线|沿岸|两侧|两旁|周边|周围|里面|内|外面|背后|后面|前面|右侧|左侧|右边|左边|"
    r"处|口|方向|河段|交汇处|交界处|转弯处|拐角处|区域|地段|一带|人行道|外墙)$"
)
_STOP_TAGS = frozenset("xpcudryeovqw")
_CLITICS = frozenset("的与和及到至、")


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """Words that never name a place by themselves, and words at which a place ends."""

    generic: frozenset[str]
    matter: frozenset[str]


class Part(Enum):
    """What a word can be in a place."""

    ADMIN = auto()
    SITE = auto()
    TAIL = auto()
    NAME = auto()
    LINK = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its part-of-speech tag (empty for the product's own words) and its span."""

    text: str
    tag: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words that could be a place; the score says how much it tells."""

    begin: int
    end: int
    score: float


_ENDS = (Part.SITE, Part.ADMIN)
PART_NUMBERS = {part: number for number, part in enumerate(Part)}


class PlaceFinder:
    """Finds the run of words that names the place."""

    def __init__(self, known: PlaceWords) -> None:
        self._generic = known.generic
        self._matter = known.matter
        self._kinds: dict[tuple[str, str], Part] = {}

    def place_of(self, words: Sequence[Word], title_length: int) -> tuple[int, int] | None:
        """Return begin and end of the place, or None when no place is named.

        `words` are the words of folded text in order; the first `title_length` characters are
        the title. Of several places the one that says most is taken, the first among equals.
        """
        _parts, runs = self.runs(words, title_length)
        best = max(runs, key=lambda run: run.score, default=None)
        return None if best is None else (best.begin, best.end)

    def runs(self, words: Sequence[Word], title_length: int) -> tuple[list[Part], list[Run]]:
        """Return what each word can be, and every run of words that could be a place, in order."""
        parts = [self._kind(word) for word in words]
        runs: list[Run] = []
        start = 0
        while start < len(words):
            if parts[start] in (Part.STOP, Part.LINK, Part.TAIL):
                start += 1
                continue
            stop = self._run_end(words, parts, start)
            begin = self._run_begin(words, parts, start)
            found = self._judged(words[begin:stop], parts[begin:stop], title_length)
            if found is not None:
                runs.append(found)
            start = max(stop, start + 1)
        return parts, runs

    def _kind(self, word: Word) -> Part:
        """Return what a word can be in a place; answers are kept, words repeat much."""
        key = (word.text, word.tag)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._part(word)
            if len(self._kinds) < MOST_KEPT:
                self._kinds[key] = kind
        return kind

    def _part(self, word: Word) -> Part:
        text = word.text
        if text in self._matter:
            return Part.STOP
        if text in _CLITICS:
            return Part.LINK
        if _TAIL.fullmatch(text):
            return Part.TAIL
        site = _SITE.search(text)
        if word.tag == "" and text not in self._generic and not site:
            return Part.STOP
        if _ADMIN.search(text):
            return Part.ADMIN
        if site and word.tag[:1] not in ("v", "d", "p"):
            return Part.SITE
        if word.tag != "eng" and word.tag[:1] in _STOP_TAGS:
            return Part.STOP
        return Part.NAME

    def _run_end(self, words: Sequence[Word], parts: Sequence[Part], start: int) -> int:
        """Return the index after the last word of the run that begins at `start`."""
        index = start
        anchored = False
        while index < len(words) and words[index].end - words[start].begin <= _LONGEST:
            breaks = parts[index] in (Part.STOP, Part.LINK)
            if breaks and not (anchored and self._goes_on(words, parts, index)):
                break
            anchored = anchored or parts[index] in (Part.ADMIN, Part.SITE)
            index += 1
        while index > start and parts[index - 1] in (Part.STOP, Part.LINK):
            index -= 1
        return index

    def _run_begin(self, words: Sequence[Word], parts: Sequence[Part], start: int) -> int:
        """Return where the name begins when the run starts with its bare ending ("路", "小区").

        Cutters take the first characters of unknown names for verbs or numbers ("打铁|港河").
        """
        begin = start
        while begin > 0 and start - begin < 2:
            first, before = words[begin], words[begin - 1]
            bare = first.text in self._generic or (len(first.text) <= 2 and parts[begin] in _ENDS)
            if not bare or before.tag in ("", "p", "y", "r", "uj", "ul", "f", "eng"):
                break
            if before.tag[:1] == "x" or before.text in self._matter or len(before.text) > 3:
                break
            begin -= 1
        return begin

    def _goes_on(self, words: Sequence[Word], parts: Sequence[Part], index: int) -> bool:
        """Whether a break is only apparent: the name goes on and ends in a road or a site."""
        word = words[index]
        if word.tag == "" or word.text in self._matter:
            after = parts[index + 1] if index + 1 < len(words) else Part.STOP
            return after is Part.SITE and words[index + 1].text not in self._generic
        if word.tag[:1] == "x" and word.text not in ("、", "，", "(", ")", "-"):
            return False
        for ahead in range(index + 1, min(index + 4, len(words))):
            if parts[ahead] in (Part.SITE, Part.ADMIN):
                named = words[ahead].text not in self._generic or parts[ahead - 1] is Part.NAME
                return named or ahead == index + 1
            if words[ahead].tag[:1] in ("x", "u", "p", "d", "r", ""):
                return False
        return False

    def _judged(
        self, words: Sequence[Word], parts: Sequence[Part], title_length: int
    ) -> Run | None:
        """Return the run as a place with its score, None when it names nothing in particular."""
        admin = sum(part is Part.ADMIN for part in parts)
        sites = sum(part is Part.SITE for part in parts)
        named = any(word.tag in ("ns", "nt", "nz") for word in words)
        if not words or not (admin or sites or named):
            return None
        specific = (word.text for word in words if word.text not in self._generic)
        if all(_TAIL.fullmatch(text) for text in specific):
            return None
        begin, end = words[0].begin, words[-1].end
        score = 2.0 * min(admin, 2) + 2.0 * min(sites, 3) + min(end - begin, 14) * 0.15
        if end <= title_length:
            score += TITLE_BONUS
        return Run(begin, end, score)
