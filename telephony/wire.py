"""panoramisk for one connection: its manager, protocol and actions, made strict.

What is replaced, and why, is listed in telephony/README.md, one line a defect; each has a test
that shows the defect on the bare library.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from telephony.encoder import Value, checked, encoded
from telephony.framing import Framer, Headers, NotAnAmi

log = structlog.get_logger()

Sink = Callable[[Headers], None]


class LinkLost(Exception):
    """The connection ended before the answer came: whether the PBX acted is unknown."""


class Request(Action):
    """An action that knows whether one answer or a list of messages is due.

    The library guesses from the wording of the answer, wrongly for QueueAdd and for Originate, and
    waits for the end of a list that was refused.
    """

    def __init__(self, headers: Mapping[str, Value], *, many: bool) -> None:
        super().__init__(dict(headers), as_list=many)
        self.heard: list[Headers] = []

    def add_message(self, message: Message) -> bool:
        if self.as_list and not self.responses and message.response == "Error":
            self.responses.append(message)
            if not self.future.done():
                self.future.set_result(self.responses)
            return True
        return bool(super().add_message(message))


class Wire(AMIProtocol):
    """Frames incrementally, never re-sends, and lets no error of a reader drop the connection."""

    def __init__(self, manager: "StrictManager") -> None:
        self._manager = manager
        self._framer = Framer(manager.wanted)
        self.responses: dict[str, Request] = {}
        self.version: str | None = None
        self.closed = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.factory = self._manager
        self._manager.protocol = self

    def data_received(self, data: bytes) -> None:
        try:
            for headers in self._framer.feed(data):
                self._take(headers)
        except NotAnAmi as error:
            self.abort(error)
        if self._framer.version and self.version is None:
            self.version = self._framer.version
            self._manager.greet()

    def _take(self, headers: Headers) -> None:
        request = self.responses.get(headers.get("ActionID", ""))
        if request is None:
            if "Event" in headers:
                self._manager.hear(headers)
            return
        request.heard.append(headers)
        if request.add_message(Message(headers)):
            del self.responses[request.id]

    def send(self, data: Request) -> None:
        """Write one action; raises LinkLost and Unsendable."""
        if self.closed:
            raise LinkLost("the link to the PBX is down")
        octets = encoded(data)
        self.responses[data.id] = data
        self.transport.write(octets)

    def forget(self, request: Request) -> None:
        """Nobody waits for this answer any more."""
        self.responses.pop(request.id, None)

    def abort(self, reason: Exception) -> None:
        """Cut the connection at once; what waits for answers learns that there will be none."""
        if not self.closed:
            self.transport.abort()
            self.connection_lost(reason)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.closed:
            return
        self.close()
        self._manager.connection_lost(exc)

    def close(self) -> None:
        """End the connection; actions in flight fail here and are never sent again."""
        waiting, self.responses = list(self.responses.values()), {}
        for request in waiting:
            if not request.future.done():
                request.future.set_exception(LinkLost("the link to the PBX was lost"))
        if not self.closed:
            self.closed = True
            self.transport.close()


class StrictManager(Manager):
    """The library's manager for exactly one connection.

    It neither logs in, pings, re-sends nor reconnects by itself: ``Link`` does, one after the
    other, and knows how each step went. ``sink`` gets every wanted event in order.
    """

    def __init__(
        self, host: str, port: int, sink: Sink, wanted: frozenset[str] | None = None
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(host=host, port=port, loop=loop, protocol_factory=lambda: Wire(self))
        self.sink = sink
        self.wanted = wanted
        self.callbacks.clear()
        self.patterns.clear()
        self.protocol: Wire | None = None
        self.greeted = asyncio.Event()
        self.lost: asyncio.Future[Exception | None] = loop.create_future()

    def connection_made(self, f: "asyncio.Future[Any]") -> None:
        """The library would log in here; whoever awaits ``connect`` sees success or error."""

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(exc)
        self.greeted.set()

    def greet(self) -> None:
        """The banner has come."""
        self.greeted.set()

    def hear(self, headers: Headers) -> None:
        """Hand one event on; whatever the reader does wrong costs that event only."""
        try:
            self.sink(headers)
        except Exception:
            log.exception("an event was lost", event_name=headers.get("Event", ""))

    async def send_awaiting_actions(self, *_: object) -> None:
        """Nothing waits: an action that found no connection has failed already."""

    async def ask(
        self, headers: Mapping[str, Value], seconds: float, *, many: bool
    ) -> list[Headers]:
        """Send one action and wait for its answer or its whole list.

        Raises Unsendable, LinkLost, and TimeoutError after ``seconds``; after both of the latter
        the PBX may or may not have acted.
        """
        checked(headers)
        request = Request(headers, many=many)
        if self.protocol is None:
            raise LinkLost("the link to the PBX is down")
        try:
            async with asyncio.timeout(seconds):
                self.protocol.send(request)
                await request.future
        finally:
            self.protocol.forget(request)
        return request.heard

    async def outlive(self, seconds: float | None, event: asyncio.Event) -> bool:
        """Wait for ``event``; False after ``seconds``. Raises LinkLost when the link ends first."""
        waiting = asyncio.ensure_future(event.wait())
        try:
            first: set[asyncio.Future[Any]] = {waiting, self.lost}
            await asyncio.wait(first, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if self.lost.done():
                raise LinkLost(str(self.lost.result() or "the PBX closed the connection"))
            return waiting.done()
        finally:
            waiting.cancel()

    def abort(self, reason: Exception) -> None:
        """Cut the connection."""
        if self.protocol is not None:
            self.protocol.abort(reason)

    def close(self) -> None:
        """End for good; nothing comes back by itself."""
        if self.protocol is not None:
            self.protocol.close()
            self.connection_lost(None)
