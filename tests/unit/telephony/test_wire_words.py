"""Words onto the wire and off it: nothing slips in, nothing gets lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.channels import extension_of, is_line, is_outside
from telephony.dialled import NotDialable, configured, dialled, inside
from telephony.encoder import MOST_LINE_BYTES, Unsendable, encoded
from telephony.framing import BANNER, MOST_BYTES, Framer, NotAnAmi

NAMES = st.from_regex(r"[A-Z][A-Za-z]{0,12}", fullmatch=True)
VALUES = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n\0"), max_size=80
)
GREETED = BANNER + b"11.0.0\r\n"


@given(st.dictionaries(NAMES, st.text(max_size=60), min_size=1, max_size=8))
def test_whatever_is_sent_is_one_action(headers: dict[str, str]) -> None:
    try:
        octets = encoded(headers)
    except Unsendable:
        return
    lines = octets.decode().split("\r\n")
    assert lines[-2:] == ["", ""]
    assert "" not in lines[:-2]
    assert len(lines) == len(headers) + 2
    assert b"\0" not in octets


@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=6), max_size=6), st.data())
def test_messages_arrive_whole_however_they_are_cut(
    messages: list[dict[str, str]], data: st.DataObject
) -> None:
    octets = GREETED + b"".join(encoded(one) for one in messages)
    framer, position, heard = Framer(), 0, []
    while position < len(octets):
        step = data.draw(st.integers(1, 40))
        heard += list(framer.feed(octets[position : position + step]))
        position += step
    assert heard == messages
    assert framer.version == "11.0.0"


def test_a_repeated_header_is_sent_line_by_line() -> None:
    assert encoded({"Action": "X", "Variable": ["a=1", "b=2"]}) == (
        b"Action: X\r\nVariable: a=1\r\nVariable: b=2\r\n\r\n"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Action": "a\r\nb"},
        {"Action": "\n"},
        {"Variable": ["fine", "bad\0"]},
        {"Bad Name": "x"},
        {"Bad:": "x"},
        {"": "x"},
        {"Value": "\ud800"},
        {"Value": "路" * (MOST_LINE_BYTES // 3 + 1)},
        {f"H{number}": "x" for number in range(101)},
    ],
)
def test_what_could_become_something_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unsendable):
        encoded(headers)


def test_events_nobody_wants_are_counted_and_lists_are_kept() -> None:
    framer = Framer(frozenset({"Hangup"}))
    told = b"Event: VarSet\r\n\r\nEvent: Hangup\r\n\r\nEvent: Entry\r\nActionID: 4\r\n\r\n"
    heard = list(framer.feed(GREETED + told))
    assert [one["Event"] for one in heard] == ["Hangup", "Entry"]
    assert framer.passed_over == 1


def test_bytes_of_no_language_stay_visible() -> None:
    (one,) = Framer().feed(GREETED + b"Event: X\r\nCallerIDName: \xcd\xf5\r\n\r\n")
    assert "\ufffd" in one["CallerIDName"]


@pytest.mark.parametrize("data", [b"HTTP/1.1 200 OK\r\n", b"\x00" * 300, b"Asterisk Call\r\n"])
def test_another_service_is_noticed(data: bytes) -> None:
    with pytest.raises(NotAnAmi):
        list(Framer().feed(data))


def test_a_message_without_end_is_given_up() -> None:
    framer = Framer()
    with pytest.raises(NotAnAmi):
        list(framer.feed(GREETED + b"x" * (MOST_BYTES + 1)))


@pytest.mark.parametrize(
    ("channel", "extension", "outside"),
    [
        ("PJSIP/agent-8001-0000001f", "8001", False),
        ("PJSIP/web-8002-00000020", "8002", False),
        ("PJSIP/agent-8001", "8001", False),
        ("PJSIP/trunk-00000001", "", True),
        ("Local/8001@minsheng-agent-1;2", "", False),
        ("CBAnn/x-1;1", "", False),
        ("PJSIP/load-00000001", "", False),
        ("", "", False),
    ],
)
def test_what_a_channel_name_tells(channel: str, extension: str, outside: bool) -> None:
    assert extension_of(channel) == extension
    assert is_outside(channel) is outside
    assert is_line(channel) is channel.startswith("PJSIP")


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("+8613800000000", "13800000000"),
        ("2345678", "03512345678"),
        ("+861088880000", "01088880000"),
        ("4001234567", "4001234567"),
        ("120", "120"),
    ],
)
def test_a_number_as_it_is_dialled(number: str, digits: str) -> None:
    assert dialled(number, "0351") == digits


@pytest.mark.parametrize(
    "number", ["+14155550100", "0019005550100", "8001", "", "12345", "13800000000@x", "1" * 40]
)
def test_what_must_not_be_dialled(number: str) -> None:
    with pytest.raises(NotDialable):
        dialled(number, "0351")


def test_a_listed_hotline_is_dialled_and_an_extension_is_one() -> None:
    assert configured("12345", "0351") == "12345"
    assert inside("8001") == "8001"
    for wrong in ("80x1", "0800", "", "8001@other"):
        with pytest.raises(NotDialable):
            inside(wrong)
    with pytest.raises(NotDialable):
        configured("12345&PJSIP/x", "0351")
