"""Names looked up for the checks of a sender: through one door, so that it can be shut or stubbed.

A look-up that fails says "unknown" and never holds a mail up for longer than a few seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import dns.exception
import dns.resolver

SECONDS_EACH = 2.0


class LookUpFailed(Exception):
    """Nobody answered, or the answer cannot be used; try again another time."""


class NameServer(Protocol):
    """Records of one name; ``kind`` is TXT, A, AAAA, MX or PTR."""

    def find(self, name: str, kind: str) -> Sequence[str | bytes | tuple[int, str]]:
        """TXT as bytes, addresses and names as text, MX as (preference, name); empty when the
        name has none. Raises LookUpFailed."""


class Shut:
    """No DNS here: every look-up fails."""

    def find(self, name: str, kind: str) -> Sequence[str | bytes | tuple[int, str]]:
        raise LookUpFailed(f"no DNS is set up: {kind} of {name} was not looked up")


class Written:
    """Records from a table, for tests and for closed networks."""

    def __init__(self, records: Mapping[tuple[str, str], Sequence[str | bytes | tuple[int, str]]]):
        self._records = {
            (name.lower(), kind): list(found) for (name, kind), found in records.items()
        }

    def find(self, name: str, kind: str) -> Sequence[str | bytes | tuple[int, str]]:
        return self._records.get((name.lower().rstrip("."), kind), ())


class Asked:
    """A real DNS server: the machine's own, or the one at ``address`` (``host:port``)."""

    def __init__(self, address: str = "") -> None:
        self._resolver = dns.resolver.Resolver(configure=not address)
        if address:
            host, _, port = address.rpartition(":")
            self._resolver.nameservers = [host]
            self._resolver.port = int(port)

    def find(self, name: str, kind: str) -> Sequence[str | bytes | tuple[int, str]]:
        try:
            answer = self._resolver.resolve(name, kind, lifetime=SECONDS_EACH, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise LookUpFailed(type(error).__name__) from error
        if kind == "TXT":
            return [b"".join(record.strings) for record in answer]
        if kind == "MX":
            return [(record.preference, str(record.exchange)) for record in answer]
        if kind == "PTR":
            return [str(record.target) for record in answer]
        return [str(record.address) for record in answer]


def name_server(setting: str) -> NameServer:
    """The door of the setting ``mail_dns``: off, system or host:port."""
    if setting == "off":
        return Shut()
    try:
        return Asked("" if setting == "system" else setting)
    except (dns.exception.DNSException, OSError, ValueError):
        return Shut()
