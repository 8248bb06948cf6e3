"""The pure reducer: events of one call in, in any order, with repeats and holes; one record out.

Every event only adds to what is known: the earliest moment of a thing, or that it happened at all.
So neither order nor repetition can change the outcome, and what is missing makes it less exact,
never wrong. No clock, no store, no network in here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from telephony.attempt import Attempt
from telephony.channels import extension_of
from telephony.framing import Headers

Stamp = tuple[float, str]


@dataclass(slots=True)
class Leg:
    """One channel of a call; moments are seconds since 1970 by the PBX's clock."""

    channel: str = ""
    caller: str = ""
    context: str = ""
    born: float | None = None
    rang: float | None = None
    dialled: Stamp | None = None
    bridged: float | None = None
    gone: float | None = None
    cause: str = ""
    lost: bool = False

    @property
    def extension(self) -> str:
        return extension_of(self.channel)


@dataclass(slots=True)
class Call:
    """All that is known of one call, by the linked id its channels share."""

    linkedid: str
    first: float = 0.0
    legs: dict[str, Leg] = field(default_factory=dict)
    queued: float | None = None
    abandoned: float | None = None
    connected: Stamp | None = None
    steps: dict[str, tuple[float, Headers]] = field(default_factory=dict)
    holds: set[Stamp] = field(default_factory=set)
    moved: set[Stamp] = field(default_factory=set)
    attempt: Attempt | None = None
    in_gap: bool = False

    def apply(self, event: Headers, at: float) -> None:
        """Add what ``event`` tells; unknown kinds tell nothing."""
        if not self.first or at < self.first:
            self.first = at
        tell = _TELLS.get(event["Event"])
        if tell is not None:
            tell(self, event, at)

    def leg(self, uniqueid: str) -> Leg:
        """The channel with this id, known from now on."""
        leg = self.legs.get(uniqueid)
        if leg is None:
            leg = self.legs[uniqueid] = Leg()
        return leg

    @property
    def root(self) -> Leg | None:
        """The channel the call began with."""
        return self.legs.get(self.linkedid)

    @property
    def ended(self) -> float | None:
        """When the last channel went; None while one is left, or none was ever seen."""
        last = 0.0
        for leg in self.legs.values():
            if leg.gone is None:
                return None
            last = max(last, leg.gone)
        return last or None

    @property
    def lost(self) -> bool:
        """Whether a part of it ended unseen, while the link was blind."""
        return any(leg.lost for leg in self.legs.values())


def reduce(linkedid: str, events: Iterable[Headers]) -> Call:
    """The whole history at once; events of other calls are passed over."""
    call = Call(linkedid)
    for event in events:
        if linkedid in {event.get("Linkedid"), event.get("DestLinkedid")}:
            call.apply(event, float(event["Timestamp"]))
    return call


def earlier(known: float | None, at: float) -> float:
    """The earlier of two moments, one of which may be unknown."""
    return at if known is None or at < known else known


def _newchannel(call: Call, event: Headers, at: float) -> None:
    leg = call.leg(event["Uniqueid"])
    leg.born = earlier(leg.born, at)
    leg.channel = event.get("Channel", "")
    leg.caller = event.get("CallerIDNum", "")
    leg.context = event.get("Context", "")


def _hangup(call: Call, event: Headers, at: float) -> None:
    leg = call.leg(event["Uniqueid"])
    leg.gone = earlier(leg.gone if not leg.lost else None, at)
    leg.lost = False
    leg.cause = event.get("Cause", "")
    leg.channel = leg.channel or event.get("Channel", "")
    leg.caller = leg.caller or event.get("CallerIDNum", "")


def _rang(call: Call, event: Headers, at: float) -> None:
    uniqueid = event.get("DestUniqueid", "")
    if uniqueid:
        leg = call.leg(uniqueid)
        leg.rang = earlier(leg.rang, at)
        leg.channel = leg.channel or event.get("DestChannel", "")


def _dial_end(call: Call, event: Headers, at: float) -> None:
    uniqueid = event.get("DestUniqueid", "")
    if uniqueid:
        leg = call.leg(uniqueid)
        told = (at, event.get("DialStatus", ""))
        leg.dialled = told if leg.dialled is None else min(leg.dialled, told)
        leg.channel = leg.channel or event.get("DestChannel", "")


def _joined(call: Call, _event: Headers, at: float) -> None:
    call.queued = earlier(call.queued, at)


def _abandoned(call: Call, _event: Headers, at: float) -> None:
    call.abandoned = earlier(call.abandoned, at)


def _connected(call: Call, event: Headers, at: float) -> None:
    interface = event.get("DestChannel") or event.get("Interface", "")
    told = (at, extension_of(interface))
    call.connected = told if call.connected is None else min(call.connected, told)


def _bridged(call: Call, event: Headers, at: float) -> None:
    leg = call.leg(event["Uniqueid"])
    leg.bridged = earlier(leg.bridged, at)
    leg.channel = leg.channel or event.get("Channel", "")


def _held(call: Call, event: Headers, at: float) -> None:
    call.holds.add((at, event["Event"]))


def _said(call: Call, event: Headers, at: float) -> None:
    step = event.get("Step", "")
    if event.get("UserEvent") != "Minsheng" or not step:
        return
    key = f"{step}:{event.get('Key', '')}".rstrip(":")
    known = call.steps.get(key)
    if known is None or at < known[0]:
        call.steps[key] = (at, event)


def _transferred(call: Call, event: Headers, at: float) -> None:
    call.moved.add((at, event["Event"]))


_TELLS: dict[str, Callable[[Call, Headers, float], None]] = {
    "Newchannel": _newchannel,
    "Hangup": _hangup,
    "AgentCalled": _rang,
    "DialBegin": _rang,
    "DialEnd": _dial_end,
    "QueueCallerJoin": _joined,
    "QueueCallerAbandon": _abandoned,
    "AgentConnect": _connected,
    "BridgeEnter": _bridged,
    "Hold": _held,
    "Unhold": _held,
    "UserEvent": _said,
    "BlindTransfer": _transferred,
    "AttendedTransfer": _transferred,
}
WANTED = frozenset(_TELLS)
"""The events that tell something about a call."""
