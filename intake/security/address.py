"""The client's address behind a counted number of trusted proxies.

Each proxy appends the address it was called from to X-Forwarded-For. With n proxies of ours in
front, the n-th entry from the right was written by the outermost of them and names the client;
everything to its left is what the client wrote itself and is never looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: one prefix for all IPv4 clients of a translator
_GROUP_BITS = 64  # RFC 6177: one subscriber holds at least a /64


@dataclass(frozen=True)
class ClientAddress:
    """Where a request comes from; ``ip`` is None if not known (a local socket)."""

    ip: IPv4Address | IPv6Address | None

    def __str__(self) -> str:
        return "local" if self.ip is None else str(self.ip)

    @property
    def group(self) -> str:
        """The key for rate limits: the IPv4 address, or the /64 network of an IPv6 address."""
        if not isinstance(self.ip, IPv6Address):
            return str(self)
        return str(ip_network((self.ip, _GROUP_BITS), strict=False))


def client_address(
    peer: str | None, forwarded_for: Iterable[str], trusted_proxies: int
) -> ClientAddress:
    """The client's address.

    ``peer`` is the address of the TCP connection, ``forwarded_for`` all X-Forwarded-For lines in
    order. If the header is shorter than the proxies we count on, or the entry is not an address,
    the peer stands in: such requests share one limit and gain nothing.
    Raises ValueError for a negative number of proxies.
    """
    if trusted_proxies < 0:
        raise ValueError("The number of trusted proxies cannot be negative; use 0 for none.")
    if trusted_proxies > 0:
        entries = ",".join(forwarded_for).rsplit(",", trusted_proxies)[-trusted_proxies:]
        if len(entries) == trusted_proxies and (named := parse_address(entries[0])) is not None:
            return ClientAddress(named)
    return ClientAddress(parse_address(peer or ""))


def client_address_of(request: web.BaseRequest, trusted_proxies: int) -> ClientAddress:
    """The same for an aiohttp request."""
    # request.remote can be overridden by middlewares; the transport cannot.
    transport = request.transport
    peer = transport.get_extra_info("peername") if transport is not None else None
    host = peer[0] if isinstance(peer, tuple) and peer else None
    return client_address(host, request.headers.getall("X-Forwarded-For", []), trusted_proxies)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address with or without port, brackets, zone; IPv4 inside IPv6 becomes IPv4."""
    host = text.strip().strip('"')
    if host.startswith("["):
        host, closed, port = host[1:].partition("]")
        if not closed or (port and not _is_port(port)):
            return None
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
        if not _is_port(f":{port}"):
            return None
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in _NAT64:
            return IPv4Address(int(found) & 0xFFFFFFFF)
    return found


def _is_port(text: str) -> bool:
    port = text.removeprefix(":")
    return text.startswith(":") and port.isascii() and port.isdigit() and int(port[:6]) <= 65535
