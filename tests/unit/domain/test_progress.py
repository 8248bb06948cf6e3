"""What citizens read: plain words, never internal ones (domain.md §4.6)."""

import pytest

from intake.domain.case_steps import CaseState
from intake.domain.events import EventType
from intake.domain.progress import WITHDRAWABLE, citizen_status, timeline_text
from intake.domain.ticket_steps import TRANSITIONS, Step, TicketState

INTERNAL = (
    {state.value for state in TicketState}
    | {state.value for state in CaseState}
    | {event.value for event in EventType}
    | {
        "退回更正",
        "待登记",
        "待立案",
        "提请",
        "作废",
        "返工",
        "挂账",
        "核实未发现",
        "派遣",
        "工单",
        "受理单",
    }
)


def _told() -> list[str]:
    words = [citizen_status(state)[1] for state in TicketState]
    for event in EventType:
        words += [text for state in TicketState if (text := timeline_text(event, state))]
    return words


def test_every_state_has_words_and_a_code() -> None:
    for state in TicketState:
        code, words = citizen_status(state)
        assert code.isidentifier()
        assert code == code.lower()
        assert words


def test_no_internal_word_is_shown() -> None:
    for words in _told():
        assert not any(internal in words for internal in INTERNAL), words
        assert not any(letter.isascii() and letter.isalpha() for letter in words), words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TicketState.RECEIVED, "已收到"),
        (TicketState.VERIFYING, "正在核实"),
        (TicketState.FILED, "已立案"),
        (TicketState.IN_HANDLING, "办理中"),
        (TicketState.CLOSED, "已办结"),
        (TicketState.DECLINED, "不予受理"),
    ],
)
def test_the_words_of_the_dossier(state: TicketState, words: str) -> None:
    assert citizen_status(state)[1] == words


@pytest.mark.parametrize(
    "event",
    [
        EventType.TICKET_CLAIMED,
        EventType.TICKET_AMENDED,
        EventType.FILING_SUBMITTED,
        EventType.FILING_RETURNED,
        EventType.REPORTER_REVEALED,
        EventType.REPORTER_FORGOTTEN,
        EventType.TICKET_SPLIT,
    ],
)
def test_what_happens_in_the_house_stays_there(event: EventType) -> None:
    assert all(timeline_text(event, state) is None for state in TicketState)


def test_a_case_is_followed_in_words() -> None:
    followed = EventType.TICKET_FOLLOWED_CASE
    assert timeline_text(followed, TicketState.IN_HANDLING)
    assert timeline_text(followed, TicketState.AWAITING_VISIT)
    assert timeline_text(followed, TicketState.CLOSED)
    assert timeline_text(followed, TicketState.VERIFYING) is None


def test_the_page_offers_withdrawal_where_the_table_allows_it() -> None:
    assert TRANSITIONS[Step.WITHDRAW].sources - {TicketState.DRAFT} == WITHDRAWABLE
