"""The hash of a fact: stable, and different as soon as anything is."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.events import GENESIS, EventType, Fact, Subject

FACT = Fact(
    subject=Subject.TICKET,
    subject_id=202607010000001,
    type=EventType.TICKET_RECEIVED,
    at=datetime(2026, 7, 1, 8, 30, 0, 123456, tzinfo=UTC),
    actor_role="CITIZEN",
    actor_name="市民",
    actor_id=None,
    from_state="",
    to_state="RECEIVED",
    version=1,
    data={"photos": 2, "source": "WEB"},
    prev_hash=GENESIS,
)

OTHER: dict[str, Any] = {
    "subject": Subject.CASE,
    "subject_id": 202607010000002,
    "type": EventType.TICKET_CLOSED,
    "at": FACT.at + timedelta(microseconds=1),
    "actor_role": "OPERATOR",
    "actor_name": "市 民",
    "actor_id": 0,
    "from_state": "DRAFT",
    "to_state": "REGISTERED",
    "version": 2,
    "data": {"photos": 3, "source": "WEB"},
    "prev_hash": "1" * 64,
}


def test_the_hash_is_fixed_for_good() -> None:
    """Stored histories are checked with it: it may never change."""
    assert FACT.digest() == "fb04be430c66b99a3cafcc28acae3b3e641e9fe80b324730e4f232fe48409ac7"


@pytest.mark.parametrize("name", [spec.name for spec in fields(Fact)])
def test_every_field_counts(name: str) -> None:
    assert replace(FACT, **{name: OTHER[name]}).digest() != FACT.digest()


def test_the_order_of_keys_and_the_zone_do_not_count() -> None:
    county = timezone(timedelta(hours=8))
    same = replace(FACT, data={"source": "WEB", "photos": 2}, at=FACT.at.astimezone(county))
    assert same.digest() == FACT.digest()


@given(st.integers(1_500_000_000_000_000, 4_000_000_000_000_000))
def test_every_microsecond_counts(microseconds: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    later = at + timedelta(microseconds=1)
    assert replace(FACT, at=at).digest() != replace(FACT, at=later).digest()


@given(st.text(max_size=30), st.text(max_size=30))
def test_text_cannot_move_from_one_field_into_the_next(role: str, name: str) -> None:
    one = replace(FACT, actor_role=role + name, actor_name="")
    other = replace(FACT, actor_role=role, actor_name=name)
    assert (one.digest() == other.digest()) == (name == "")
