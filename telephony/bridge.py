"""The telephony process: the link's events to the books, and the books' state back to the PBX.

One consumer takes what the link heard, in order. No SQL runs in its way; the ledger writes beside
it. After every new connection a snapshot decides what still goes on (telephony rules 1, 7, 8).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from time import time

import structlog

from intake.domain.call import LinkState
from intake.services import pbx_link
from intake.services.agent_calls import agent_reachable, restore_agents
from intake.services.call_log import open_calls
from intake.services.open_attempts import open_attempts
from intake.services.outbox import StoreUnavailable
from intake.services.telephony_round import each_second
from intake.services.workroom import Workroom
from telephony import calls, queue
from telephony.attempt import Attempt
from telephony.backfill import Backfill
from telephony.commands import Executor
from telephony.connection import Address, Link, Refused, Timing
from telephony.exchange import Exchange
from telephony.framing import Headers
from telephony.held import back_in_line, held_alone, watch_held
from telephony.hours import keep_hours
from telephony.inbox import Heard, LinkDown, LinkUp
from telephony.ledger import Ledger
from telephony.number_lists import sync_lists
from telephony.orders import Switchboard
from telephony.originate import Originator
from telephony.queue import QueueMirror
from telephony.snapshot import list_channels, take_snapshot
from telephony.steps import hear_step
from telephony.verdict import Rules
from telephony.wire import LinkLost

log = structlog.get_logger()

WANTED = calls.WANTED | queue.WANTED | {"OriginateResponse"}
_CLOCK_SKEW = 300.0
_SEEN_AT_LEAST = timedelta(seconds=5)
_TROUBLE = (LinkLost, TimeoutError, Refused)


@dataclass(slots=True)
class Pace:
    """Seconds between the rounds of what is looked at now and then."""

    seen: float = 1.0
    look_round: float = 60.0


@dataclass(slots=True)
class Bridge:
    """One per process; made by ``make_bridge``, run by ``run`` until cancelled."""

    room: Workroom
    link: Link
    exchange: Exchange
    queue: QueueMirror
    ledger: Ledger
    originator: Originator
    executor: Executor
    pace: Pace = field(default_factory=Pace)
    resync_seconds: float = 0.0
    unreadable: int = 0
    _epoch: datetime | None = None
    _lost_at: datetime | None = None
    _syncing: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Follow the PBX until cancelled; what was heard is written before the end."""
        await self._recall()
        work = (
            self.link.run(),
            self._consume(),
            self.ledger.run(),
            self.executor.run(),
            keep_hours(self.executor.board),
            watch_held(self.executor.board),
            Backfill(self.room, self.ledger, self.link, self.exchange.rules).run(),
            self._each_second(),
            self._look_round(),
        )
        tasks = [asyncio.create_task(one) for one in work]
        try:
            await asyncio.gather(*tasks)
        finally:
            self.link.close()
            tasks += [self._syncing] if self._syncing is not None else []
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(StoreUnavailable):
                await self.ledger.flush()

    async def _recall(self) -> None:
        """What the books know from before: open calls, the PBX's start, and how long we slept."""
        name = self.room.settings.pbx_name
        row = await self.ledger.call(partial(pbx_link.read_link, self.room, name))
        records = await self.ledger.call(partial(open_calls, self.room, name))
        for attempt in await self.ledger.call(partial(open_attempts, self.room, name)):
            self.exchange.expect(Attempt(attempt.id, attempt.purpose, attempt.extension))
        self.exchange.recall(records, time())
        if row is not None and row.last_event_at is not None:
            self._epoch, self._lost_at = row.epoch, row.last_event_at
            self.ledger.note(partial(pbx_link.open_gap, self.room, name, row.last_event_at))

    async def _consume(self) -> None:
        while True:
            for item in await self.link.inbox.take():
                await self._handle(item)
            await asyncio.sleep(0)

    async def _handle(self, item: Heard) -> None:
        if isinstance(item, LinkUp):
            try:
                await self._resync(item)
            except _TROUBLE as error:
                log.warning("no snapshot", reason=str(error))
                self.link.cut("no snapshot")
        elif isinstance(item, LinkDown):
            self._lose(item)
        else:
            self.hear(item)

    def hear(self, event: Headers) -> None:
        """One event of the PBX, in memory only; one that makes no sense costs itself."""
        now = time()
        try:
            self._follow(event, _moment(event, now), now)
        except (KeyError, ValueError):
            self.unreadable += 1
            log.warning("an event makes no sense", event_name=event.get("Event", ""))

    def _follow(self, event: Headers, at: float, now: float) -> None:
        if event["Event"] in calls.WANTED:
            self.exchange.hear(event, at, now)
        if event["Event"] in queue.WANTED:
            self.queue.hear(event, at)
        elif event["Event"] == "UserEvent":
            hear_step(self.room, self.ledger, event)
        elif event["Event"] == "OriginateResponse":
            self.originator.hear(event)

    def _lose(self, down: LinkDown) -> None:
        self._lost_at = self.link.heard_at or down.at
        self.originator.lose()
        name = self.room.settings.pbx_name
        self.ledger.note(partial(pbx_link.open_gap, self.room, name, self._lost_at))

    async def _resync(self, up: LinkUp) -> None:
        """Mark and sweep. Events keep waiting in the inbox until the snapshot is in; they are
        newer than what it says, so they are applied to it before anything is swept."""
        began = time()
        snapshot = await take_snapshot(self.link, self.queue.queue)
        now = time()
        self.exchange.adopt(snapshot.channels, now)
        self.queue.adopt(snapshot.callers, snapshot.members, now)
        while len(self.link.inbox):
            for item in await self.link.inbox.take(len(self.link.inbox)):
                if isinstance(item, LinkUp | LinkDown):
                    await self._handle(item)
                    return
                self.hear(item)
        lost_at = self._lost_at
        self.exchange.sweep(
            snapshot.uniqueids,
            up.at.timestamp(),
            None if lost_at is None else lost_at.timestamp(),
            now,
        )
        if lost_at is not None:
            self.exchange.mark_gap()
            await self._settle_attempts(now)
        self.resync_seconds = time() - began
        self._live(up, _epoch_of(up.started))

    async def _settle_attempts(self, now: float) -> None:
        """Dials of which neither the books nor the PBX know anything ended while nobody looked."""
        name = self.room.settings.pbx_name
        try:
            attempts = await self.ledger.call(partial(open_attempts, self.room, name))
        except StoreUnavailable:
            return
        for attempt in attempts:
            if attempt.dialled and not attempt.known and attempt.id not in self.exchange.calls:
                self.exchange.lose(attempt.id, attempt.planned_at.timestamp(), now)

    def _live(self, up: LinkUp, epoch: datetime | None) -> None:
        known = epoch is not None and self._epoch is not None
        restarted = epoch != self._epoch if known else None
        self._epoch, lost_at, self._lost_at = epoch, self._lost_at, None
        if not self.link.confirm_live(up.connection):
            self._lost_at = lost_at
            return
        log.info(
            "calls are known again", restarted=restarted, seconds=round(self.resync_seconds, 3)
        )
        name = self.room.settings.pbx_name
        now = datetime.now(UTC)
        self.ledger.note(partial(pbx_link.close_gap, self.room, name, now, restarted))
        self.ledger.note(partial(restore_agents, self.room))
        self._syncing = asyncio.create_task(sync_lists(self.executor.board, self.ledger))

    def link_changed(self, state: LinkState, why: str) -> None:
        """Publish how the link is doing."""
        self.ledger.note(
            partial(
                pbx_link.tell_link,
                self.room,
                self.room.settings.pbx_name,
                state,
                connection=self.link.connection,
                epoch=self._epoch,
                detail=why,
            )
        )

    async def _each_second(self) -> None:
        """Due times of the store, and what the wallboard shows."""
        told: datetime | None = None
        while True:
            await asyncio.sleep(self.pace.seen)
            self.ledger.note(partial(each_second, self.room))
            told = self._tell_seen(told)

    def _tell_seen(self, told: datetime | None) -> datetime | None:
        """Publish when the PBX was last heard, who waits, and which telephones are there."""
        news, self.queue.news = self.queue.news, {}
        for extension, reachable in news.items():
            self.ledger.note(partial(self._reachable, extension, reachable))
        heard = self.link.heard_at
        if self.link.state is not LinkState.LIVE or heard is None:
            return told
        if not self.queue.changed and told is not None and heard - told < _SEEN_AT_LEAST:
            return told
        self.queue.changed = False
        name, rows = self.room.settings.pbx_name, self.queue.rows()
        self.ledger.note(partial(pbx_link.tell_seen, self.room, name, heard, rows))
        return heard

    def _reachable(self, extension: str, reachable: bool) -> None:
        self.room.database.write(lambda unit: agent_reachable(unit, extension, reachable))

    async def _look_round(self) -> None:
        """A hang-up that was never told must not leave a call open for ever."""
        while True:
            await asyncio.sleep(self.pace.look_round)
            if self.link.state is not LinkState.LIVE:
                continue
            asked = time()
            with suppress(*_TROUBLE):
                listed = await list_channels(self.link)
                seen = {channel["Uniqueid"] for channel in listed}
                self.exchange.sweep(seen, asked - 2.0, None, asked)
                await self._free_held(listed)

    async def _free_held(self, listed: Sequence[Headers]) -> None:
        """Callers who were on hold when an earlier process ended, and whose operator is gone."""
        for one in listed:
            call = self.exchange.calls.get(one.get("Linkedid", ""))
            if call is not None and (channel := held_alone(call, one)):
                await back_in_line(self.executor.board, call, channel)


def make_bridge(room: Workroom, *, timing: Timing | None = None) -> Bridge:
    """Put the parts together from the room's settings; needs a running event loop."""
    settings = room.settings
    address = Address(
        settings.pbx_host,
        settings.pbx_ami_port,
        settings.pbx_ami_user,
        settings.pbx_ami_secret.get_secret_value(),
    )
    exchange = Exchange(Rules(settings.pbx_name, settings.short_seconds))
    mirror = QueueMirror(settings.pbx_queue)
    link = Link(address, WANTED, timing=timing)
    ledger, originator = Ledger(room, exchange), Originator(link)
    board = Switchboard(room, link, exchange, mirror, originator)
    bridge = Bridge(room, link, exchange, mirror, ledger, originator, Executor(board, ledger))
    bridge.link.changed = bridge.link_changed
    return bridge


def _moment(event: Headers, now: float) -> float:
    """When it happened by the PBX's clock; by ours when that one is missing or absurd."""
    told = event.get("Timestamp")
    if told is None:
        return now
    try:
        at = float(told)
    except ValueError:
        return now
    return at if abs(at - now) < _CLOCK_SKEW else now


def _epoch_of(started: str) -> datetime | None:
    """The PBX's start as it says itself; None when that cannot be right."""
    try:
        epoch = datetime.fromisoformat(started).replace(tzinfo=UTC)
    except ValueError:
        return None
    sane = datetime(2000, 1, 1, tzinfo=UTC) < epoch < datetime.now(UTC) + timedelta(days=2)
    return epoch if sane else None
