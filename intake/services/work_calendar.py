"""The work calendar of the People's Republic of China, with the county's own overrides.

Holidays and the weekend days worked in exchange (调休) come from the library chinesecalendar,
which knows the arrangements the State Council has announced. For years it does not know, the
weekend rule stands in and the day is marked as not certain, so that a screen can say so.
"""

from collections.abc import Mapping
from datetime import date

import chinese_calendar

from intake.domain.calendar import OFFICE_HOURS, Window, WorkCalendar, monday_to_friday


def national_calendar(
    overrides: Mapping[date, bool], windows: tuple[Window, ...] = OFFICE_HOURS
) -> WorkCalendar:
    """The national calendar; ``overrides`` (local date → worked or not) win over it.

    ``overrides`` is read at each question, so a mapping that is refreshed takes effect at once.
    """

    def workday(day: date) -> bool:
        override = overrides.get(day)
        if override is not None:
            return override
        announced = _announced(day)
        return monday_to_friday(day) if announced is None else announced

    def certain(day: date) -> bool:
        return overrides.get(day) is not None or _announced(day) is not None

    return WorkCalendar(windows=windows, workday=workday, certain=certain)


def _announced(day: date) -> bool | None:
    """Whether the State Council has the day worked; None for years not announced."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
