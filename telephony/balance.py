"""A day's calls by the books beside the PBX's own log: every one there, with the same outcome."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from intake.domain.call import CallOutcome, CallRecord, Purpose
from intake.domain.numbers import COUNTY_ZONE, county_day
from intake.services.call_log import calls_between, without_contact
from intake.services.workroom import Workroom
from telephony.attempt import Attempt
from telephony.backfill import judged
from telephony.event_log import read_log
from telephony.framing import Headers
from telephony.verdict import Rules, record_of

_MOST_NAMED = 20
_OURS = "ms-"


@dataclass(frozen=True, slots=True)
class CallBalance:
    """One county day; ``faults`` name what does not agree, at most _MOST_NAMED of each kind."""

    day: date
    books: Mapping[CallOutcome, int]
    logged: Mapping[CallOutcome, int]
    faults: tuple[str, ...]


def balance_calls(room: Workroom, folder: Path, day: date) -> CallBalance:
    """Compare a day; raises NoLog when the PBX's log cannot be read."""
    begin = datetime.combine(day, time.min, COUNTY_ZONE).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time.min, COUNTY_ZONE).astimezone(UTC)
    name = room.settings.pbx_name
    books = {one.linkedid: one for one in calls_between(room, name, begin, end)}
    events = read_log(folder, begin.timestamp(), end.timestamp() + 3_600.0)
    rules = Rules(name, room.settings.short_seconds)
    logged = {
        linkedid: record
        for linkedid, told in events.items()
        if (record := _logged(linkedid, told, books.get(linkedid), rules))
        and county_day(record.started_at) == day
    }
    faults = [
        *_named("call {} is in the PBX's log and not in the books", set(logged) - set(books)),
        *_named("call {} is in the books and not in the PBX's log", set(books) - set(logged)),
        *_other_outcomes(books, logged),
        *_named("caller's call {} has no contact", without_contact(room, name, begin, end)),
    ]
    return CallBalance(day, _counted(books), _counted(logged), tuple(faults))


def _logged(
    linkedid: str, events: list[Headers], book: CallRecord | None, rules: Rules
) -> CallRecord | None:
    call = judged(linkedid, events, book)
    if call.attempt is None and linkedid.startswith(_OURS):
        call.attempt = Attempt(linkedid, Purpose.CLICK)
    return record_of(call, rules)


def _other_outcomes(books: Mapping[str, CallRecord], logged: Mapping[str, CallRecord]) -> list[str]:
    """Calls both know and judge differently; one that goes on in either is not judged yet."""
    return [
        f"call {key}: {book.outcome.value} in the books, {logged[key].outcome.value} by the log"
        for key, book in sorted(books.items())
        if key in logged
        and book.ended_at is not None
        and logged[key].ended_at is not None
        and book.outcome is not logged[key].outcome
    ][:_MOST_NAMED]


def _named(sentence: str, linkedids: set[str]) -> list[str]:
    return [sentence.format(linkedid) for linkedid in sorted(linkedids)[:_MOST_NAMED]]


def _counted(records: Mapping[str, CallRecord]) -> Mapping[CallOutcome, int]:
    return Counter(record.outcome for record in records.values())
