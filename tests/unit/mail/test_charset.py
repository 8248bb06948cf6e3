"""Labels that lie, labels that are missing, characters cut in two."""

import base64

import pytest

from channels.email.charset import decode
from channels.email.header import words
from channels.email.read import read
from tests.mail.writing import raw_mail

TEXT = "中山路的路灯坏了，镕基巷口也不亮。"


@pytest.mark.parametrize(
    ("sent_as", "label"),
    [
        ("gbk", "gb2312"),
        ("gb18030", "gb2312"),
        ("gb18030", "GBK"),
        ("gb18030", "iso-8859-1"),
        ("gb18030", "us-ascii"),
        ("gb18030", None),
        ("gb18030", "utf-8"),
        ("gb18030", "no-such-charset"),
        ("utf-8", "gb2312"),
        ("utf-8", None),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("hz", "hz-gb-2312"),
    ],
)
def test_read_whatever_the_label_says(sent_as: str, label: str | None) -> None:
    text = TEXT.replace("镕", "荣") if sent_as == "hz" else TEXT
    assert decode(text.encode(sent_as), label) == text


def test_traditional_characters_without_a_label() -> None:
    text = "我們這裡的路燈壞了很久，沒有人來修理，請儘快處理，謝謝你們的幫忙。"
    assert decode(text.encode("big5"), "big5") == text


def test_a_cut_character_costs_itself_alone() -> None:
    cut = TEXT.encode()[:-1]
    assert decode(cut, "utf-8").startswith(TEXT[:-1])


def test_nothing_that_no_store_keeps() -> None:
    assert "\x00" not in decode(b"a\x00b", "utf-8")
    decode(b"\xed\xa0\x80 abc", "utf-8").encode("utf-8")


def test_encoded_words_split_inside_a_character() -> None:
    data = "关于中山路路灯的反映".encode()
    halves = [base64.b64encode(part).decode() for part in (data[:7], data[7:])]
    value = "\r\n ".join(f"=?utf-8?B?{half}?=" for half in halves)
    assert words(value.replace("\r\n", "")) == "关于中山路路灯的反映"


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        ("=?gb2312?Q?=C2=B7=B5=C6?=", "路灯"),
        ("=?gb2312?B?wrfGtQ?= ok", "路频 ok"),
        ("=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc"),
        ("plain", "plain"),
        ("=?x?B?????=", "=?x?B?????="),
        ("a\r\n\tb\x00c", "a b c"),
    ],
)
def test_encoded_words(value: str, read_as: str) -> None:
    assert words(value) == read_as


def test_raw_bytes_in_a_header() -> None:
    subject = b"Subject: " + "路灯不亮".encode("gbk")
    raw = raw_mail(b"x", subject, b"From: =?GBK?B?1cXI/Q==?= <a@mail.example>")
    letter = read(raw)
    assert letter.subject == "路灯不亮"
    assert (letter.sender, letter.sender_name) == ("a@mail.example", "张三")
