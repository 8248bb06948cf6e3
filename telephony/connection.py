"""The supervised link to the PBX: connect, sign in, live, lost, and again (telephony rules 1-5).

One task does one step after the other and knows how each one went. A link that does not answer is
cut; a wrong password is another trouble than an absent PBX and is said so; nothing that was asked
for is ever asked again by itself.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import SystemRandom

import structlog

from intake.domain.call import LinkState
from telephony.encoder import Value
from telephony.framing import Headers, NotAnAmi
from telephony.inbox import Inbox, LinkDown, LinkUp
from telephony.wire import LinkLost, StrictManager

log = structlog.get_logger()
_random = SystemRandom()

ADVICE = {
    LinkState.WRONG_PASSWORD: (
        "the PBX refuses user and secret: compare MINSHENG_PBX_AMI_USER and "
        "MINSHENG_PBX_AMI_SECRET with its manager.conf"
    ),
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the AMI is and who we are there."""

    host: str
    port: int
    user: str
    secret: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Patience in seconds."""

    connect: float = 5.0
    answer: float = 5.0
    boot: float = 30.0
    ping_every: float = 5.0
    misses: int = 2
    first_pause: float = 1.0
    longest_pause: float = 30.0
    steady: float = 20.0


class Refused(Exception):
    """The PBX answered an action with an error; the message is the PBX's own."""


class WrongPassword(Exception):
    """The PBX does not let us in."""


class Link:
    """One per process. ``run`` never gives up; ``close`` ends it for good."""

    def __init__(
        self,
        address: Address,
        wanted: frozenset[str] | None = None,
        *,
        timing: Timing | None = None,
        inbox: Inbox | None = None,
    ) -> None:
        self.changed: Callable[[LinkState, str], None] = lambda _state, _why: None
        self.inbox = Inbox() if inbox is None else inbox
        self.state = LinkState.DISCONNECTED
        self.connection = 0
        self.heard_at: datetime | None = None
        self._address = address
        self._wanted = None if wanted is None else wanted | {"FullyBooted", "Shutdown"}
        self._timing = timing or Timing()
        self._manager: StrictManager | None = None
        self._booted = asyncio.Event()
        self._up = False
        self._closing = False
        self._asleep = asyncio.Event()

    async def run(self) -> None:
        """Keep the link up until ``close``."""
        pause = self._timing.first_pause
        while not self._closing:
            began = asyncio.get_running_loop().time()
            state, why = LinkState.DISCONNECTED, ""
            try:
                await self._live_once()
            except WrongPassword as error:
                state, why = LinkState.WRONG_PASSWORD, str(error)
                pause = self._timing.longest_pause
            except (OSError, LinkLost, TimeoutError, NotAnAmi, Refused) as error:
                why = f"{type(error).__name__}: {error}"
            finally:
                self._end(why)
            if self._closing:
                break
            if asyncio.get_running_loop().time() - began > self._timing.steady:
                pause = self._timing.first_pause
            self._move(state, why)
            await self._rest(pause * _random.uniform(0.5, 1.0))
            pause = min(pause * 2, self._timing.longest_pause)
        self._move(LinkState.DISCONNECTED, "closed")

    async def request(self, headers: Mapping[str, Value], seconds: float | None = None) -> Headers:
        """One action, one answer. Raises Refused, Unsendable, and LinkLost or TimeoutError, after
        which nobody knows whether the PBX acted; it is not asked again."""
        answers = await self._ask(headers, seconds, many=False)
        return _accepted(answers)[0]

    async def listing(
        self, headers: Mapping[str, Value], seconds: float | None = None
    ) -> list[Headers]:
        """An action that is answered by a list: its entries. Raises as ``request``."""
        answers = await self._ask(headers, seconds, many=True)
        return _accepted(answers)[1:-1]

    def confirm_live(self, connection: int) -> bool:
        """The snapshot of ``connection`` is in; False when that connection is gone already."""
        if not self._up or connection != self.connection:
            return False
        self._move(LinkState.LIVE, "")
        return True

    def cut(self, reason: str) -> None:
        """Drop the connection and build it anew, with a gap and a new snapshot."""
        if self._manager is not None:
            self._manager.abort(LinkLost(reason))

    def close(self) -> None:
        """Sign off and stay away."""
        self._closing = True
        self._asleep.set()
        if self._manager is not None:
            self._manager.close()

    async def _live_once(self) -> None:
        """One connection from its start to its loss; always ends with an exception or a close."""
        self.connection += 1
        self._booted.clear()
        address, timing = self._address, self._timing
        self._manager = manager = StrictManager(
            address.host, address.port, self._hear, self._wanted
        )
        async with asyncio.timeout(timing.connect):
            await manager.connect()
            await manager.outlive(None, manager.greeted)
        if self.state is not LinkState.WRONG_PASSWORD:
            self._move(LinkState.CONNECTING, "")
        await self._sign_in()
        if not await manager.outlive(timing.boot, self._booted):
            raise LinkLost("no FullyBooted: it is still starting, or the user lacks read=system")
        started = await self._started()
        self._up = True
        self.inbox.tell(LinkUp(self.connection, started, datetime.now(UTC)))
        self._move(LinkState.SYNCING, "")
        await self._watch(manager)

    async def _sign_in(self) -> None:
        address = self._address
        headers = {"Action": "Login", "Username": address.user, "Secret": address.secret}
        try:
            await self.request(headers | {"Events": "on"})
        except Refused as error:
            raise WrongPassword(ADVICE[LinkState.WRONG_PASSWORD]) from error

    async def _started(self) -> str:
        status = await self.request({"Action": "CoreStatus"})
        return f"{status.get('CoreStartupDate', '')} {status.get('CoreStartupTime', '')}".strip()

    async def _watch(self, manager: StrictManager) -> None:
        """Ping until the connection is lost; cut it when two pings in a row go unanswered."""
        missed = 0
        while True:
            await manager.outlive(self._timing.ping_every, self._asleep)
            try:
                await self.request({"Action": "Ping"})
                missed = 0
            except TimeoutError:
                missed += 1
                if missed >= self._timing.misses:
                    raise LinkLost(f"{missed} pings without an answer") from None
            except Refused:
                missed = 0

    async def _ask(
        self, headers: Mapping[str, Value], seconds: float | None, *, many: bool
    ) -> list[Headers]:
        if self._manager is None:
            raise LinkLost("the link to the PBX is down")
        patience = self._timing.answer if seconds is None else seconds
        return await self._manager.ask(headers, patience, many=many)

    def _hear(self, event: Headers) -> None:
        self.heard_at = datetime.now(UTC)
        name = event["Event"]
        if name == "FullyBooted":
            self._booted.set()
        elif name == "Shutdown":
            self.cut("the PBX is shutting down")
        elif not self.inbox.hear(event):
            log.error("more events than can be taken in: resynchronising", waiting=len(self.inbox))
            self.cut("overflow")

    def _end(self, why: str) -> None:
        if self._manager is not None:
            self._manager.abort(LinkLost(why or "closed"))
            self._manager = None
        if self._up:
            self._up = False
            self.inbox.tell(LinkDown(self.connection, why or "closed", datetime.now(UTC)))

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asleep.wait()

    def _move(self, state: LinkState, why: str) -> None:
        if state is self.state:
            return
        self.state = state
        if state is LinkState.WRONG_PASSWORD:
            log.critical("pbx password refused", advice=why)
        else:
            log.info("pbx link", state=state.value, reason=why)
        self.changed(state, why)


def _accepted(answers: list[Headers]) -> list[Headers]:
    first = answers[0]
    if first.get("Response") == "Error":
        raise Refused(first.get("Message", "no reason given"))
    return answers
