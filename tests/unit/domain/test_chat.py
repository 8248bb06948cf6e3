"""Turns of a messenger's conversation."""

from hypothesis import given
from hypothesis import strategies as st

from intake.domain import chat_words as words
from intake.domain.chat import (
    LONGEST_TEXT,
    MOST_MEDIA,
    Chat,
    ChatState,
    DeedKind,
    Heard,
    Media,
    Turn,
    hear,
    why_buttons,
)
from intake.domain.message import Button

NUMBER = "SL2026010100001"
PHOTO = Media("photo", "file-1")


def told(*heard: Heard, reports: tuple[str, ...] = ()) -> Turn:
    """The last turn after all of ``heard``."""
    turn = Turn(Chat())
    for one in heard:
        turn = hear(turn.chat, one, reports)
    return turn


def text(words: str, message: str = "1") -> Heard:
    return Heard(message=message, text=words)


def test_a_report_is_told_in_parts_and_handed_in() -> None:
    turn = told(
        text("路灯不亮"),
        Heard(message="2", media=(PHOTO,)),
        Heard(message="3", position=(113.6, 33.2)),
        Heard(message="4", pressed="submit"),
    )
    assert turn.chat == Chat()
    assert turn.deed is not None
    assert turn.deed.kind is DeedKind.SUBMIT
    assert turn.deed.draft.text == "路灯不亮"
    assert turn.deed.draft.media == (PHOTO,)
    assert turn.deed.draft.position == (113.6, 33.2)


def test_what_is_missing_is_asked_for() -> None:
    assert "照片和位置" in told(text("路灯不亮")).say
    assert "位置" not in told(text("灯"), Heard(message="2", position=(1.0, 2.0))).say


def test_photos_alone_need_words() -> None:
    turn = told(Heard(message="1", media=(PHOTO,)), Heard(message="2", text="提交"))
    assert turn.say == words.TEXT_NEEDED
    assert turn.deed is None


def test_an_album_is_answered_once() -> None:
    first = told(Heard(message="1", media=(PHOTO,), text="积水", album="a"))
    second = hear(first.chat, Heard(message="2", media=(Media("photo", "b"),), album="a"))
    assert first.say
    assert second.say == ""
    assert len(second.chat.draft.media) == 2


def test_a_word_or_a_number_stands_for_a_button() -> None:
    assert told(text("路灯不亮"), text("提交", "2")).deed is not None
    assert told(text("路灯不亮"), text("1", "2")).deed is not None
    assert told(text("路灯不亮"), text("2", "2")).say == words.CANCELLED


def test_an_open_report_may_be_meant() -> None:
    asked = told(text("还没有修"), reports=(NUMBER,))
    assert asked.chat.state is ChatState.CHOOSING
    turn = hear(asked.chat, Heard(message="2", pressed=f"about:{NUMBER}"), (NUMBER,))
    assert turn.deed is not None
    assert (turn.deed.kind, turn.deed.number) == (DeedKind.SUPPLEMENT, NUMBER)
    fresh = hear(asked.chat, Heard(message="2", pressed="new"), (NUMBER,))
    assert fresh.chat.state is ChatState.DRAFTING


def test_nobody_adds_to_another_ones_report() -> None:
    asked = told(text("还没有修"), reports=(NUMBER,))
    turn = hear(asked.chat, Heard(message="2", pressed="about:SL2026010100002"), (NUMBER,))
    assert turn.deed is None
    assert turn.say == words.NOT_UNDERSTOOD


def test_an_edit_changes_the_draft_only() -> None:
    first = told(text("路登不亮"))
    turn = hear(first.chat, Heard(message="1", text="路灯不亮", edited=True))
    assert turn.chat.draft.text == "路灯不亮"
    late = hear(Chat(), Heard(message="1", text="路灯不亮", edited=True))
    assert late.say == words.TOO_LATE_TO_EDIT


def test_bounds() -> None:
    assert told(text("长" * (LONGEST_TEXT + 1))).say == words.TOO_LONG
    many = [Heard(message=str(n), media=(Media("photo", str(n)),)) for n in range(MOST_MEDIA + 1)]
    turn = told(*many)
    assert len(turn.chat.draft.media) == MOST_MEDIA
    assert turn.say == words.TOO_MANY_FILES


def test_the_answer_about_the_result() -> None:
    turn = hear(Chat(), Heard(message="1", pressed=f"solved:{NUMBER}:UNSOLVED"))
    assert turn.deed is not None
    assert (turn.deed.kind, turn.deed.word) == (DeedKind.ANSWER, "UNSOLVED")
    first = why_buttons(NUMBER)[0]
    why = hear(Chat(), Heard(message="2", pressed=first.data))
    assert why.deed is not None
    assert why.deed.word == first.label


def test_cancel_and_forget() -> None:
    begun = told(text("路灯不亮"))
    dropped = hear(begun.chat, Heard(message="2", command="cancel"))
    assert dropped.chat == Chat()
    assert dropped.deed is not None
    assert dropped.deed.kind is DeedKind.DROP
    forgotten = hear(begun.chat, Heard(message="2", command="delete"))
    assert forgotten.deed is not None
    assert forgotten.deed.kind is DeedKind.FORGET
    assert hear(Chat(), Heard(message="1", command="cancel")).deed is None


@given(
    st.lists(
        st.builds(
            Heard,
            message=st.text(max_size=4),
            text=st.text(max_size=20),
            command=st.sampled_from(["", "", "start", "status", "cancel", "nonsense"]),
            pressed=st.one_of(st.just(""), st.text(max_size=20), st.just(f"why:{NUMBER}:99")),
            media=st.lists(st.just(PHOTO), max_size=3).map(tuple),
            edited=st.booleans(),
        ),
        max_size=12,
    )
)
def test_every_message_is_answered_or_handed_in(heard: list[Heard]) -> None:
    chat = Chat()
    for one in heard:
        turn = hear(chat, one, (NUMBER,))
        assert turn.say or turn.deed
        assert all(len(button.data.encode()) <= 64 for button in turn.buttons)
        chat = turn.chat


def test_buttons_fit_the_messenger() -> None:
    button: Button
    for button in why_buttons("SL20260101000000001"):
        assert len(button.data.encode()) <= 64
