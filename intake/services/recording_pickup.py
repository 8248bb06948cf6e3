"""Recordings come from the PBX's folder into ours: expected from the history, fetched when whole.

What is expected follows from the facts of ended calls, read by cursor, so that no event of the PBX
is needed and none can be missed. A file is fetched once it no longer grows, sealed, and only then
removed at the PBX. What never comes is MISSING, and said so.
"""

import hashlib
import re
import secrets
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from intake.domain.call import CallOutcome, Purpose
from intake.domain.events import EventType, Fact, Subject
from intake.domain.numbers import COUNTY_ZONE
from intake.domain.people import SYSTEM
from intake.domain.recording import SILENT_BYTES, RecordingKind, RecordingState
from intake.security.sealed_stream import PIECE_BYTES, SealedWriter
from intake.services.voicemail import settle_voicemail
from intake.services.workroom import Workroom
from intake.store.cursors import behind, locked_cursor, move_cursor
from intake.store.tables import call, event, recording
from intake.store.unit import Unit

_CURSOR = "expected-recordings"
_BATCH = 500
_LOOK_BACK = timedelta(days=2)
_STABLE = timedelta(seconds=2)
_NAME = re.compile(r"[A-Za-z0-9-][A-Za-z0-9.-]{0,79}")
_NOT_RECORDED = (Purpose.AUTO_RETURN.value, Purpose.INTERNAL.value)
_ENDS = (EventType.CALL_ENDED.value, EventType.CALL_LOST_TRACK.value)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A recording that should lie, or be growing, in the PBX's folder."""

    id: int
    call_id: int
    kind: RecordingKind
    file: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """Sealed in our folder under ``key``; ``key`` is empty when there was no sound to keep."""

    key: str
    sha256: str
    size: int
    seconds: float | None


def expect_recordings(room: Workroom) -> int:
    """Write a row for every recording that calls ended since should have left; returns how many."""
    with room.database.read() as conn:
        if not behind(conn, _CURSOR):
            return 0

    def work(unit: Unit) -> int:
        done = locked_cursor(unit, _CURSOR)
        rows = unit.conn.execute(
            select(event.c.id, event.c.type, event.c.subject_id)
            .where(event.c.id > done)
            .order_by(event.c.id)
            .limit(_BATCH)
        ).all()
        if not rows:
            return 0
        move_cursor(unit, _CURSOR, rows[-1].id)
        return _expect(unit, sorted({row.subject_id for row in rows if row.type in _ENDS}))

    return room.database.write(work)


def tell_full(room: Workroom, what: str) -> None:
    """An alarm for the desk: recordings wait at the PBX until there is room; ``what`` says why."""

    def work(unit: Unit) -> None:
        kind = EventType.RECORDINGS_STOPPED
        unit.record(Fact.of(SYSTEM, unit.now, Subject.PBX, 0, kind, to_state=what.upper()))

    room.database.write(work)


def awaited(room: Workroom, limit: int = 500) -> list[Awaited]:
    """What has not come yet, oldest first."""
    query = (
        select(recording)
        .where(recording.c.state == RecordingState.WAITING.value)
        .order_by(recording.c.reported_at, recording.c.id)
        .limit(limit)
    )
    with room.database.read() as conn:
        return [
            Awaited(row.id, row.call_id, RecordingKind(row.kind), row.file, row.reported_at)
            for row in conn.execute(query)
        ]


def fetch(room: Workroom, wanted: Awaited) -> bool:
    """Take one recording if it is whole; False while it is still growing or not there yet.

    Raises OSError when our own disk is full or the folder cannot be read: it is tried again.
    """
    found = _find(room.settings.pbx_recordings, wanted.file)
    now = room.clock()
    if found is None:
        if now - wanted.since < timedelta(seconds=room.settings.recording_wait_seconds):
            return False
        _end(room, wanted, RecordingState.MISSING, None)
        return True
    facts = found.stat()
    if facts.st_mtime > (now - _STABLE).timestamp():
        return False
    if facts.st_size <= SILENT_BYTES:
        _end(room, wanted, RecordingState.SILENT, Fetched("", "", facts.st_size, 0.0))
    else:
        _end(room, wanted, RecordingState.KEPT, _seal(room, wanted, found))
    found.unlink(missing_ok=True)
    return True


def recording_context(recording_id: int) -> str:
    """What a sealed recording is bound to."""
    return f"recording:{recording_id}"


def _expect(unit: Unit, calls: Sequence[int]) -> int:
    if not calls:
        return 0
    known = select(recording.c.call_id, recording.c.kind).where(recording.c.call_id.in_(calls))
    there = {(row.call_id, row.kind) for row in unit.conn.execute(known)}
    rows = unit.conn.execute(
        select(
            call.c.id,
            call.c.linkedid,
            call.c.purpose,
            call.c.outcome,
            call.c.answered_at,
            call.c.started_at,
        ).where(call.c.id.in_(calls), call.c.started_at > unit.now - _LOOK_BACK)
    )
    wanted = [
        _row(unit, row, kind)
        for row in rows.mappings()
        for kind in _kinds(row)
        if (row["id"], kind.value) not in there
    ]
    if wanted:
        unit.conn.execute(insert(recording), wanted)
    return len(wanted)


def _kinds(row: RowMapping) -> tuple[RecordingKind, ...]:
    """What the dialplan records of such a call; automatic return calls are not recorded."""
    if row["purpose"] in _NOT_RECORDED or not _NAME.fullmatch(row["linkedid"]):
        return ()
    if row["outcome"] == CallOutcome.VOICEMAIL:
        return (RecordingKind.VOICEMAIL,)
    return (RecordingKind.CALL,) if row["answered_at"] is not None else ()


def _row(unit: Unit, row: RowMapping, kind: RecordingKind) -> dict[str, Any]:
    end = "-voicemail.wav" if kind is RecordingKind.VOICEMAIL else ".wav"
    day = row["started_at"].astimezone(COUNTY_ZONE)
    return {
        "call_id": row["id"],
        "kind": kind.value,
        "file": f"{day:%Y/%m/%d}/{row['linkedid']}{end}",
        "state": RecordingState.WAITING.value,
        "key": "",
        "sha256": "",
        "size": 0,
        "reported_at": unit.now,
        "legal_hold": False,
    }


def _find(folder: Path | None, file: str) -> Path | None:
    """The file, whichever day its folder bears: the PBX may keep another time zone, and a message
    may be left after midnight. Nothing outside the folder is ever touched."""
    if folder is None:
        return None
    told = Path(file)
    year, month, day, name = told.parts
    noon = datetime(int(year), int(month), int(day), 12, tzinfo=UTC)
    for shift in (0, 1, -1):
        path = folder / f"{noon + timedelta(days=shift):%Y/%m/%d}" / name
        if path.is_file() and not path.is_symlink():
            return path
    return None


def _seal(room: Workroom, wanted: Awaited, found: Path) -> Fetched:
    day = wanted.since.astimezone(COUNTY_ZONE)
    key = f"{day:%Y/%m}/{secrets.token_hex(16)}"
    seconds = _seconds(found)
    digest = hashlib.sha256()
    size = 0
    target = room.settings.recordings / key
    writer = SealedWriter(room.cipher, target, recording_context(wanted.id))
    try:
        with found.open("rb") as stream:
            piece = stream.read(PIECE_BYTES)
            while following := stream.read(PIECE_BYTES):
                writer.write(piece)
                digest.update(piece)
                size += len(piece)
                piece = following
        writer.close(piece)
    except BaseException:
        writer.discard()
        raise
    digest.update(piece)
    return Fetched(key, digest.hexdigest(), size + len(piece), seconds)


def _seconds(path: Path) -> float | None:
    """How long a WAVE file sounds; None for one that is torn or of another kind."""
    try:
        with wave.open(str(path), "rb") as sound:
            return round(sound.getnframes() / sound.getframerate(), 2)
    except (wave.Error, EOFError, ZeroDivisionError):
        return None


def _end(room: Workroom, wanted: Awaited, state: RecordingState, fetched: Fetched | None) -> None:
    """Row, fact and, for a message, its ticket in one transaction; a lost race leaves no file.

    When the store's answer is lost nobody knows: the copy stays, and is swept up if no row names
    it.
    """
    values: dict[str, Any] = {"state": state.value}
    if fetched is not None:
        values |= {
            "key": fetched.key,
            "sha256": fetched.sha256,
            "size": fetched.size,
            "seconds": fetched.seconds,
        }

    def work(unit: Unit) -> bool:
        changed = unit.conn.execute(
            update(recording)
            .where(
                recording.c.id == wanted.id,
                recording.c.state == RecordingState.WAITING.value,
            )
            .values(values | {"picked_at": unit.now})
        )
        if changed.rowcount != 1:
            return False
        missing = state is RecordingState.MISSING
        kind = EventType.RECORDING_MISSING if missing else EventType.RECORDING_PICKED_UP
        told = {"recording": wanted.id, "kind": wanted.kind.value}
        unit.record(
            Fact.of(
                SYSTEM,
                unit.now,
                Subject.CALL,
                wanted.call_id,
                kind,
                from_state=RecordingState.WAITING.value,
                to_state=state.value,
                data=told,
            )
        )
        if wanted.kind is RecordingKind.VOICEMAIL:
            settle_voicemail(room, unit, wanted.call_id, state)
        return True

    stored = room.database.write(work)
    if not stored and fetched is not None and fetched.key:
        (room.settings.recordings / fetched.key).unlink(missing_ok=True)
