"""Start a channel and learn what became of it: AMI answers an asynchronous Originate twice."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from telephony.connection import Link
from telephony.encoder import Value
from telephony.framing import Headers
from telephony.wire import LinkLost


@dataclass(slots=True)
class Originator:
    """Matches OriginateResponse events to who waits for them; ``hear`` gets every one."""

    link: Link
    _waiting: dict[str, asyncio.Future[bool]] = field(default_factory=dict)

    def hear(self, event: Headers) -> None:
        """The second answer of an Originate."""
        waiting = self._waiting.get(event.get("ActionID", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(event.get("Response") == "Success")

    def lose(self) -> None:
        """The link is lost: nobody will hear these answers."""
        for waiting in list(self._waiting.values()):
            if not waiting.done():
                waiting.set_exception(LinkLost("the link to the PBX was lost"))

    async def begin(
        self, name: str, headers: Mapping[str, Value], seconds: float
    ) -> asyncio.Future[bool]:
        """Ask for the channel; the future tells whether it was answered within ``seconds``.

        ``name`` is the ActionID. Raises Refused, LinkLost and TimeoutError as ``Link.request``.
        """
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[name] = answer
        answer.add_done_callback(partial(self._forget, name))
        told: dict[str, Value] = {"Action": "Originate", "ActionID": name, "Async": "true"}
        try:
            await self.link.request(told | {"Timeout": int(seconds * 1000)} | dict(headers))
        except BaseException:
            answer.cancel()
            raise
        return answer

    async def start(self, name: str, headers: Mapping[str, Value], seconds: float) -> bool:
        """``begin``, and wait for the answer; raises as it does."""
        answer = await self.begin(name, headers, seconds)
        async with asyncio.timeout(seconds + 2.0):
            return await answer

    def _forget(self, name: str, answer: asyncio.Future[bool]) -> None:
        self._waiting.pop(name, None)
        if not answer.cancelled():
            answer.exception()

    async def write(self, what: str, values: Mapping[str, str]) -> bool:
        """Write into the PBX's own database through the dialplan (context minsheng-write)."""
        headers: dict[str, Value] = {
            "Channel": f"Local/{what}@minsheng-write/n",
            "Application": "Wait",
            "Data": "0",
            "Variable": [f"{name}={value}" for name, value in values.items()],
        }
        return await self.start(f"write-{what}-{id(values)}", headers, 5.0)
