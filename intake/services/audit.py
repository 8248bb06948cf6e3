"""Check the whole history: every chain, every head, every seal (decision 5).

One consistent snapshot is streamed twice, by subject for the chains and by id for the seals, in
constant memory. What is looked for: an event changed, removed, added or moved after the fact.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select

from intake.domain.events import GENESIS, EventType, Fact, Subject
from intake.services.workroom import Workroom
from intake.store.seals import SealDigest
from intake.store.tables import account, casefile, event, seal, ticket

Progress = Callable[[int, int], None]

_HEADS: dict[Subject, Table] = {
    Subject.ACCOUNT: account,
    Subject.CASE: casefile,
    Subject.TICKET: ticket,
}
_UNCHAINED = (Subject.CALL, Subject.AGENT, Subject.PBX, Subject.MESSAGE)
"""Facts of moments: each is hashed by itself, and the seals hold them in their place."""

_AT_A_TIME = 1_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """``fault`` names the first row that does not fit; it is empty when all is sound.

    ``newest_seal`` is worth writing down elsewhere: it covers everything up to ``sealed_to``.
    """

    events: int
    seals: int
    sealed_to: int
    newest_seal: str
    fault: str = ""

    @property
    def sound(self) -> bool:
        return not self.fault


class _Fault(Exception):
    """The first row that does not fit."""


def verify(room: Workroom, progress: Progress | None = None) -> Verdict:
    """Check everything; ``progress`` is told rows done and rows in all, now and then."""
    with room.database.read() as conn:
        if conn.dialect.name == "postgresql":
            conn = conn.execution_options(isolation_level="REPEATABLE READ")
        events = conn.execute(select(func.count()).select_from(event)).scalar_one()
        count = _Count(progress, 2 * events)
        seals = _Seals()
        fault = ""
        try:
            _no_strangers(conn)
            for subject, table in _HEADS.items():
                _check_chains(conn, subject, table, count)
            _check_moments(conn, count)
            seals.check(conn, count)
        except _Fault as found:
            fault = str(found)
    return Verdict(events, seals.checked, seals.sealed_to, seals.hash, fault)


class _Count:
    """Tells the progress every thousand rows."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def one(self) -> None:
        self._done += 1
        told = self._done % _AT_A_TIME == 0 or self._done == self._total
        if told and self._progress is not None:
            self._progress(self._done, self._total)


def _stream(conn: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    return iter(conn.execute(query.execution_options(yield_per=_AT_A_TIME)))


def _no_strangers(conn: Connection) -> None:
    known = [subject.value for subject in (*_HEADS, *_UNCHAINED)]
    query = select(event.c.id, event.c.subject).where(event.c.subject.not_in(known))
    row = conn.execute(query.order_by(event.c.id).limit(1)).first()
    if row is not None:
        raise _Fault(f"event {row.id}: its subject {row.subject!r} is unknown")


def _check_chains(conn: Connection, subject: Subject, table: Table, count: _Count) -> None:
    """Every subject's events in id order: each content fits its hash and follows the one before."""
    rows = _stream(
        conn,
        select(event)
        .where(event.c.subject == subject.value)
        .order_by(event.c.subject_id, event.c.id),
    )
    heads = _stream(conn, select(table.c.id, table.c.head_hash).order_by(table.c.id))
    head = next(heads, None)
    for subject_id, chain in groupby(rows, key=lambda row: int(row.subject_id)):
        while head is not None and head.id < subject_id:
            _require_unused(subject, head)
            head = next(heads, None)
        last = _check_chain(chain, count)
        if head is None or head.id != subject_id:
            raise _Fault(f"event {last.id}: its subject {subject} {subject_id} does not exist")
        if head.head_hash != last.hash:
            raise _Fault(
                f"{table.name} {subject_id}: its head is not its last event {last.id}; "
                "later events are gone, or the head was changed"
            )
        head = next(heads, None)
    while head is not None:
        _require_unused(subject, head)
        head = next(heads, None)


def _check_moments(conn: Connection, count: _Count) -> None:
    """Facts without a chain: each content fits its hash, and none claims one before it."""
    kinds = [subject.value for subject in _UNCHAINED]
    query = select(event).where(event.c.subject.in_(kinds)).order_by(event.c.id)
    for row in _stream(conn, query):
        count.one()
        if _digest(row) != row.hash or row.prev_hash != GENESIS:
            raise _Fault(f"event {row.id}: its content does not fit its hash; it was changed")


def _check_chain(chain: Iterator[Row[Any]], count: _Count) -> Row[Any]:
    """Check one subject's events; returns the last one."""
    before = GENESIS
    last = None
    for row in chain:
        count.one()
        if _digest(row) != row.hash:
            raise _Fault(f"event {row.id}: its content does not fit its hash; it was changed")
        if row.prev_hash != before:
            raise _Fault(
                f"event {row.id}: it does not follow the event stored before it; "
                "an event was removed, added or moved"
            )
        before, last = row.hash, row
    if last is None:
        raise AssertionError("a group has at least one row")
    return last


def _digest(row: Row[Any]) -> str | None:
    """The hash of an event's content; None when it names a type that does not exist."""
    if row.type not in set(EventType) or not isinstance(row.data, dict):
        return None
    return Fact(
        subject=Subject(row.subject),
        subject_id=row.subject_id,
        type=EventType(row.type),
        at=row.at,
        actor_role=row.actor_role,
        actor_name=row.actor_name,
        actor_id=row.actor_id,
        from_state=row.from_state,
        to_state=row.to_state,
        version=row.version,
        data=row.data,
        prev_hash=row.prev_hash,
    ).digest()


def _require_unused(subject: Subject, head: Row[Any]) -> None:
    if head.head_hash != GENESIS:
        raise _Fault(f"{_HEADS[subject].name} {head.id}: all of its events are gone")


class _Seals:
    """Every seal covers what was there, and the seal before it."""

    def __init__(self) -> None:
        self.checked = 0
        self.sealed_to = 0
        self.hash = GENESIS

    def check(self, conn: Connection, count: _Count) -> None:
        rows = _stream(conn, select(event.c.id, event.c.hash).order_by(event.c.id))
        row = next(rows, None)
        for one in _stream(conn, select(seal).order_by(seal.c.id)):
            self._require_next(one)
            digest = SealDigest(one.prev_hash)
            while row is not None and row.id <= one.last_event:
                if row.id < one.first_event:
                    raise _Fault(f"event {row.id}: it was added before seal {one.id} began")
                digest.add(row.id, row.hash)
                count.one()
                row = next(rows, None)
            if digest.events != one.events:
                raise _Fault(
                    f"seal {one.id}: it covers {one.events} events from {one.first_event} to "
                    f"{one.last_event}, but {digest.events} are there"
                )
            if digest.close(one.at) != one.hash:
                raise _Fault(f"seal {one.id}: its events or the seal itself were changed")
            self.checked += 1
            self.sealed_to, self.hash = one.last_event, one.hash
        while row is not None:
            count.one()
            row = next(rows, None)

    def _require_next(self, one: Row[Any]) -> None:
        if one.prev_hash != self.hash:
            raise _Fault(f"seal {one.id}: it does not follow the seal before it; one is missing")
        if one.first_event <= self.sealed_to or one.last_event < one.first_event:
            raise _Fault(f"seal {one.id}: its range does not begin after the seal before it")
