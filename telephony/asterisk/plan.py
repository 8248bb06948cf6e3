"""What one PBX is to look like: every value the configuration files ask for.

A value that would break a configuration file, or let one line become two, is refused with a
sentence that says what to change.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

_SAFE = re.compile(r"[A-Za-z0-9_.:@/-]*")
_SECRET = re.compile(r"[!-:<-\[\]-~]*")
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_EXTENSION = re.compile(r"[0-9]{2,8}")
_NUMBER = re.compile(r"[0-9]{3,12}")


class PlanError(ValueError):
    """A value cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLine:
    """For load runs: a line at `address` (host:port) that answers for that many queue members."""

    members: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One PBX. Ports are of 127.0.0.1, save SIP's, which is of `sip_host`; times are seconds.

    `contacts` names lines that need not register, by extension (a SIP address each): gateways on
    the same machine, and tests. They are not asked for a secret, so keep them on loopback.
    """

    name: str = "pbx1"
    hotline: str = "12319"
    area_code: str = "0000"
    queue: str = "hotline"
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    ami_port: int = 5038
    ami_user: str = "minsheng"
    http_port: int = 8088
    rtp_ports: tuple[int, int] = (21000, 22999)
    trunk_address: str = "127.0.0.4:5060"
    trunk_sources: tuple[str, ...] = ("127.0.0.2", "127.0.0.4")
    trunk_user: str = ""
    trunk_secret: str = field(default="", repr=False)
    extensions: tuple[str, ...] = ("8001", "8002")
    contacts: Mapping[str, str] = field(default_factory=dict)
    strategy: str = "leastrecent"
    ring_seconds: int = 20
    max_wait_seconds: int = 300
    max_waiting: int = 20
    announce_seconds: int = 30
    outbound_ring_seconds: int = 45
    voicemail_seconds: int = 180
    voicemail_silence_seconds: int = 10
    key_seconds: int = 7
    phone_silence_seconds: int = 60
    browser_silence_seconds: int = 15
    qualify_seconds: int = 30
    greeting: bool = True
    recording: bool = True
    load: LoadLine | None = None

    def __post_init__(self) -> None:
        _require(_NAME.fullmatch(self.name), "name", "1 to 40 small letters, digits and -")
        _require(_NAME.fullmatch(self.queue), "queue", "1 to 40 small letters, digits and -")
        _require(_NUMBER.fullmatch(self.hotline), "hotline", "the number's digits")
        _require(re.fullmatch(r"0[0-9]{2,3}", self.area_code), "area_code", "0 and 2 or 3 digits")
        _require(self.extensions, "extensions", "at least one extension")
        for extension in (*self.extensions, *self.contacts):
            _require(_EXTENSION.fullmatch(extension), "extensions", "two to eight digits each")
        _require(0 < self.rtp_ports[0] < self.rtp_ports[1] < 65536, "rtp_ports", "two rising ports")
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, str) and part.name != "trunk_secret":
                _require(_SAFE.fullmatch(value), part.name, "letters, digits and _ . : @ / - only")
        _require(_SECRET.fullmatch(self.trunk_secret), "trunk_secret", "no blank, ; or backslash")
        for value in (*self.trunk_sources, *self.contacts.values()):
            _require(_SAFE.fullmatch(value), "addresses", "letters, digits and _ . : @ / - only")


def _require(holds: object, name: str, wanted: str) -> None:
    if not holds:
        raise PlanError(f"The PBX's setting {name} cannot be used: give {wanted}.")
