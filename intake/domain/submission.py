"""What a door understood of a report, before anything is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from intake.domain.contact import Source
from intake.domain.message import Origin
from intake.domain.people import CITIZEN, Actor


class Datum(StrEnum):
    """Coordinate systems a door may deliver; stored is WGS84 plus the original (domain.md §2.3)."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


@dataclass(frozen=True, slots=True)
class ReporterDetails:
    """The person, as far as told. Personal data: encrypted at rest, masked on screen."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    caller_number: str = ""

    @property
    def reachable(self) -> bool:
        return bool(self.phone or self.email or self.caller_number)

    @property
    def empty(self) -> bool:
        return not (self.name or self.reachable or self.address)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the problem is. ``lon``/``lat`` are WGS84 degrees; the original pair is kept beside."""

    address: str = ""
    landmark: str = ""
    lon: float | None = None
    lat: float | None = None
    original_lon: float | None = None
    original_lat: float | None = None
    datum: Datum | None = None
    town_code: str = ""
    unit_grid_code: str = ""
    in_area: bool | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file already safe on disk under the data folder, not yet cleaned.

    ``key`` is our own name relative to the upload folder, never the sender's.
    """

    key: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came to a door beside an existing ticket, byte for byte, with its derived id."""

    source: Source
    external_id: str
    received_at: datetime
    raw: bytes
    raw_hash: str
    media_type: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One report as one door understood it.

    ``external_id`` is derived, never random (decision 1); ``raw`` is what arrived, byte for byte,
    and ``raw_hash`` its SHA-256 hex digest. ``actor`` is who handed it in: the citizen, or the
    person on duty who wrote it down. ``origin`` is given by doors that can be answered.
    """

    source: Source
    external_id: str
    received_at: datetime
    text: str
    raw: bytes
    raw_hash: str
    media_type: str = "application/json"
    reporter: ReporterDetails = field(default_factory=ReporterDetails)
    place: Place = field(default_factory=Place)
    uploads: tuple[Upload, ...] = ()
    anonymous: bool = False
    confidential: bool = False
    needs_reply: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor = CITIZEN
    origin: Origin | None = None
