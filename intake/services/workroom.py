"""What every service needs at hand: store, keys, clock, county, calendar, catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from classifiers.suggestion import Suggestion
from intake.domain.calendar import WorkCalendar
from intake.domain.letter import Letter
from intake.domain.message import MessageChannel
from intake.domain.numbers import query_code, same_code
from intake.geo.county import County
from intake.geo.gazetteer import Gazetteer
from intake.security.cipher import FieldCipher, LookupHash
from intake.security.keyring import Keyring
from intake.services.model_in_force import ModelInForce
from intake.settings import Settings
from intake.store.database import Database


class Courier(Protocol):
    """Whoever carries messages of one channel to citizens; channels give them, app parts join them.

    Raises Undeliverable when it will never arrive and TryLater when it may arrive another time.
    """

    def send(self, letter: Letter) -> str: ...


@runtime_checkable
class Fetches(Protocol):
    """A courier who also brings what citizens left at the messenger: content and media type."""

    def fetch(self, ref: str) -> tuple[bytes, str]: ...


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
    couriers: Mapping[MessageChannel, Courier] = field(default_factory=dict)
    cipher: FieldCipher = field(init=False)
    lookup: LookupHash = field(init=False)
    _suggester: Suggests | None = None
    _gazetteer: Gazetteer | None = None

    def __post_init__(self) -> None:
        self.cipher = FieldCipher(self.keyring)
        self.lookup = LookupHash(self.keyring)

    @property
    def suggester(self) -> Suggests:
        if self._suggester is None:
            self._suggester = ModelInForce(self.settings.models)
        return self._suggester

    @property
    def gazetteer(self) -> Gazetteer:
        """The county's names of places, indexed at the first use."""
        if self._gazetteer is None:
            self._gazetteer = Gazetteer(self.county)
        return self._gazetteer

    def query_code(self, number: str) -> str:
        """The citizen's code for a ticket number."""
        return query_code(self.keyring.subkey("query"), number)

    def code_matches(self, number: str, given: str) -> bool:
        """Whether ``given`` is the ticket's code under any key still on the ring."""
        keys = self.keyring.subkeys("query")
        return any(same_code(query_code(key, number), given) for key in keys)
