"""Persons, homes and accounts leave a text before it is kept to learn from."""

import pytest

from intake.security.anonymise import anonymise


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("我叫张小明，电话13800000000", "我叫[姓名]，电话[电话]"),
        ("王先生反映路灯不亮", "[姓名]先生反映路灯不亮"),
        ("李某某占道经营", "[姓名]占道经营"),
        ("联系人：欧阳娜 微信abc_12345", "联系人：[姓名] 微信[账号]"),
        ("家住同鑫家园3栋2单元411房", "家住同鑫家园[门牌]"),
        ("解放街12号门口", "解放街[门牌]门口"),
        ("2单元501室漏水", "[门牌]漏水"),
        ("1-2-301住户", "[门牌]住户"),
        ("胡书记您好", "[姓名]书记您好"),
        ("业主王小二投诉", "业主[姓名]投诉"),
    ],
)
def test_what_points_at_a_person_goes(text: str, clean: str) -> None:
    assert anonymise(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "人民路与解放街交叉口向东50米井盖不见了",
        "房屋漏水，户型不对",
        "家里老人出门不便，安全出口堵了",
        "楼栋门口的路灯坏了",
        "",
        "。🙂",
    ],
)
def test_what_the_matter_is_stays(text: str) -> None:
    assert anonymise(text) == text


def test_values_of_the_reporter_go_wherever_they_stand() -> None:
    text = "幸福里七号院的小明说，小明家门口有坑"
    assert (
        anonymise(text, ["小明", "", "幸福里七号院", "x"]) == "[本人]的[本人]说，[本人]家门口有坑"
    )
