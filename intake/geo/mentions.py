"""Finding known names in a text: the longest name at each place, left to right."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Named = TypeVar("Named")


@dataclass(frozen=True, slots=True)
class Mention(Generic[Named]):
    """A name found in a text, and everything that bears it.

    ``spelled`` is the name that was meant when the text has another spelling.
    """

    start: int
    end: int
    name: str
    bearers: tuple[Named, ...]
    spelled: str = ""


class NameIndex(Generic[Named]):
    """Names and their bearers; a name shared by several bearers finds them all."""

    def __init__(self, names: Iterable[tuple[str, Named]]) -> None:
        bearers: dict[str, list[Named]] = {}
        for name, bearer in names:
            if len(name) >= 2:
                bearers.setdefault(name, []).append(bearer)
        self._bearers = {name: tuple(those) for name, those in bearers.items()}
        self._by_opening: dict[str, list[str]] = {}
        for name in sorted(self._bearers, key=len, reverse=True):
            self._by_opening.setdefault(name[:2], []).append(name)

    def find(self, text: str) -> Iterator[Mention[Named]]:
        """Every mention, without overlap."""
        position = 0
        while position < len(text) - 1:
            for name in self._by_opening.get(text[position : position + 2], ()):
                if text.startswith(name, position):
                    end = position + len(name)
                    yield Mention(position, end, name, self._bearers[name])
                    position = end
                    break
            else:
                position += 1
