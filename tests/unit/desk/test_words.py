"""What the desk shows in words and colours, and where sign-in may lead."""

from datetime import UTC, datetime, timedelta

import pytest

from intake.desk.history import type_words
from intake.desk.inbox import light_of, tab_of
from intake.desk.pages import marked
from intake.desk.signin import _target
from intake.domain.events import EventType
from intake.domain.ticket_steps import TicketState

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DUE = BEGIN + timedelta(minutes=100)
NOT_OF_TICKETS = ("Call", "Caller", "Recording", "Agent", "Pbx", "Nuisance", "Message")
OF_ACCOUNTS = {
    EventType.SIGNED_IN,
    EventType.SIGN_IN_FAILED,
    EventType.SIGNED_OUT,
    EventType.ACCOUNT_CHANGED,
}


def test_evidence_is_marked_and_everything_is_escaped() -> None:
    shown = marked("<b>路灯</b>不亮，路灯坏了", ["路灯", "路灯坏了", ""])
    assert str(shown) == ("&lt;b&gt;<mark>路灯</mark>&lt;/b&gt;不亮，<mark>路灯坏了</mark>")
    assert str(marked("a<script>b", ["<script>"])) == "a<mark>&lt;script&gt;</mark>b"


@pytest.mark.parametrize(
    ("minutes", "colour", "words"),
    [
        (0, "green", "剩 1 小时"),
        (80, "green", "剩 20 分"),
        (81, "yellow", "剩 19 分"),
        (100, "yellow", "剩 0 分"),
        (105, "red", "超 5 分"),
        (100 + 60 * 50, "red", "超 2 天"),
    ],
)
def test_light(minutes: int, colour: str, words: str) -> None:
    light = light_of(BEGIN, DUE, BEGIN + timedelta(minutes=minutes))
    assert (light.colour, light.words) == (colour, words)


def test_every_fact_of_a_ticket_has_words_of_its_own() -> None:
    facts = {kind for kind in EventType if not kind.value.startswith(NOT_OF_TICKETS)}
    for kind in facts - OF_ACCOUNTS:
        words = type_words(kind, {})
        assert words
        assert words != "变动", kind
        assert not words.isascii()


def test_every_state_has_a_tab() -> None:
    assert {tab_of(state) for state in TicketState} >= {"new", "open", "filing", "closed"}


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/desk", "/desk"),
        ("/desk/tickets/SL2026010100001?done=save", "/desk/tickets/SL2026010100001?done=save"),
        ("/desk?tab=new", "/desk?tab=new"),
        ("//elsewhere.example/", "/desk"),
        ("https://elsewhere.example/desk", "/desk"),
        ("/desk/../api/v1/tickets", "/desk"),
        ("/desk//elsewhere.example", "/desk"),
        ("/desk\\elsewhere", "/desk"),
        ("/deskelsewhere", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/desk/\r\nSet-Cookie: a=b", "/desk"),
        ("", "/desk"),
    ],
)
def test_sign_in_leads_to_the_desk_only(wanted: str, led: str) -> None:
    assert _target(wanted) == led
