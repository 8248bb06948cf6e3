"""What every service needs at hand: store, keys, clock, county, calendar, catalogue."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from classifiers.registry import Registry
from classifiers.suggestion import Suggester, Suggestion
from intake.domain.calendar import WorkCalendar
from intake.domain.numbers import query_code, same_code
from intake.geo.county import County
from intake.security.cipher import FieldCipher, LookupHash
from intake.security.keyring import Keyring
from intake.settings import Settings
from intake.store.database import Database


class Suggests(Protocol):
    """Whoever proposes a category for a text; a person decides (decision 12)."""

    def suggest(self, text: str, title: str = "") -> Suggestion: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Workroom:
    """Built once per process in app.py; services take it as their first argument.

    ``suggester`` loads the model on first use, so that processes which never suggest stay small.
    """

    settings: Settings
    database: Database
    keyring: Keyring
    county: County
    calendar: WorkCalendar
    clock: Callable[[], datetime] = utc_now
    cipher: FieldCipher = field(init=False)
    lookup: LookupHash = field(init=False)
    _suggester: Suggests | None = None

    def __post_init__(self) -> None:
        self.cipher = FieldCipher(self.keyring)
        self.lookup = LookupHash(self.keyring)

    @property
    def suggester(self) -> Suggests:
        if self._suggester is None:
            self._suggester = Suggester.load(Registry(self.settings.models).active())
        return self._suggester

    def query_code(self, number: str) -> str:
        """The citizen's code for a ticket number."""
        return query_code(self.keyring.subkey("query"), number)

    def code_matches(self, number: str, given: str) -> bool:
        """Whether ``given`` is the ticket's code under any key still on the ring."""
        keys = self.keyring.subkeys("query")
        return any(same_code(query_code(key, number), given) for key in keys)
