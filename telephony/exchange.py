"""All calls of the PBX that are going on, and what the books have not been told of them yet.

Only memory: events come in, changes go out in batches, and nothing is forgotten before the store
has it. Calls that ended stay a while, because late words about them may still be on their way.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from intake.domain.call import CallRecord, Direction
from intake.services.call_books import CallChange
from telephony.attempt import Attempt
from telephony.calls import Call, Leg
from telephony.framing import Headers
from telephony.verdict import Rules, record_of

SETTLE_SECONDS = 0.3
KEEP_SECONDS = 30.0
_REMEMBERED = 20_000


@dataclass(slots=True)
class _Told:
    """What the books know of a call; ``at`` is when something was last heard."""

    at: float = 0.0
    looked_at: float = -1.0
    record: CallRecord | None = None
    rung: frozenset[str] = frozenset()
    talking: frozenset[str] = frozenset()
    freed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Exchange:
    """``most`` bounds the calls held while the store is away; ``dropped`` counts those given up."""

    rules: Rules
    most: int = 20_000
    dropped: int = 0
    calls: dict[str, Call] = field(default_factory=dict)
    _told: dict[str, _Told] = field(default_factory=dict)
    _dirty: set[str] = field(default_factory=set)
    _home: dict[str, str] = field(default_factory=dict)
    _over: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _attempts: dict[str, Attempt] = field(default_factory=dict)

    def hear(self, event: Headers, at: float, now: float) -> None:
        """Add one event that happened at ``at`` and was heard at ``now``."""
        key = event.get("Linkedid") or event.get("DestLinkedid")
        uniqueid = event.get("Uniqueid") or event.get("DestUniqueid") or ""
        if not key:
            key = self._home.get(uniqueid, "")
        if not key or key in self._over:
            return
        call = self.calls.get(key) or self._open(key)
        if uniqueid:
            before = self._home.get(uniqueid)
            if before is not None and before != key:
                self._move(uniqueid, before, call, at, now)
            self._home[uniqueid] = key
        call.apply(event, at)
        self._touch(key, now)

    def expect(self, attempt: Attempt) -> None:
        """A call of ours is about to begin under the attempt's id."""
        self._attempts[attempt.id] = attempt
        call = self.calls.get(attempt.id)
        if call is not None:
            call.attempt = attempt

    def fail(self, attempt_id: str, now: float) -> None:
        """No channel came of this attempt: its call is over before it began."""
        if attempt_id in self._over:
            return
        call = self.calls.get(attempt_id) or self._open(attempt_id)
        if not call.legs:
            root = call.leg(attempt_id)
            root.born = root.gone = call.first = now
            self._touch(attempt_id, now)

    def lose(self, attempt_id: str, at: float, now: float) -> None:
        """Nobody knows what became of this attempt: the PBX's own log may."""
        self.fail(attempt_id, now)
        call = self.calls.get(attempt_id)
        root = call.root if call is not None else None
        if call is not None and root is not None and root.gone == now:
            root.born = root.gone = call.first = at
            root.lost = call.in_gap = True

    def recall(self, records: Iterable[CallRecord], now: float) -> None:
        """Calls the books hold open, from before this process; the snapshot decides about them."""
        for record in records:
            if record.linkedid in self.calls:
                continue
            call = self._open(record.linkedid)
            call.resume(record)
            self._told[record.linkedid] = _Told(at=now, record=record)

    def adopt(self, channels: Sequence[Headers], now: float) -> None:
        """Channels of a snapshot: those unknown began while nobody listened."""
        for channel in channels:
            key = channel.get("Linkedid", "")
            if not key or key in self._over:
                continue
            known = key in self.calls
            call = self.calls.get(key) or self._open(key)
            self._home[channel["Uniqueid"]] = key
            if call.adopt(channel, now) or not known:
                call.in_gap = call.in_gap or not known
                self._touch(key, now)

    def sweep(self, seen: Iterable[str], up_at: float, lost_at: float | None, now: float) -> int:
        """End what is not in the snapshot and was there before ``up_at``; returns how many calls.

        ``lost_at`` is when the link was lost: what ended since ended unseen. None for the ordinary
        look round on a live link.
        """
        live = frozenset(seen)
        ended = 0
        for key, call in self.calls.items():
            gone = [
                leg
                for uniqueid, leg in call.legs.items()
                if leg.gone is None and uniqueid not in live and leg.since < up_at
            ]
            for leg in gone:
                leg.gone = now if lost_at is None else max(lost_at, leg.since)
                leg.lost = lost_at is not None
            if gone:
                call.in_gap = call.in_gap or lost_at is not None
                self._touch(key, now)
                ended += call.ended is not None
        return ended

    def mark_gap(self) -> None:
        """The link was blind for a while: whatever is going on has a hole in its story."""
        for call in self.calls.values():
            if call.ended is None:
                call.in_gap = True

    def due(self, now: float) -> list[CallChange]:
        """What the books should be told now; ``told`` says that they have been."""
        changes = []
        for key in list(self._dirty):
            call, told = self.calls[key], self._told[key]
            settling = now - told.at < SETTLE_SECONDS and call.ended is not None
            if settling and told.looked_at == told.at:
                continue
            change = self._change(call, told, settling)
            told.looked_at = told.at if settling and change is None else -1.0
            if change is not None:
                changes.append(change)
            elif not settling:
                self._dirty.discard(key)
        return changes

    def told(self, changes: Sequence[CallChange]) -> None:
        """The store has these."""
        for change in changes:
            told = self._told.get(change.record.linkedid)
            if told is not None:
                told.record = change.record
                told.rung |= frozenset(change.rung)
                told.talking |= frozenset(change.talking)
                told.freed |= frozenset(change.freed)

    def tidy(self, now: float) -> None:
        """Forget calls that are over and told; when the store is away for long, even others."""
        over = [
            key
            for key, call in self.calls.items()
            if key not in self._dirty
            and now - self._told[key].at > KEEP_SECONDS
            and (call.ended is not None or not call.legs)
        ]
        for key in over:
            self._forget(key)
        if len(self.calls) > self.most:
            ended = [key for key, call in self.calls.items() if call.ended is not None]
            for key in ended[: len(self.calls) - self.most]:
                self.dropped += 1
                self._forget(key)

    def live(self) -> list[Call]:
        """Calls that are going on."""
        return [call for call in self.calls.values() if call.legs and call.ended is None]

    def _open(self, key: str) -> Call:
        call = self.calls[key] = Call(key, attempt=self._attempts.get(key))
        self._told[key] = _Told()
        return call

    def _touch(self, key: str, now: float) -> None:
        self._dirty.add(key)
        self._told[key].at = now

    def _move(self, uniqueid: str, before: str, to: Call, at: float, now: float) -> None:
        """A channel joined another call, as when a consultation becomes a transfer."""
        source = self.calls.get(before)
        leg = source.legs.get(uniqueid) if source is not None else None
        if source is None or leg is None:
            return
        if uniqueid not in to.legs:
            to.legs[uniqueid] = Leg(leg.channel, leg.caller, leg.context, leg.born, leg.rang)
        leg.gone = at if leg.gone is None else leg.gone
        source.moved.add((at, "Joined"))
        self._touch(before, now)

    def _change(self, call: Call, told: _Told, settling: bool) -> CallChange | None:
        record = record_of(call, self.rules, open_still=settling)
        if record is None:
            return None
        lines = [leg for leg in call.legs.values() if leg.extension]
        rung = {leg.extension for leg in lines if leg.rang is not None}
        if record.direction is Direction.OUT and record.extension:
            rung.add(record.extension)
        talking = {leg.extension for leg in lines if leg.bridged is not None}
        if record.answered_at is not None and record.extension:
            talking.add(record.extension)
        there = {leg.extension for leg in lines if leg.gone is None}
        freed = {leg.extension for leg in lines if leg.gone is not None} - there
        if record.ended_at is not None and record.extension:
            freed.add(record.extension)
        change = CallChange(
            record,
            new=told.record is None,
            rung=tuple(sorted(rung - told.rung)),
            talking=tuple(sorted(talking - told.talking)),
            freed=tuple(sorted(freed - told.freed)),
            answered=_newly(told.record, record, "answered_at"),
            ended=_newly(told.record, record, "ended_at"),
        )
        idle = not (change.rung or change.talking or change.freed)
        return None if idle and record == told.record else change

    def _forget(self, key: str) -> None:
        call = self.calls.pop(key)
        del self._told[key]
        self._dirty.discard(key)
        self._attempts.pop(key, None)
        for uniqueid in call.legs:
            self._home.pop(uniqueid, None)
        self._over[key] = None
        while len(self._over) > _REMEMBERED:
            self._over.popitem(last=False)


def _newly(before: CallRecord | None, now: CallRecord, name: str) -> bool:
    known: datetime | None = None if before is None else getattr(before, name)
    return known is None and getattr(now, name) is not None
