"""A category is meaningless without its kind and edition (decision 10)."""

from dataclasses import dataclass
from enum import StrEnum


class CategoryKind(StrEnum):
    COMPONENT = "COMPONENT"
    EVENT = "EVENT"

    @property
    def label(self) -> str:
        return "部件" if self is CategoryKind.COMPONENT else "事件"

    @property
    def letter(self) -> str:
        return "C" if self is CategoryKind.COMPONENT else "E"


@dataclass(frozen=True, slots=True)
class CategoryRef:
    """Kind, edition and code together, e.g. (EVENT, "GB/T 47678.5-2026", "06010")."""

    kind: CategoryKind
    edition: str
    code: str

    @property
    def label(self) -> str:
        """``E06010``: the short form used on screens and in case numbers."""
        return f"{self.kind.letter}{self.code}"

    @classmethod
    def parse(cls, label: str, edition: str) -> "CategoryRef":
        """Read ``C01001`` or ``E06010``; raises ValueError for anything else."""
        kinds = {kind.letter: kind for kind in CategoryKind}
        if (
            len(label) != 6
            or label[0] not in kinds
            or not (label.isascii() and label[1:].isdecimal())
        ):
            raise ValueError(f"not a category label: {label!r}; expected C or E and five digits")
        return cls(kinds[label[0]], edition, label[1:])
