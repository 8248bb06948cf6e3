"""Operators on a real Asterisk: state, notes, ticket and recording of real calls."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from intake.domain.agent import AgentState, Device, PauseReason
from intake.domain.call import CallOutcome
from intake.domain.call_control import CallVerb
from intake.domain.contact import Outcome
from intake.domain.numbers import county_day
from intake.domain.people import Actor, Role
from intake.domain.recording import RecordingKind, RecordingState
from intake.services.accounts import CONSOLE, create_account
from intake.services.agent_views import my_agent
from intake.services.agents import make_ready, pause, sign_in_agent, sign_out_agent
from intake.services.balance import balance
from intake.services.call_control import command_of, control_call
from intake.services.call_list import current_calls
from intake.services.call_notes import save_note
from intake.services.call_ticket import make_ticket
from intake.services.recordings import RecordingLine, play, recordings_of
from intake.services.screen_pop import pop
from intake.services.workroom import Workroom
from telephony.recordings import RecordingRounds
from tests.integration.telephony.bridging import Running, point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"


class Centre:
    """One operator at 8001 with a telephone on the table, and a bridge at work."""

    def __init__(self, bridge: Running, asterisk: Asterisk) -> None:
        self.bridge, self.room, self.asterisk = bridge, bridge.room, asterisk
        self.room.settings.pbx_recordings = asterisk.recordings
        account = create_account(
            self.room, CONSOLE, "wangfang", "王芳", Role.OPERATOR, "correct-horse-battery"
        )
        self.wang: Actor = account.actor
        self.rounds = RecordingRounds(self.room, low=0)

    def sit_down(self) -> None:
        sign_in_agent(self.room, self.wang, "8001", Device.PHONE)
        make_ready(self.room, self.wang)
        self.until_queue("8001", "(paused", absent=True)

    def state(self) -> AgentState:
        seat = my_agent(self.room, self.wang).agent
        return AgentState.OFFLINE if seat is None else seat.state

    def until_state(self, state: AgentState) -> None:
        self.bridge.books.until(lambda: self.state() is state)

    def until_queue(self, *words: str, absent: bool = False) -> None:
        """The queue of the PBX shows the first word, and the others or (``absent``) not them."""

        def shown() -> bool:
            told = self.asterisk.cli("queue show hotline")
            rest = [word in told for word in words[1:]]
            return words[0] in told and (not any(rest) if absent else all(rest))

        self.bridge.books.until(shown)

    def until_talking(self) -> int:
        self.until_state(AgentState.TALKING)
        [line] = current_calls(self.room, self.wang)
        return line.id

    def until_recorded(self, call_id: int) -> RecordingLine:
        def fetched() -> RecordingLine | None:
            self.rounds.once()
            rows = recordings_of(self.room, self.wang, call_id)
            done = [row for row in rows if row.state is not RecordingState.WAITING]
            return done[0] if done else None

        line: RecordingLine = self.bridge.books.until(fetched)
        return line


@pytest.fixture
def centre(room: Workroom, asterisk: Asterisk) -> Iterator[Centre]:
    with running(point_at(room, asterisk)) as bridge:
        yield Centre(bridge, asterisk)


def test_a_call_becomes_a_ticket_with_its_recording(centre: Centre, telephones: Telephones) -> None:
    centre.sit_down()
    telephones.agent()
    caller = telephones.call(CALLER, voice=True)
    key = centre.until_talking()
    assert pop(centre.room, centre.wang, key).call.number_shown == "138****0000"
    save_note(centre.room, centre.wang, key, "中山路井盖缺失", 0)
    number, _ = make_ticket(centre.room, centre.wang, key)
    [row] = centre.bridge.books.calls()
    centre.asterisk.until_voices(f"{row.linkedid}.wav")
    caller.hang_up()
    centre.until_state(AgentState.WRAP_UP)
    centre.until_queue("8001", "paused:CALL")
    line = centre.until_recorded(key)
    assert (line.kind, line.state) == (RecordingKind.CALL, RecordingState.KEPT)
    sound = play(centre.room, centre.wang, line.id)
    heard = b"".join(sound.read(44, sound.size))
    assert any(heard), "the recording is silent"
    assert not list(centre.asterisk.recordings.rglob(f"{row.linkedid}.wav"))
    assert line.ticket == number
    assert balance(centre.room, county_day(centre.room.clock())).closed
    make_ready(centre.room, centre.wang)
    centre.until_queue("8001", "(paused", absent=True)


def test_wrap_up_ends_by_its_time(centre: Centre, telephones: Telephones) -> None:
    centre.room.settings.wrap_up_seconds = 2
    centre.sit_down()
    telephones.agent(stay_ms=500)
    telephones.call(CALLER)
    centre.until_state(AgentState.WRAP_UP)
    centre.until_state(AgentState.READY)
    centre.until_queue("8001", "(paused", absent=True)


def test_signing_out_with_a_live_call_keeps_the_caller(
    centre: Centre, telephones: Telephones
) -> None:
    centre.sit_down()
    telephones.agent()
    caller = telephones.call(CALLER, stay_ms=4_000)
    centre.until_talking()
    sign_out_agent(centre.room, centre.wang)
    centre.until_queue("8001", "paused:LEAVING")
    assert centre.state() is AgentState.TALKING
    caller.went_well()
    centre.until_state(AgentState.OFFLINE)
    centre.until_queue("hotline", "8001", absent=True)
    [row] = centre.bridge.books.until_ended()
    assert row.outcome == CallOutcome.ANSWERED


def test_a_pause_in_a_call_follows_it(centre: Centre, telephones: Telephones) -> None:
    centre.room.settings.wrap_up_seconds = 1
    centre.sit_down()
    telephones.agent()
    caller = telephones.call(CALLER)
    centre.until_talking()
    pause(centre.room, centre.wang, PauseReason.REST)
    caller.hang_up()
    centre.until_state(AgentState.PAUSED)
    centre.until_queue("8001", "paused:REST")


def test_control_of_a_real_call(centre: Centre, telephones: Telephones) -> None:
    centre.sit_down()
    telephones.agent()
    telephones.call(CALLER, voice=True)
    key = centre.until_talking()
    for verb in (
        CallVerb.HOLD,
        CallVerb.UNHOLD,
        CallVerb.MUTE,
        CallVerb.UNMUTE,
        CallVerb.RECORD_PAUSE,
        CallVerb.RECORD_RESUME,
        CallVerb.HANGUP,
    ):
        command = control_call(centre.room, centre.wang, key, verb).command
        ended = centre.bridge.books.until(
            lambda command=command: (
                found
                if (found := command_of(centre.room, centre.wang, command)).state.ended
                else None
            )
        )
        assert ended.state == "DONE", (verb, ended.answer)
    centre.until_state(AgentState.WRAP_UP)


def test_after_a_restart_of_the_pbx_everybody_sits_where_he_sat(
    centre: Centre, telephones: Telephones
) -> None:
    centre.sit_down()
    centre.asterisk.kill()
    centre.asterisk.start()
    centre.bridge.books.until_live()
    centre.until_queue("8001", "(paused", absent=True)
    telephones.agent()
    caller = telephones.call(CALLER, stay_ms=1_500)
    centre.until_talking()
    caller.went_well()


def test_a_message_becomes_a_ticket_with_its_recording(
    centre: Centre, telephones: Telephones
) -> None:
    caller = telephones.call(CALLER, voice=True)

    def spoken() -> bool:
        files = centre.asterisk.recordings.rglob("*-voicemail.wav")
        return any(path.stat().st_size > 20_000 for path in files)

    centre.bridge.books.until(spoken, 30)
    caller.hang_up()
    [row] = centre.bridge.books.until_ended()
    assert row.outcome == CallOutcome.VOICEMAIL
    line = centre.until_recorded(row.id)
    assert (line.kind, line.state) == (RecordingKind.VOICEMAIL, RecordingState.KEPT)
    assert line.ticket.startswith("SL")
    [arrival] = centre.bridge.books.contacts()
    assert arrival.outcome == Outcome.VOICEMAIL
    assert line.seconds is not None
    assert line.seconds > timedelta(seconds=1).total_seconds()
