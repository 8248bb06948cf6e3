"""Catalogue, handbook and county as the store keeps them."""

import pytest
from sqlalchemy import func, select

from intake.domain.deadlines import LimitError, parse_milestones
from intake.services.catalogue import HandbookRow, handbook_cards, write_handbook
from intake.services.county import is_sample, load_county
from intake.store.tables import category, condition, condition_limit, edition, unit, unit_grid
from tests.integration.services.desk import Desk
from tests.store_fixtures import sample_county


def test_one_edition_is_in_force(desk: Desk) -> None:
    with desk.room.database.read() as conn:
        active = conn.execute(select(edition.c.name).where(edition.c.active)).scalars().all()
        editions = conn.execute(select(edition.c.name)).scalars().all()
        chosen = conn.execute(select(category.c.edition).where(category.c.active).distinct())
        assert chosen.scalars().all() == [desk.room.settings.edition]
    assert active == [desk.room.settings.edition]
    assert len(editions) >= 3


def test_every_condition_has_category_limit_and_lead(desk: Desk) -> None:
    with desk.room.database.read() as conn:
        rows = conn.execute(
            select(condition, category.c.active.label("known")).select_from(
                condition.outerjoin(
                    category,
                    (category.c.edition == condition.c.edition)
                    & (category.c.kind == condition.c.kind)
                    & (category.c.code == condition.c.code),
                )
            )
        ).all()
        terms: dict[int, list[str]] = {}
        for row in conn.execute(select(condition_limit).order_by(condition_limit.c.position)).all():
            terms.setdefault(row.condition_id, []).append(row.term)
        units = set(conn.execute(select(unit.c.code)).scalars())
    assert rows
    for row in rows:
        assert row.known, row
        assert row.lead_unit in units | {"TERRITORY"}
        assert parse_milestones(";".join(terms[row.id]))


def test_the_card_of_a_category(desk: Desk) -> None:
    with desk.room.database.read() as conn:
        cards = handbook_cards(conn, "E06010", desk.room.settings.edition)
        assert handbook_cards(conn, "E06010", "another edition") == []
        assert handbook_cards(conn, "垃圾", desk.room.settings.edition) == []
    assert len(cards) > 1
    assert all(card.filing and card.closing and card.limits for card in cards)
    assert any(len(card.limits) == 2 for card in cards)
    assert {card.lead_unit for card in cards} == {"属地乡镇（街道）"}


def test_a_handbook_that_cannot_be_read_is_not_written_half(desk: Desk) -> None:
    good = HandbookRow("E06010", 90, "条件", "结案", "2工作日", "HW")
    bad = HandbookRow("E06010", 91, "条件", "结案", "马上", "HW")
    current = desk.room.settings.edition
    before = desk.counts()
    with pytest.raises(LimitError):
        desk.room.database.write(lambda work: write_handbook(work, current, [good, bad]))
    assert desk.counts() == before


def test_the_county_comes_back_as_it_was_written(desk: Desk) -> None:
    rows, loaded = sample_county().rows, load_county(desk.room.database).rows
    assert loaded.code == rows.code
    assert {one.code: one for one in loaded.regions} == {one.code: one for one in rows.regions}
    assert {one.code: one for one in loaded.grids} == {one.code: one for one in rows.grids}
    assert {one.name: one for one in loaded.roads} == {one.name: one for one in rows.roads}
    assert loaded.frame == rows.frame
    assert is_sample(desk.room)


def test_every_unit_grid_has_a_collector(desk: Desk) -> None:
    with desk.room.database.read() as conn:
        grids = conn.execute(select(unit_grid)).all()
        assert conn.execute(select(func.count()).select_from(unit_grid)).scalar_one() == 954
    assert {grid.collector for grid in grids} <= set(desk.collectors)
    assert all(grid.duty_grid for grid in grids)
