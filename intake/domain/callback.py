"""Calling back who was not answered (漏接回拨), one task a number (domain.md §5.1, C1)."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from intake.domain.calendar import LOCAL_ZONE, WorkCalendar

MOST_CALLBACKS = 3
"""After so many calls in vain the task ends as not reached; the caller's next call begins anew."""

_AGAIN_AFTER = timedelta(minutes=30)
_NIGHT_ENDS = time(8)
_NIGHT_BEGINS = time(21)
_JUST_CALLED = timedelta(hours=1)


class CallbackState(StrEnum):
    """Where a task stands; DONE for whatever reason its outcome tells."""

    WAITING = "WAITING"
    CLAIMED = "CLAIMED"
    DONE = "DONE"


class CallbackOutcome(StrEnum):
    """How a task ended; the first two count as called back (domain.md §6.1)."""

    REACHED = "REACHED"
    CALLED_AGAIN = "CALLED_AGAIN"
    NOT_REACHED = "NOT_REACHED"
    INVALID_NUMBER = "INVALID_NUMBER"
    NOT_NEEDED = "NOT_NEEDED"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def called_back(self) -> bool:
        return self in {CallbackOutcome.REACHED, CallbackOutcome.CALLED_AGAIN}


_LABELS = {
    CallbackOutcome.REACHED: "已回拨接通",
    CallbackOutcome.CALLED_AGAIN: "市民再次来电已接听",
    CallbackOutcome.NOT_REACHED: "多次回拨未接通",
    CallbackOutcome.INVALID_NUMBER: "空号或号码有误",
    CallbackOutcome.NOT_NEEDED: "无需回拨",
}


def callback_due(missed_at: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    """When the caller should have been called: so many minutes of service hours later (UTC).

    A call outside service hours is due so many minutes after the next opening.
    """
    left = timedelta(minutes=minutes)
    for begin, end in calendar.working_spans(missed_at):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError("working hours have no end")


def callback_again_at(now: datetime, calendar: WorkCalendar) -> datetime:
    """When to try again a number that was not reached."""
    return callback_due(now, int(_AGAIN_AFTER.total_seconds() // 60), calendar)


def may_call_back(now: datetime, missed_at: datetime) -> bool:
    """Not at night, unless the caller called within the last hour and is surely awake."""
    local = now.astimezone(LOCAL_ZONE).time()
    return _NIGHT_ENDS <= local < _NIGHT_BEGINS or now - missed_at <= _JUST_CALLED


def completion_due(asked_at: datetime, calendar: WorkCalendar) -> datetime:
    """By when a citizen is telephoned for what is missing (C2): the working day's end (UTC)."""
    due: datetime | None = None
    for begin, end in calendar.working_spans(asked_at):
        if due is not None and _day(begin) != _day(due):
            break
        due = end
    if due is None:
        raise AssertionError("working hours have no end")
    return due


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL_ZONE).date()
