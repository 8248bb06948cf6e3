"""Names as they are misheard and mistyped: “人名路” for 人民路, “世纪广厂” for 世纪广场.

Two spellings sound alike when their syllables agree without tones and without the distinctions
that many speakers do not make: z/zh, c/ch, s/sh, n/l, f/h, r/l, and -n/-ng.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from intake.geo.mentions import Mention

Named = TypeVar("Named")

LEAST = 3
"""Letters of a name that may be misheard; shorter ones are found in every text."""
LEAST_MISTYPED = 5
"""Letters of a name of which one may be another letter."""
_MOST = 10
_FOLDED = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^[nr]"), "l"),
    (re.compile("^h(?=u)"), "f"),
)
_ENDING = re.compile("(?<=[aeiou])ng$")


@lru_cache(maxsize=20_000)
def syllable(letter: str) -> str:
    """How one letter sounds, without tone and common confusions; others stand for themselves."""
    # Its import takes a moment, which the start of a process need not wait for.
    from pypinyin import lazy_pinyin

    sound: str = lazy_pinyin(letter)[0]
    for pattern, plain in _FOLDED:
        sound = pattern.sub(plain, sound)
    return _ENDING.sub("n", sound)


class SoundIndex(Generic[Named]):
    """Names found by how they sound, and longer ones with one letter wrong."""

    def __init__(self, names: Iterable[tuple[str, Named]]) -> None:
        self._by_sound: dict[tuple[str, ...], list[tuple[str, Named]]] = {}
        self._by_rest: dict[tuple[str, ...], list[tuple[str, Named]]] = {}
        for name, bearer in names:
            sounds = tuple(map(syllable, name))
            if LEAST <= len(sounds) <= _MOST:
                self._by_sound.setdefault(sounds, []).append((name, bearer))
            if LEAST_MISTYPED <= len(sounds) <= _MOST:
                for rest in _each_left_out(sounds):
                    self._by_rest.setdefault(rest, []).append((name, bearer))

    def find(self, text: str, offset: int = 0) -> Iterator[Mention[Named]]:
        """Mentions in a piece of text that holds no exact name, the longest first at each place.

        ``offset`` is where the piece begins. ``Mention.spelled`` is the name it was taken for.
        """
        sounds = [syllable(letter) for letter in text]
        position = 0
        while position <= len(text) - LEAST:
            found = self._at(sounds, position)
            if found is None:
                position += 1
                continue
            length, spelled, bearers = found
            begin = offset + position
            typed = text[position : position + length]
            yield Mention(begin, begin + length, typed, bearers, spelled)
            position += length

    def _at(
        self, sounds: Sequence[str], position: int
    ) -> tuple[int, str, tuple[Named, ...]] | None:
        for length in range(min(_MOST, len(sounds) - position), LEAST - 1, -1):
            window = tuple(sounds[position : position + length])
            known = self._by_sound.get(window) or self._mistyped(window)
            if known:
                spelled = known[0][0]
                return length, spelled, tuple(each for name, each in known if name == spelled)
        return None

    def _mistyped(self, window: tuple[str, ...]) -> list[tuple[str, Named]] | None:
        if len(window) < LEAST_MISTYPED:
            return None
        rests = map(self._by_rest.get, _each_left_out(window))
        return next((known for known in rests if known), None)


def _each_left_out(sounds: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The window with each letter in turn replaced by anything; the last one stays: it is the kind
    of place."""
    for position in range(len(sounds) - 1):
        yield (*sounds[:position], "*", *sounds[position + 1 :])
