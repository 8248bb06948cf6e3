"""Chinese telephone numbers and e-mail addresses in every spelling people use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.security.email_address import normalise_email
from intake.security.phone import normalise_phone

MOBILE, LANDLINE = "+8613800000000", "+8657188880000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800000000", MOBILE),
        ("138 0000 0000", MOBILE),
        ("138-0000-0000", MOBILE),
        ("138—0000—0000", MOBILE),
        ("+8613800000000", MOBILE),
        ("＋８６ １３８００００００００", MOBILE),
        ("008613800000000", MOBILE),
        ("8613800000000", MOBILE),
        ("(+86)13800000000", MOBILE),
        ("013800000000", MOBILE),
        ("1795113800000000", MOBILE),
        ("\u202d13800000000\u202c", MOBILE),
        ("tel:13800000000", MOBILE),
        ("电话：13800000000", MOBILE),
        ("0571-88880000", LANDLINE),
        ("(0571)88880000", LANDLINE),
        ("（0571） 8888 0000", LANDLINE),
        ("+86 571 8888 0000", LANDLINE),
        ("+86 (0571) 88880000", LANDLINE),
        ("8657188880000", LANDLINE),
        ("0571-88880000-8001", LANDLINE),
        ("0571-88880000转8001", LANDLINE),
        ("010-66660000", "+861066660000"),
        ("0730-6660000", "+867306660000"),
        ("400-800-0000", "+864008000000"),
        ("+852 2222 0000", "+85222220000"),
        ("001 212 555 0100", "+12125550100"),
    ],
)
def test_one_form_for_every_spelling(text: str, expected: str) -> None:
    assert normalise_phone(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "不方便",
        "12345",
        "110",
        "1380000000",
        "138000000000",
        "12800000000",
        "88880000",
        "0571-18880000",
        "13800000000 或 13900000000",
        "+86",
        "+",
        "+0",
        "138\x0000000000",
        "\ud800",
        "13800000000\ud800",
        "١٣٨٠٠٠٠٠٠٠٠",
        "1" * 10_000,
        "20261122000001",
    ],
)
def test_what_is_not_one_full_number_is_none(text: str) -> None:
    assert normalise_phone(text) is None


def test_a_local_number_counts_where_the_area_is_known() -> None:
    assert normalise_phone("8888 0000", "0571") == LANDLINE
    assert normalise_phone("13800000000", "0571") == MOBILE
    assert normalise_phone("88880000", "nonsense") is None
    assert normalise_phone("110", "0571") is None


@given(st.text())
def test_any_text_gives_an_e164_number_or_none(text: str) -> None:
    found = normalise_phone(text)
    assert found is None or (found[0] == "+" and found[1:].isascii() and found[1:].isdigit())


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_normal_form_is_its_own_normal_form(number: str) -> None:
    once = normalise_phone(number)
    assert once == f"+86{number}"
    assert normalise_phone(once) == once


def test_email_case_width_and_space_do_not_matter() -> None:
    spellings = [" Li.Si@Example.COM", "ｌｉ.ｓｉ＠example.com", "li.si@example.com."]
    assert {normalise_email(text) for text in spellings} == {"li.si@example.com"}
    assert normalise_email("李四@例子.测试") == "李四@例子.测试"


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "@example.com", "a@@example.com", "a b@example.com", "a@example..com",
     "a@-x.com", "a\x00@example.com", "a\ud800@example.com", "a@example.com, b@example.com",
     "x" * 300 + "@example.com", "<a@example.com>"],
)  # fmt: skip
def test_what_is_not_an_address_is_none(text: str) -> None:
    assert normalise_email(text) is None
