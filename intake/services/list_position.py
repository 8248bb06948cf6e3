"""Where a page of a list ordered by moment and key ends, as the ``after`` of the next page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from sqlalchemy import Column, ColumnElement, and_, or_

from intake.domain.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ListPosition:
    """The moment and the key of a page's last row; its text is microseconds since 1970 and key."""

    moment: datetime
    key: int

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // _MICROSECOND}-{self.key}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The position that ``str`` wrote; raises Invalid for anything else."""
        moment, _, key = text.partition("-")
        try:
            if not all(
                part.isascii() and part.isdecimal() and len(part) <= _MOST_DIGITS
                for part in (moment, key)
            ):
                raise ValueError
            return cls(_EPOCH + timedelta(microseconds=int(moment)), int(key))
        except (ValueError, OverflowError):
            raise Invalid("翻页位置不对，请从第一页重新打开。", field="after") from None

    def older(self, moment: Column[datetime], key: Column[int]) -> ColumnElement[bool]:
        """Rows that follow where the newest come first."""
        return or_(moment < self.moment, and_(moment == self.moment, key < self.key))

    def newer(self, moment: Column[datetime], key: Column[int]) -> ColumnElement[bool]:
        """Rows that follow where the oldest come first; the first half is what an index serves."""
        later = or_(moment > self.moment, and_(moment == self.moment, key > self.key))
        return and_(moment >= self.moment, later)
