"""The books of calls: what the telephony process saw, written in batches with its facts.

One transaction a batch: the contact row of every caller (architecture decision 1), the call row,
the facts the desk follows, and what calls do to agents. Writing a batch again changes nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from intake.domain.call import CallOutcome, CallRecord, Direction
from intake.domain.contact import Outcome, Source
from intake.domain.events import EventType, Fact, Subject
from intake.domain.people import SYSTEM
from intake.services.agent_calls import agent_answers, agent_freed, agent_rings
from intake.services.call_numbers import CallerNumber, read_number, seal_call_number
from intake.services.workroom import Workroom
from intake.store.tables import agent, call, contact
from intake.store.unit import Unit

CALL_ENDED_TOPIC = "call.ended"
"""Enqueued when a caller's call or a dial of ours ended, and again when the PBX's own log corrected
its outcome; payload ``{"call": id}``."""

_LOG_WAIT = timedelta(seconds=60)

_MEDIA_TYPE = "application/json"
_UPDATED = (
    "direction",
    "purpose",
    "outcome",
    "source",
    "in_gap",
    "queued_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "wait_ms",
    "talk_ms",
    "hold_ms",
    "extension",
    "attempt_id",
    "remark",
)
_UPDATE_CALL = (
    update(call)
    .where(call.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _UPDATED})
)
_LOOKED_AT = (
    call.c.id,
    call.c.linkedid,
    call.c.outcome,
    call.c.answered_at,
    call.c.ended_at,
    call.c.contact_id,
    call.c.number_shown,
    call.c.account_id,
)
_INSERT_CALL = insert(call).returning(*_LOOKED_AT)
_INSERT_CONTACT = insert(contact).returning(contact.c.id, contact.c.external_id)
_CLOSED_AT_ONCE = {
    CallOutcome.SHORT: "short",
    CallOutcome.NUISANCE: "nuisance",
}


@dataclass(frozen=True, slots=True)
class CallChange:
    """One call as it stands now, and what is new about it.

    ``rung``, ``talking`` and ``freed`` are extensions; ``new``, ``answered`` and ``ended`` are
    what the writer believes: the store knows better when a batch is written again.
    """

    record: CallRecord
    new: bool = False
    rung: tuple[str, ...] = ()
    talking: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()
    answered: bool = False
    ended: bool = False


def save_calls(room: Workroom, changes: Sequence[CallChange]) -> None:
    """Write a batch; raises StoreUnavailable, and then nothing of it is written."""
    if changes:
        room.database.write(lambda unit: _save(room, unit, changes))


def external_id(record: CallRecord) -> str:
    """The contact's id of a call: derived, so that no call becomes two arrivals."""
    return f"{record.pbx}:{record.linkedid}"


def _save(room: Workroom, unit: Unit, changes: Sequence[CallChange]) -> None:
    records = [change.record for change in changes]
    known = _known(unit, records)
    accounts = _accounts(unit, {record.extension for record in records if record.extension})
    numbers = {record.linkedid: read_number(room, record.number) for record in records}
    fresh = [record for record in records if record.linkedid not in known]
    stored = dict(known)
    if fresh:
        contacts = _insert_contacts(room, unit, [one for one in fresh if _arrives(one)])
        stored |= _insert_calls(room, unit, fresh, numbers, contacts, accounts)
    kept = [record for record in records if record.linkedid in known]
    if kept:
        unit.conn.execute(_UPDATE_CALL, [_updated(one, known[one.linkedid].id) for one in kept])
        _name_accounts(unit, kept, known, accounts)
    for change in changes:
        row = stored[change.record.linkedid]
        _tell(unit, change, row, known.get(change.record.linkedid), numbers, accounts)
        _move_agents(room, unit, change, int(row.id))
        _close(unit, change, row)


def _known(unit: Unit, records: Iterable[CallRecord]) -> dict[str, Row[Any]]:
    by_pbx: dict[str, list[str]] = {}
    for record in records:
        by_pbx.setdefault(record.pbx, []).append(record.linkedid)
    found: dict[str, Row[Any]] = {}
    for pbx, linkedids in by_pbx.items():
        query = select(*_LOOKED_AT).where(call.c.pbx == pbx, call.c.linkedid.in_(linkedids))
        found |= {row.linkedid: row for row in unit.conn.execute(query)}
    return found


def _accounts(unit: Unit, extensions: set[str]) -> dict[str, int]:
    """Who sits where now."""
    if not extensions:
        return {}
    query = select(agent.c.extension, agent.c.account_id).where(
        agent.c.extension.in_(extensions), agent.c.account_id.is_not(None)
    )
    return {row.extension: row.account_id for row in unit.conn.execute(query)}


def _arrives(record: CallRecord) -> bool:
    return record.direction is Direction.IN


def _insert_contacts(room: Workroom, unit: Unit, records: Sequence[CallRecord]) -> dict[str, int]:
    """Every caller is an arrival at the door, open until somebody decides about it."""
    if not records:
        return {}
    rows = []
    for record in records:
        name = external_id(record)
        raw = json.dumps(
            {
                "pbx": record.pbx,
                "linkedid": record.linkedid,
                "number": record.number,
                "started_at": record.started_at.isoformat(),
            },
            ensure_ascii=False,
        ).encode("utf-8", "replace")
        rows.append(
            {
                "source": Source.PHONE.value,
                "external_id": name,
                "received_at": record.started_at,
                "media_type": _MEDIA_TYPE,
                "raw": room.cipher.seal(raw, f"contact.raw:{Source.PHONE}:{name}"),
                "raw_hash": hashlib.sha256(raw).hexdigest(),
                "outcome": Outcome.OPEN.value,
                "remark": "",
            }
        )
    return {row.external_id: row.id for row in unit.conn.execute(_INSERT_CONTACT, rows)}


def _insert_calls(
    room: Workroom,
    unit: Unit,
    records: Sequence[CallRecord],
    numbers: dict[str, CallerNumber],
    contacts: dict[str, int],
    accounts: dict[str, int],
) -> dict[str, Row[Any]]:
    rows = []
    for record in records:
        number = numbers[record.linkedid]
        rows.append(
            _state(record)
            | {
                "pbx": record.pbx,
                "linkedid": record.linkedid,
                "number": seal_call_number(room, record.pbx, record.linkedid, number.number),
                "number_hash": number.digest,
                "number_shown": number.shown,
                "withheld": number.withheld,
                "urgent": False,
                "started_at": record.started_at,
                "account_id": accounts.get(record.extension),
                "contact_id": contacts.get(external_id(record)),
            }
        )
    return {row.linkedid: row for row in unit.conn.execute(_INSERT_CALL, rows)}


def _state(record: CallRecord) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in _UPDATED}
    for name in ("direction", "purpose", "outcome", "source"):
        values[name] = values[name].value
    return values


def _updated(record: CallRecord, key: int) -> dict[str, Any]:
    return {"key": key} | {f"new_{name}": value for name, value in _state(record).items()}


def _name_accounts(
    unit: Unit, records: Sequence[CallRecord], known: dict[str, Row[Any]], accounts: dict[str, int]
) -> None:
    """A call belongs to who sat at the extension when it came there."""
    for record in records:
        row, who = known[record.linkedid], accounts.get(record.extension)
        if row.ended_at is None and who is not None and who != row.account_id:
            unit.conn.execute(update(call).where(call.c.id == row.id).values(account_id=who))


def _tell(
    unit: Unit,
    change: CallChange,
    row: Row[Any],
    before: Row[Any] | None,
    numbers: dict[str, CallerNumber],
    accounts: dict[str, int],
) -> None:
    """The facts of a change, each once however often the batch is written."""
    record = change.record
    shown = row.number_shown or numbers[record.linkedid].shown
    told = {"direction": record.direction.value, "purpose": record.purpose.value}
    for extension in change.rung:
        data = {"call": row.id, "extension": extension, "number_shown": shown} | told
        who = accounts.get(extension)
        _fact(unit, row.id, EventType.CALL_RANG, "RINGING", data | {"account": who})
    data = {"call": row.id, "extension": record.extension} | told
    data["account"] = accounts.get(record.extension, row.account_id)
    if record.answered_at is not None and (before is None or before.answered_at is None):
        _fact(unit, row.id, EventType.CALL_ANSWERED, "ANSWERED", data)
    if record.ended_at is None:
        return
    was = "" if before is None or before.ended_at is None else before.outcome
    if was == record.outcome.value:
        return
    lost = record.outcome is CallOutcome.LOST_TRACK
    kind = EventType.CALL_LOST_TRACK if lost else EventType.CALL_ENDED
    outcome = record.outcome.value
    _fact(unit, row.id, kind, outcome, data | {"outcome": outcome}, before=was)
    if _arrives(record) or record.attempt_id is not None:
        # What the PBX's own log may still tell is waited for before anybody acts on it.
        later = unit.now + _LOG_WAIT if lost else unit.now
        unit.enqueue(CALL_ENDED_TOPIC, str(row.id), {"call": row.id}, available_at=later)


def _fact(
    unit: Unit, key: int, kind: EventType, state: str, data: dict[str, Any], before: str = ""
) -> None:
    fact = Fact.of(
        SYSTEM, unit.now, Subject.CALL, key, kind, from_state=before, to_state=state, data=data
    )
    unit.record(fact)


def _move_agents(room: Workroom, unit: Unit, change: CallChange, key: int) -> None:
    gone = set(change.freed)
    for extension in change.rung:
        if extension not in gone:
            agent_rings(unit, extension, key)
    for extension in change.talking:
        agent_answers(room, unit, extension, key)
    for extension in change.freed:
        agent_freed(room, unit, extension, key)


def _close(unit: Unit, change: CallChange, row: Row[Any]) -> None:
    """Who hung up at once or only disturbs leaves no task behind, but is counted."""
    remark = _CLOSED_AT_ONCE.get(change.record.outcome)
    if remark is None or row.contact_id is None:
        return
    unit.conn.execute(
        update(contact)
        .where(contact.c.id == row.contact_id, contact.c.outcome == Outcome.OPEN.value)
        .values(outcome=Outcome.REFUSED.value, outcome_at=unit.now, remark=remark)
    )
