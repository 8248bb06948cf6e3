"""Personal data on screens is shortened; in free text it is taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.security.masking import mask_address, mask_email, mask_name, mask_phone, scrub


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王**"), ("王明", "王**"), ("欧阳娜", "欧阳**"), ("欧阳", "欧**"), ("Li Si", "L**"),
     (" 张三 ", "张**"), ("", "")],
)  # fmt: skip
def test_names_keep_the_surname(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13800000000", "138****0000"), ("+86 138 0000 0000", "138****0000"),
     ("0571-88880000", "0571****0000"), ("010-66660000", "010****0000"),
     ("400-800-0000", "400****0000"), ("12345", "****"), ("王小明", "****"), ("", "")],
)  # fmt: skip
def test_numbers_keep_head_and_tail(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


def test_addresses_keep_what_many_share() -> None:
    assert mask_email("zhang.san@example.com") == "z***@example.com"
    assert mask_email("not an address") == "****"
    assert mask_address("示范县城关镇幸福村3组12号") == "示范县城关镇幸福村****"
    assert mask_address("示范县和平街道阳光小区5幢301室") == "示范县和平街道****"
    assert mask_address("开发区创业园区8号") == "开发区****"
    assert mask_address("5幢301室") == "****"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("我电话13800000000，请回", "我电话[电话]，请回"),
        ("打138 0000 0000或138-0000-0001", "打[电话]或[电话]"),
        ("１３８００００００００找我", "[电话]找我"),
        ("+86 13800000000", "[电话]"),
        ("0571-88880000转801", "[电话]转801"),
        ("(0571)88880000", "[电话]"),
        ("电话：88880000", "电话：[电话]"),
        ("幺三八零零零零零零零零", "[电话]"),
        ("身份证11010119900101001X。", "身份证[身份证号]。"),
        ("证号110101900101001", "证号[身份证号]"),
        ("卡6222 0000 0000 0000 000", "卡[卡号]"),
        ("邮箱 zhang.san@example.com", "邮箱 [邮箱]"),
        ("发到lisi_01＠example.com.cn好吗", "发到[邮箱]好吗"),
        ("车牌浙A12345乱停", "车牌[车牌]乱停"),
        ("浙A·D12345电车", "[车牌]电车"),
        ("浙a 8888警", "[车牌]"),
    ],
)
def test_scrub_takes_out_what_points_at_a_person(text: str, clean: str) -> None:
    assert scrub(text) == clean


@pytest.mark.parametrize(
    "text",
    ["工单20261122000001", "2026年11月22日15时30分", "幸福路12号井盖丢失3天", "灯杆号20261122",
     "路灯坏了12345热线没人接", "一二三四五", "新Apple手机", "距离100.5米，第13至15号楼"],
)  # fmt: skip
def test_scrub_leaves_the_matter_itself(text: str) -> None:
    assert scrub(text) == text


@given(st.text())
def test_scrub_never_fails_and_is_settled_after_once(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


@given(st.text(alphabet="啊 ,。x", max_size=8), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_no_mobile_number_survives(around: str, number: str) -> None:
    assert number not in scrub(f"{around}{number}{around}")


@pytest.mark.parametrize("unit", ["a.", "1", "1 ", "@", "a@", "浙A", "幺", "(0", "电话", "1-3-"])
def test_long_hostile_text_comes_to_an_end(unit: str) -> None:
    """A pattern that tries every combination would not return in the lifetime of the machine."""
    scrub(unit * 50_000)


def test_half_characters_and_nul_pass_through() -> None:
    assert scrub("a\ud800\x0013800000000") == "a\ud800\x00[电话]"
