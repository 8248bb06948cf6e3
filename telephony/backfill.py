"""What the link missed, filled in from the PBX's own log (architecture decision 11).

A gap names the time; every call the log has in it is judged anew by the rules of the live ones.
Calls the log knows nothing about stay LOST_TRACK, save dials of ours that never began.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from intake.domain.call import CallOutcome, CallRecord, CallSource, LinkState
from intake.services.call_books import CallChange, save_calls
from intake.services.call_log import calls_to_fill, known_linkedids
from intake.services.outbox import StoreUnavailable
from intake.services.pbx_link import Gap, gap_filled, gaps_to_fill
from intake.services.workroom import Workroom
from telephony.attempt import Attempt
from telephony.calls import Call
from telephony.connection import Link
from telephony.event_log import NoLog, read_log
from telephony.framing import Headers
from telephony.ledger import Ledger
from telephony.verdict import Rules, record_of

log = structlog.get_logger()

_LOOK_SECONDS = 2.0
_SETTLED = timedelta(seconds=2)
_SILENT_FOR = timedelta(seconds=30)


@dataclass(slots=True)
class Backfill:
    """Looks every few seconds whether something is to be filled; does nothing without a log."""

    room: Workroom
    ledger: Ledger
    link: Link
    rules: Rules
    _told_missing: bool = False
    _tried: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Fill for ever."""
        folder = self.room.settings.pbx_logs
        while folder is not None:
            await asyncio.sleep(_LOOK_SECONDS)
            if self.link.state is not LinkState.LIVE:
                continue
            try:
                await self.ledger.call(partial(self.round, folder))
            except StoreUnavailable:
                continue
            except NoLog as error:
                if not self._told_missing:
                    log.error("gaps cannot be filled", reason=str(error))
                self._told_missing = True

    def round(self, folder: Path) -> int:
        """Fill what is due now; returns how many calls. Raises NoLog and StoreUnavailable."""
        name = self.room.settings.pbx_name
        now = datetime.now(UTC)
        filled = 0
        for gap in gaps_to_fill(self.room, name):
            if gap.resumed_at is not None and gap.resumed_at + _SETTLED < now:
                count = self._fill_gap(folder, gap)
                gap_filled(self.room, gap, count)
                filled += count
        return filled + self._fill_calls(folder, calls_to_fill(self.room, name), now)

    def _fill_gap(self, folder: Path, gap: Gap) -> int:
        """Calls that came and went while nobody looked."""
        resumed = gap.resumed_at or gap.lost_at
        events = read_log(folder, gap.lost_at.timestamp(), resumed.timestamp())
        known = known_linkedids(self.room, self.rules.pbx, set(events))
        missing = set(events) - known
        found = [
            record
            for linkedid in sorted(missing)
            if (record := self._judge(linkedid, events[linkedid])) and record.ended_at
        ]
        self._save(found)
        return len(found)

    def _fill_calls(self, folder: Path, calls: Iterable[CallRecord], now: datetime) -> int:
        """Calls whose end, or a part of it, was not seen."""
        holes = [one for one in calls if one.linkedid not in self._tried]
        if not holes:
            return 0
        since = min(one.started_at for one in holes).timestamp()
        events = read_log(folder, since, now.timestamp())
        filled = []
        for hole in holes:
            record = self._judge(hole.linkedid, events.get(hole.linkedid, ()), hole)
            if record is not None and record.ended_at is not None:
                filled.append(record)
                self._tried.add(hole.linkedid)
            elif now - (hole.ended_at or now) > _SILENT_FOR:
                self._tried.add(hole.linkedid)
                if hole.attempt_id is not None and hole.linkedid not in events:
                    outcome = CallOutcome.FAILED
                    filled.append(replace(hole, outcome=outcome, source=CallSource.BACKFILL))
        self._save(filled)
        return len(filled)

    def _judge(
        self, linkedid: str, events: Iterable[Headers], hole: CallRecord | None = None
    ) -> CallRecord | None:
        """The record by the log; None when it tells of no call of ours, or not enough."""
        call = judged(linkedid, events, hole)
        if not call.legs:
            return None
        if hole is not None and call.ended is None and hole.ended_at is not None:
            # The PBX died with the call: whoever was talking was answered, and it ended then.
            _end_all(call, hole.ended_at.timestamp())
            record = record_of(call, self.rules)
            if record is None or record.answered_at is None:
                return None
        else:
            record = record_of(call, self.rules)
        if record is None:
            return None
        return replace(record, source=CallSource.BACKFILL, in_gap=True)

    def _save(self, records: list[CallRecord]) -> None:
        save_calls(self.room, [CallChange(record) for record in records])
        if records:
            log.info("calls filled in from the PBX's own log", calls=len(records))


def judged(linkedid: str, events: Iterable[Headers], hole: CallRecord | None = None) -> Call:
    """A call by the PBX's log; ``hole`` is what the books know of a dial of ours."""
    call = Call(linkedid)
    if hole is not None and hole.attempt_id is not None:
        call.attempt = Attempt(hole.attempt_id, hole.purpose, hole.extension)
    for event in events:
        call.apply(event, float(event["Timestamp"]))
    return call


def _end_all(call: Call, at: float) -> None:
    for leg in call.legs.values():
        if leg.gone is None:
            leg.gone = max(at, leg.since)
