"""Recordings with us: played to those who may hear them, held for a dispute, gone in time.

Each listening is a fact before the first byte goes out; a recording whose listening cannot be
written down is not played (domain.md §8.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, update

from intake.domain.errors import Incomplete, NotAllowed, NotFound, Refusal, WrongState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.numbers import ticket_number
from intake.domain.people import SYSTEM, Action, Actor, Role
from intake.domain.recording import RecordingKind, RecordingState
from intake.security.cipher import CipherError
from intake.security.sealed_stream import plain_size, read_sealed_part
from intake.services.recording_pickup import recording_context
from intake.services.stepping import for_history
from intake.services.workroom import Workroom
from intake.store.tables import call, event, recording, ticket
from intake.store.unit import Unit

_ONE_LISTENING = timedelta(minutes=10)
_BATCH = 200
_STRAY_SECONDS = 86_400


class RecordingGone(Refusal):
    """The row says the recording is kept, but its file is not there or was altered."""

    id = "recording-gone"
    status = 410


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """One recording; ``seconds`` is None when its length could not be read."""

    id: int
    call_id: int
    kind: RecordingKind
    state: RecordingState
    seconds: float | None
    size: int
    sha256: str
    legal_hold: bool
    picked_at: datetime | None
    key: str
    owner: int | None
    ticket: str
    confidential: bool

    @property
    def playable(self) -> bool:
        return self.state is RecordingState.KEPT


@dataclass(frozen=True, slots=True)
class Sound:
    """An opened recording: ``size`` bytes of WAVE, any part of which may be read."""

    room: Workroom
    path: Path
    context: str
    size: int

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to, not including, ``end``, piece by piece."""
        return read_sealed_part(self.room.cipher, self.path, self.context, start, end)


def recordings_of(room: Workroom, actor: Actor, call_id: int) -> list[RecordingLine]:
    """The recordings of a call, oldest first."""
    actor.require(Action.READ_CALLS)
    query = _lines().where(recording.c.call_id == call_id).order_by(recording.c.id)
    with room.database.read() as conn:
        return [_line(row) for row in conn.execute(query).mappings()]


def recording_facts(room: Workroom, actor: Actor, key: int) -> RecordingLine:
    """One recording; raises NotFound."""
    actor.require(Action.READ_CALLS)
    with room.database.read() as conn:
        return _find(conn, key)


def play(room: Workroom, actor: Actor, key: int) -> Sound:
    """Open a recording for listening; one fact per listener and ten minutes.

    Operators hear their own calls and messages left; of confidential tickets others hear only what
    the shift leader, a leader or an assessor may. Raises NotAllowed, NotFound and WrongState.
    """
    actor.require(Action.PLAY_RECORDING)

    def work(unit: Unit) -> RecordingLine:
        line = _find(unit.conn, key)
        _require_ear(actor, line)
        if not line.playable:
            raise WrongState(f"这段录音不能播放：{line.state.label}。")
        if not _heard_lately(unit, actor, line):
            _record(unit, actor, line, EventType.RECORDING_PLAYED, {})
        return line

    line = room.database.write(work)
    sound = _opened(room, line)
    if sound is None:
        room.database.write(partial(_tell_missing, line))
        raise RecordingGone("录音文件缺失或已损坏，已报警，请联系系统管理员从备份恢复。")
    return sound


def hold_recording(
    room: Workroom, actor: Actor, key: int, hold: bool, reason: str
) -> RecordingLine:
    """Keep a recording beyond its time, for a dispute or evidence, or let it go again."""
    actor.require(Action.HOLD_RECORDING)
    why = for_history(reason)[:200]
    if not why:
        raise Incomplete("请写明理由。", fields=["reason"])

    def work(unit: Unit) -> RecordingLine:
        line = _find(unit.conn, key)
        if line.state is RecordingState.PURGED:
            raise WrongState("这段录音保存期满，已经删除。")
        unit.conn.execute(update(recording).where(recording.c.id == key).values(legal_hold=hold))
        _record(unit, actor, line, EventType.RECORDING_HELD, {"hold": hold, "reason": why})
        return _find(unit.conn, key)

    return room.database.write(work)


def purge_recordings(room: Workroom) -> int:
    """Delete recordings ``recording_days`` after they were taken, unless held; each is a fact.

    Those of tickets that are still open wait for their end. Returns how many went.
    """
    total = 0
    while done := room.database.write(partial(_purge_some, room)):
        for path in done:
            (room.settings.recordings / path).unlink(missing_ok=True)
        total += len(done)
    _remove_strays(room)
    return total


def _purge_some(room: Workroom, unit: Unit) -> list[str]:
    before = unit.now - timedelta(days=room.settings.recording_days)
    rows = unit.conn.execute(
        _lines()
        .where(
            recording.c.state == RecordingState.KEPT.value,
            recording.c.reported_at < before,
            recording.c.legal_hold.is_(False),
            ticket.c.id.is_(None) | ticket.c.closed_at.is_not(None),
        )
        .order_by(recording.c.reported_at)
        .limit(_BATCH)
    ).mappings()
    lines = [_line(row) for row in rows]
    unit.conn.execute(
        update(recording)
        .where(recording.c.id.in_([line.id for line in lines]))
        .values(state=RecordingState.PURGED.value, purged_at=unit.now, key="")
    )
    for line in lines:
        _record(unit, SYSTEM, line, EventType.RECORDING_PURGED, {"sha256": line.sha256})
    return [line.key for line in lines]


def _remove_strays(room: Workroom) -> None:
    """Remove day-old files no row names: traces of a store that died while taking one in."""
    folder = room.settings.recordings
    before = room.clock().timestamp() - _STRAY_SECONDS
    recent = room.clock().timestamp() - 8 * _STRAY_SECONDS
    for path in folder.glob("*/*/*") if folder.is_dir() else ():
        if not recent < path.stat().st_mtime < before:
            continue
        key = path.relative_to(folder).as_posix()
        with room.database.read() as conn:
            named = conn.execute(select(recording.c.id).where(recording.c.key == key)).first()
        if named is None:
            path.unlink(missing_ok=True)


def _opened(room: Workroom, line: RecordingLine) -> Sound | None:
    """The sound, if its file is there and begins as it was sealed."""
    path = room.settings.recordings / line.key
    try:
        sound = Sound(room, path, recording_context(line.id), plain_size(path))
        next(sound.read(0, 1), b"")
    except (CipherError, FileNotFoundError):
        return None
    return sound


def _require_ear(actor: Actor, line: RecordingLine) -> None:
    if actor.role is not Role.OPERATOR:
        return
    own = actor.account_id is not None and line.owner == actor.account_id
    message = line.kind is RecordingKind.VOICEMAIL and not line.confidential
    if not (own or message):
        raise NotAllowed("只能听自己接听的通话录音，其他录音请值班长办理。")


def _heard_lately(unit: Unit, actor: Actor, line: RecordingLine) -> bool:
    rows = unit.conn.execute(
        select(event.c.data)
        .where(
            event.c.subject == Subject.CALL.value,
            event.c.subject_id == line.call_id,
            event.c.type == EventType.RECORDING_PLAYED.value,
            event.c.actor_id == actor.account_id,
            event.c.at > unit.now - _ONE_LISTENING,
        )
        .order_by(event.c.id.desc())
    ).scalars()
    return any(data.get("recording") == line.id for data in rows)


def _tell_missing(line: RecordingLine, unit: Unit) -> None:
    _record(unit, SYSTEM, line, EventType.RECORDING_MISSING, {"kind": line.kind.value})


def _record(
    unit: Unit, actor: Actor, line: RecordingLine, kind: EventType, told: dict[str, Any]
) -> None:
    fact = Fact.of(
        actor,
        unit.now,
        Subject.CALL,
        line.call_id,
        kind,
        from_state=line.state.value,
        to_state=line.state.value,
        data={"recording": line.id} | told,
    )
    unit.record(fact)


def _lines() -> Select[Any]:
    joined = recording.join(call, call.c.id == recording.c.call_id).outerjoin(
        ticket, ticket.c.id == call.c.ticket_id
    )
    return select(
        recording,
        call.c.account_id.label("owner"),
        ticket.c.id.label("ticket_id"),
        ticket.c.confidential,
    ).select_from(joined)


def _find(conn: Connection, key: int) -> RecordingLine:
    row = conn.execute(_lines().where(recording.c.id == key)).mappings().first()
    if row is None:
        raise NotFound("没有这段录音，请刷新列表。")
    return _line(row)


def _line(row: RowMapping) -> RecordingLine:
    return RecordingLine(
        id=row["id"],
        call_id=row["call_id"],
        kind=RecordingKind(row["kind"]),
        state=RecordingState(row["state"]),
        seconds=row["seconds"],
        size=row["size"],
        sha256=row["sha256"],
        legal_hold=row["legal_hold"],
        picked_at=row["picked_at"],
        key=row["key"],
        owner=row["owner"],
        ticket=ticket_number(row["ticket_id"]) if row["ticket_id"] else "",
        confidential=bool(row["confidential"]),
    )
