"""Every decision beside a suggestion, kept to learn from, without personal data (decision 12).

The history is followed by cursor: what a person decided is a fact already, so nothing has to be
written twice at the desk, and nothing is missed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from classifiers.catalogue import CURRENT_EDITION, labels
from classifiers.near_text import BANDS, index_keys
from intake.domain.category import CategoryKind, CategoryRef
from intake.domain.events import EventType, Subject
from intake.domain.reasons import DeclineCode
from intake.domain.ticket import Ticket
from intake.security.anonymise import anonymise
from intake.services.reporters import open_reporter
from intake.services.workroom import Workroom
from intake.store.cursors import locked_cursor, move_cursor
from intake.store.near_keys import find_by_keys
from intake.store.records import load
from intake.store.tables import casefile, decision, event, suggestion, ticket, ticket_link
from intake.store.unit import Unit

CURSOR = "evidence"
HOLDOUT_PARTS = 5
"""One decision in five is never taught: new and old models are judged on it."""
_BATCH = 200
_BATCHES = 5
_COPY_BANDS = 5
"""Common bands of twenty from which a text counts as a near-copy: about half alike."""
_NEWEST = 20
_TEXT_LENGTH = 2_000
_SHORTEST_PLACE = 2


class Kind(StrEnum):
    """What became of the suggestion."""

    ACCEPTED = "ACCEPTED"
    OVERRIDDEN = "OVERRIDDEN"
    MERGED = "MERGED"
    REFUSED = "REFUSED"


FIELDS: Mapping[str, str] = {
    "110": "公安",
    "12389": "公安",
    "122": "交警",
    "12315": "市场监管",
    "12328": "公交客运",
    "12333": "人社",
    "12320": "卫健医保",
    "12393": "卫健医保",
    "12316": "农业农村",
    "12369": "生态环境",
    "95598": "水电气热",
    "WATER": "水电气热",
    "GAS": "水电气热",
    "HEAT": "水电气热",
    "PROPERTY": "房产物业",
}
"""Where a ticket is referred to, and the field of another authority that it teaches."""

_FOLLOWED = frozenset(
    {
        EventType.TICKET_REGISTERED,
        EventType.TICKET_AMENDED,
        EventType.TICKET_MERGED,
        EventType.TICKET_DECLINED,
        EventType.TICKET_REFERRED,
        EventType.FILING_REFUSED,
    }
)
_ELSEWHERE = frozenset({DeclineCode.OTHER_DUTY.value, DeclineCode.EMERGENCY_SERVICE.value})


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one fact says: the label it teaches, empty when it teaches none."""

    kind: Kind
    label: str


def gather(room: Workroom, batches: int | None = None) -> int:
    """Keep every decision since the last time, of at most so many batches; returns how many."""
    kept = 0
    for _ in count() if batches is None else range(batches):
        fresh = room.database.write(lambda unit: _gather_batch(room, unit))
        if fresh is None:
            break
        kept += fresh
    return kept


def gather_some(room: Workroom) -> None:
    """A little at a time: whoever runs this by the clock has other things to do too."""
    gather(room, _BATCHES)


def _gather_batch(room: Workroom, unit: Unit) -> int | None:
    """None when the history holds nothing new."""
    after = locked_cursor(unit, CURSOR)
    query = select(event).where(event.c.id > after).order_by(event.c.id).limit(_BATCH)
    facts = unit.conn.execute(query).mappings().all()
    if not facts:
        return None
    rows = [
        row
        for fact in facts
        if fact["subject"] == Subject.TICKET.value and fact["type"] in _FOLLOWED
        if (row := _row(room, unit.conn, fact)) is not None
    ]
    for row in rows:
        split = _split(unit.conn, row["ticket_id"])
        unit.conn.execute(insert(decision).values(row | split))
    move_cursor(unit, CURSOR, facts[-1]["id"])
    return len(rows)


def _row(room: Workroom, conn: Connection, fact: RowMapping) -> dict[str, Any] | None:
    sheet = load(conn, Ticket, fact["subject_id"])
    if sheet is None:
        return None
    made = _suggestion_at(conn, sheet.id, fact)
    guesses: Sequence[Mapping[str, Any]] = made["guesses"] if made else ()
    verdict = _verdict(conn, fact, sheet, guesses)
    if verdict is None:
        return None
    suggested = [guess["label"] for guess in guesses]
    text = scrubbed_text(room, conn, sheet)
    return {
        "ticket_id": sheet.id,
        "event_id": fact["id"],
        "at": fact["at"],
        "by_account": fact["actor_id"],
        "kind": verdict.kind.value,
        "label": verdict.label,
        "suggested": suggested,
        "chosen_rank": _rank(suggested, verdict.label),
        "probability": guesses[0]["probability"] if guesses else None,
        "abstained": bool(made["abstained"]) if made else True,
        "model_version": made["model_version"] if made else "",
        "edition": made["edition"] if made else CURRENT_EDITION,
        "appeal": sheet.appeal.value if sheet.appeal else "",
        "urgency": sheet.urgency.value,
        "text": text,
        "place": place_named(sheet, text),
    }


def place_named(sheet: Ticket, text: str) -> str | None:
    """The words of the text that name the place a person confirmed; None where he wrote others."""
    written = (sheet.address.strip(), sheet.landmark.strip())
    named = [words for words in written if len(words) >= _SHORTEST_PLACE and words in text]
    return max(named, key=len, default=None)


def _verdict(
    conn: Connection, fact: RowMapping, sheet: Ticket, guesses: Sequence[Mapping[str, Any]]
) -> _Verdict | None:
    data = fact["data"]
    match EventType(fact["type"]):
        case EventType.TICKET_REGISTERED | EventType.TICKET_AMENDED:
            if "category_code" not in data.get("changed", ()) or sheet.category is None:
                return None
            label = _taught(sheet.category.label)
            first = bool(guesses) and guesses[0]["label"] == label
            return _Verdict(Kind.ACCEPTED if first else Kind.OVERRIDDEN, label)
        case EventType.TICKET_MERGED:
            return _Verdict(Kind.MERGED, _taught(_label_of_target(conn, sheet)))
        case EventType.TICKET_REFERRED:
            return _Verdict(Kind.REFUSED, _elsewhere(FIELDS.get(data.get("target", "")), guesses))
        case EventType.TICKET_DECLINED if data.get("code") in _ELSEWHERE:
            return _Verdict(Kind.REFUSED, _elsewhere(None, guesses))
        case _:
            return _Verdict(Kind.REFUSED, "")


def _taught(label: str) -> str:
    """The label when it is one that suggestions can carry."""
    return label if label in labels() else ""


def _elsewhere(field: str | None, guesses: Sequence[Mapping[str, Any]]) -> str:
    """Another authority's matter: the field that was named, or the one that was suggested."""
    if field is not None:
        return f"OUT:{field}"
    suggested = (guess["label"] for guess in guesses if guess["label"].startswith("OUT:"))
    return next(suggested, "OUT:其他")


def _rank(suggested: Sequence[str], label: str) -> int | None:
    """Rank of the label; every field of another authority is the same answer."""
    if not label:
        return None
    out = label.startswith("OUT:")
    same = [one == label or (out and one.startswith("OUT:")) for one in suggested]
    return same.index(True) + 1 if True in same else None


def _label_of_target(conn: Connection, sheet: Ticket) -> str:
    query = (
        select(ticket_link.c.other_ticket_id, ticket_link.c.case_id)
        .where(ticket_link.c.ticket_id == sheet.id, ticket_link.c.kind == "MERGED_INTO")
        .order_by(ticket_link.c.id.desc())
        .limit(1)
    )
    link = conn.execute(query).first()
    if link is None:
        return ""
    table = ticket if link.other_ticket_id else casefile
    key = link.other_ticket_id or link.case_id
    columns = (table.c.category_kind, table.c.category_edition, table.c.category_code)
    row = conn.execute(select(*columns).where(table.c.id == key)).first()
    if row is None or row.category_code is None:
        return ""
    return CategoryRef(
        CategoryKind(row.category_kind), row.category_edition, row.category_code
    ).label


def _suggestion_at(conn: Connection, key: int, fact: RowMapping) -> RowMapping | None:
    """The suggestion the person had before him."""
    query = (
        select(suggestion)
        .where(suggestion.c.ticket_id == key, suggestion.c.made_at <= fact["at"])
        .order_by(suggestion.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).mappings().first()


def scrubbed_text(room: Workroom, conn: Connection, sheet: Ticket) -> str:
    """Return what the citizen said, without persons; nothing of a confidential report."""
    if sheet.confidential:
        return ""
    said = sheet.description if sheet.parent_id else sheet.text
    person = open_reporter(room, conn, sheet.id)
    known = (person.name, person.phone, person.email, person.address, person.caller_number)
    return anonymise(said[:_TEXT_LENGTH], known)


def _split(conn: Connection, key: int) -> dict[str, Any]:
    """Whose near-copy it is, and whether the whole group is kept out of training, for ever."""
    query = select(decision.c.group_id).where(decision.c.ticket_id == key).limit(1)
    group = conn.execute(query).scalar() or _group_of_copy(conn, key) or key
    part = int(hashlib.sha256(str(group).encode()).hexdigest()[:8], 16) % HOLDOUT_PARTS
    return {"group_id": group, "holdout": part == 0}


def _group_of_copy(conn: Connection, key: int) -> int | None:
    text = conn.execute(select(ticket.c.description).where(ticket.c.id == key)).scalar_one()
    weights = {each: 1 for each in index_keys(text) if each[0] < BANDS}
    found = find_by_keys(conn, weights, since=0, newest=_NEWEST)
    copies = [other for other, bands in found.items() if bands >= _COPY_BANDS and other != key]
    query = select(decision.c.group_id).where(decision.c.ticket_id.in_(copies))
    return conn.execute(query.order_by(decision.c.id).limit(1)).scalar()
