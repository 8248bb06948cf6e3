"""Texts with places to fill: only known places, nothing read twice."""

from intake.domain.wording import LONGEST_WORDING, Wording, faults, fill

WORDING = Wording(
    "message.receipt",
    "受理回执",
    "您好，编号{编号}。\n查询码{查询码}",
    {"编号": "SL20260101000001", "查询码": "ABCD2345"},
    frozenset({"编号"}),
)


def test_places_are_filled() -> None:
    assert fill(WORDING.text, WORDING.samples) == "您好，编号SL20260101000001。\n查询码ABCD2345"


def test_a_line_with_nothing_to_say_is_left_out() -> None:
    assert fill(WORDING.text, {"编号": "SL1", "查询码": ""}) == "您好，编号SL1。"


def test_values_are_not_read_for_places() -> None:
    assert fill("{编号}", {"编号": "{查询码}", "查询码": "秘密"}) == "{查询码}"


def test_every_fault_is_told() -> None:
    told = faults(WORDING, "请看{电话}" + "长" * LONGEST_WORDING)
    assert len(told) == 3
    assert "{电话}" in told[1]
    assert "{编号}" in told[2]


def test_an_empty_text_is_a_fault() -> None:
    assert faults(WORDING, "  ")


def test_the_text_of_the_house_has_no_fault() -> None:
    assert faults(WORDING, WORDING.text) == []
