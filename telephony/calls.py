"""The pure reducer: events of one call in, in any order, with repeats and holes; one record out.

Every event only adds to what is known: the earliest moment of a thing, or that it happened at all.
So neither order nor repetition can change the outcome, and what is missing makes it less exact,
never wrong. No clock, no store, no network in here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from intake.domain.call import CallRecord
from telephony.attempt import Attempt
from telephony.channels import extension_of
from telephony.framing import Headers

Stamp = tuple[float, str]

_UP = "6"


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

    @property
    def since(self) -> float:
        """The earliest moment it was heard of; 0 when only its end is known."""
        told = [at for at in (self.born, self.rang, self.bridged) if at is not None]
        return min(told, default=self.dialled[0] if self.dialled else 0.0)


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
    before: CallRecord | None = None
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

    def resume(self, record: CallRecord) -> None:
        """Go on from what the books say of a call that was open when the process ended."""
        self.before = record
        self.in_gap = True
        self.first = record.started_at.timestamp()
        self.leg(self.linkedid).born = self.first
        if record.queued_at is not None:
            self.queued = record.queued_at.timestamp()
        if record.attempt_id is not None and self.attempt is None:
            self.attempt = Attempt(record.attempt_id, record.purpose, record.extension)

    def adopt(self, channel: Headers, now: float) -> bool:
        """Take over a channel of a snapshot; True when it tells something new."""
        uniqueid = channel["Uniqueid"]
        leg = self.legs.get(uniqueid)
        if leg is not None and leg.channel and leg.born is not None:
            return False
        leg = self.leg(uniqueid)
        leg.channel = channel.get("Channel", "")
        leg.context = channel.get("Context", "")
        leg.caller = leg.caller or channel.get("CallerIDNum", "")
        leg.born = earlier(leg.born, now - _seconds(channel.get("Duration", "")))
        if channel.get("BridgeId"):
            leg.bridged = earlier(leg.bridged, now)
        if self.attempt is not None and channel.get("ChannelState") == _UP and leg.dialled is None:
            leg.dialled = (now, "ANSWER")
        if not self.first or leg.born < self.first:
            self.first = leg.born
        return True

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
        """Whether it ended unseen, while the link was blind."""
        root = self.root
        return root.lost if root is not None else any(leg.lost for leg in self.legs.values())


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


def _seconds(duration: str) -> float:
    """``HH:MM:SS`` of a channel's age."""
    parts = duration.split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return 0.0
    hours, minutes, seconds = (int(part) for part in parts)
    return hours * 3600.0 + minutes * 60.0 + seconds


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
