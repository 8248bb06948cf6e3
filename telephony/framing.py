"""Bytes of an AMI connection in, messages out, however the network cuts them.

A message is decoded only when it is whole, so a character split over two segments stays one.
Events nobody here wants are counted and thrown away before they cost anything.
"""

from collections.abc import Iterator

Headers = dict[str, str]
"""One message. A header that comes several times keeps all its values, one a line."""

BANNER = b"Asterisk Call Manager/"
MOST_BYTES = 1_000_000

_END = b"\r\n\r\n"
_EVENT = b"Event: "


class NotAnAmi(Exception):
    """What answers at the address does not speak AMI."""


class Framer:
    """One per connection. ``version`` is empty until the banner has come."""

    def __init__(self, wanted: frozenset[str] | None = None) -> None:
        self.version = ""
        self.passed_over = 0
        self._wanted = None if wanted is None else frozenset(name.encode() for name in wanted)
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Headers]:
        """The messages that ``data`` completes, in order; raises NotAnAmi."""
        self._rest += data
        if not self.version and not self._take_banner():
            return
        *blocks, self._rest = self._rest.split(_END)
        if len(self._rest) > MOST_BYTES:
            raise NotAnAmi(f"a message without end: {len(self._rest)} bytes")
        wanted = self._wanted
        for block in blocks:
            if wanted is not None and block.startswith(_EVENT):
                name = block[len(_EVENT) :].partition(b"\r\n")[0]
                # An event with an ActionID belongs to a list somebody asked for.
                if name not in wanted and b"\r\nActionID: " not in block:
                    self.passed_over += 1
                    continue
            yield parse(block)

    def _take_banner(self) -> bool:
        line, end, rest = self._rest.partition(b"\r\n")
        if not end:
            if not BANNER.startswith(line[: len(BANNER)]) or len(line) > 200:
                raise NotAnAmi("what answers there is no AMI: check pbx_host and pbx_ami_port")
            return False
        if not line.startswith(BANNER):
            raise NotAnAmi("what answers there is no AMI: check pbx_host and pbx_ami_port")
        self.version = line.removeprefix(BANNER).decode("ascii", "replace") or "unknown"
        self._rest = rest
        return True


def parse(block: bytes) -> Headers:
    """One message without its end. Bytes that are not UTF-8 become U+FFFD, visibly."""
    headers: Headers = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            continue
        value = value.removeprefix(" ")
        known = headers.get(name)
        headers[name] = value if known is None else f"{known}\n{value}"
    return headers
