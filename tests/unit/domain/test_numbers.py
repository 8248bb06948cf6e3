"""Ticket number, case number and query code (domain.md §2.4)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.numbers import (
    CASE_NUMBER,
    TICKET_NUMBER,
    case_number,
    county_day,
    daily_key,
    query_code,
    same_code,
    ticket_key,
    ticket_number,
)

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
SEQUENCES = st.integers(1, 9_999_999)
LETTERS = set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")


def test_the_pattern_of_a_ticket_number() -> None:
    assert ticket_number(daily_key(date(2026, 7, 1), 1)) == "SL2026070100001"
    assert ticket_number(daily_key(date(2026, 7, 1), 99_999)) == "SL2026070199999"
    assert ticket_number(daily_key(date(2026, 7, 1), 100_000)) == "SL20260701100000"


@given(DAYS, SEQUENCES)
def test_a_number_leads_back_to_its_key(day: date, sequence: int) -> None:
    key = daily_key(day, sequence)
    number = ticket_number(key)
    assert TICKET_NUMBER.fullmatch(number)
    assert ticket_key(number) == key
    assert key < 2**53, "a browser must be able to hold it"


@given(DAYS, SEQUENCES, DAYS, SEQUENCES)
def test_keys_are_ordered_by_day_and_then_by_sequence(
    day: date, sequence: int, other_day: date, other: int
) -> None:
    assert (daily_key(day, sequence) < daily_key(other_day, other)) == (
        (day, sequence) < (other_day, other)
    )


@pytest.mark.parametrize(
    "typed",
    [
        "SL2026070100001",
        "sl2026070100001",
        "  SL2026070100001\n",
        "SL 20260701 00001",
        "SL-20260701-00001",
        "ＳＬ２０２６０７０１００００１",
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str) -> None:
    assert ticket_key(typed) == daily_key(date(2026, 7, 1), 1)


@given(st.text(max_size=40))
def test_any_other_text_is_no_number(typed: str) -> None:
    key = ticket_key(typed)
    assert key is None or ticket_number(key).startswith("SL")


@pytest.mark.parametrize(
    "typed", ["", "SL", "SL202607010001", "E06010202607010001", "SL2026O70100001"]
)
def test_what_only_looks_like_a_number(typed: str) -> None:
    assert ticket_key(typed) is None


def test_the_pattern_of_a_case_number() -> None:
    assert case_number("E06010", date(2026, 7, 1), 7) == "E06010202607010007"
    assert CASE_NUMBER.fullmatch(case_number("C01001", date(2026, 7, 1), 12_345))
    assert not CASE_NUMBER.fullmatch("SL2026070100001")


def test_the_day_turns_at_midnight_of_the_county() -> None:
    assert county_day(datetime(2026, 7, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert county_day(datetime(2026, 7, 1, 16, 0, 0, tzinfo=UTC)) == date(2026, 7, 2)


@given(st.binary(min_size=32, max_size=32), DAYS, SEQUENCES)
def test_a_query_code_has_eight_clear_letters(secret: bytes, day: date, sequence: int) -> None:
    number = ticket_number(daily_key(day, sequence))
    code = query_code(secret, number)
    assert len(code) == 8
    assert set(code) <= LETTERS
    assert code == query_code(secret, number)


def test_codes_tell_nothing_about_each_other() -> None:
    first = daily_key(date(2026, 7, 1), 1)
    codes = {query_code(b"s" * 32, ticket_number(first + step)) for step in range(5_000)}
    assert len(codes) == 5_000
    assert {letter for code in codes for letter in code} == LETTERS
    assert query_code(b"s" * 32, "SL2026070100001") != query_code(b"t" * 32, "SL2026070100001")


@given(st.binary(min_size=32, max_size=32))
def test_a_code_forgives_case_blanks_dashes_and_full_width(secret: bytes) -> None:
    code = query_code(secret, "SL2026070100001")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    for typed in (code.lower(), f" {code[:4]} {code[4:]} ", f"{code[:4]}-{code[4:]}", wide):
        assert same_code(code, typed)


@given(st.text(max_size=20))
def test_any_other_code_is_wrong(typed: str) -> None:
    assert not same_code("23456789", typed.replace("23456789", ""))


def test_a_code_of_half_a_character_is_wrong_and_no_error() -> None:
    assert not same_code("23456789", "\ud800")
