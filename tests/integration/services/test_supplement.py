"""A supplement is a contact of its own, taken once however often it is delivered (decision 1)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from intake.domain.contact import Outcome, Source
from intake.domain.errors import KeyReused
from intake.domain.people import CITIZEN
from intake.domain.submission import Arrival
from intake.services.supplement import add_supplement
from intake.store.tables import contact, supplement
from tests.integration.services.desk import Desk


def _arrival(key: str, digest: str = "a" * 64) -> Arrival:
    return Arrival(
        source=Source.WEB,
        external_id=key,
        received_at=datetime.now(UTC),
        raw=b"{}",
        raw_hash=digest,
        media_type="multipart/form-data",
    )


def test_the_same_delivery_twice_is_one_supplement_and_one_contact(desk: Desk) -> None:
    sheet = desk.received()

    first = add_supplement(desk.room, CITIZEN, sheet.number, "还有一处", arrival=_arrival("s-1"))
    again = add_supplement(desk.room, CITIZEN, sheet.number, "还有一处", arrival=_arrival("s-1"))

    assert again.version == first.version
    with desk.room.database.read() as conn:
        said = conn.execute(
            select(func.count()).select_from(supplement).where(supplement.c.ticket_id == sheet.id)
        ).scalar()
        row = conn.execute(select(contact).where(contact.c.external_id == "s-1")).one()
    assert said == 1
    assert row.outcome == Outcome.SUPPLEMENT
    assert row.ticket_id == sheet.id


def test_other_content_under_the_same_id_is_refused_and_changes_nothing(desk: Desk) -> None:
    sheet = desk.received()
    add_supplement(desk.room, CITIZEN, sheet.number, "还有一处", arrival=_arrival("s-2"))

    with pytest.raises(KeyReused):
        add_supplement(
            desk.room, CITIZEN, sheet.number, "别的话", arrival=_arrival("s-2", "b" * 64)
        )
    desk.check_history()
