"""Lists by moment: pages follow each other without a gap, also where moments are alike."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intake.domain.errors import Invalid
from intake.services.call_list import CallsAsked, list_calls
from intake.services.contacts import list_contacts
from intake.services.list_position import ListPosition
from tests.integration.services.desk import Desk
from tests.integration.services.telephone import Telephone

MOMENT = datetime(2026, 11, 24, 2, 0, 0, 123_457, tzinfo=UTC)
DAY = date(2026, 11, 24)
SECONDS = (0, 5, 5, 5, 9)


def test_arrivals_of_a_day_page_by_page(desk: Desk) -> None:
    for second in SECONDS:
        desk.received(received_at=MOMENT + timedelta(seconds=second))
    everything = list_contacts(desk.room, desk.operator, DAY).rows
    assert [line.received_at.second for line in everything] == list(SECONDS)
    seen, after = [], ""
    for left in (3, 1, 0):
        page = list_contacts(desk.room, desk.operator, DAY, after=after, limit=2)
        seen += page.rows
        after = page.next
        assert bool(after) is (left > 0)
    assert seen == everything


def test_calls_of_a_day_page_by_page(desk: Desk) -> None:
    telephone = Telephone(desk)
    for second in SECONDS:
        telephone.comes(started_at=MOMENT + timedelta(seconds=second))
    everything = list_calls(desk.room, desk.operator, CallsAsked(DAY)).rows
    assert [line.started_at.second for line in everything] == list(reversed(SECONDS))
    seen, after = [], ""
    for left in (3, 1, 0):
        page = list_calls(desk.room, desk.operator, CallsAsked(DAY, after=after, limit=2))
        seen += page.rows
        after = page.next
        assert bool(after) is (left > 0)
    assert seen == everything


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(8999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_a_position_is_read_as_it_was_written(moment: datetime) -> None:
    here = ListPosition(moment, 10**18 - 1)
    assert ListPosition.read(str(here)) == here


@pytest.mark.parametrize(
    "text",
    ["1", "-", "1-", "-1", "1-2-3", "1-x", "٣-1", "+1-1", "1-_1", "9" * 18 + "-1", "1-" + "1" * 19],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        ListPosition.read(text)
