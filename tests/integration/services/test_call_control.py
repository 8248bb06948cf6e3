"""Steps of a living call: who may, what the PBX is asked, and what is left on record."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intake.domain.agent import Device
from intake.domain.call import LinkState
from intake.domain.call_control import CallVerb, SpyMode
from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType
from intake.domain.pbx_command import CommandKind, CommandState
from intake.domain.submission import ReporterDetails
from intake.services.agents import make_ready, sign_in_agent
from intake.services.call_control import command_of, control_call
from intake.services.call_list import current_calls
from intake.services.call_numbers import read_number
from intake.services.call_targets import list_targets
from intake.services.claim import claim
from intake.services.click_to_call import dial_ticket
from intake.services.do_not_call import keep_quiet
from intake.services.pbx_commands import expire, find_command, finish, open_value, take
from intake.services.telephony_round import resume_recordings
from intake.store.tables import call, event, pbx, pbx_command
from tests.integration.services.desk import PHONE, Desk
from tests.integration.services.telephone import NAME, Telephone


@pytest.fixture
def phone(desk: Desk) -> Telephone:
    """The operator at 8001, the shift leader at 8002."""
    made = Telephone(desk)
    for who, extension in ((desk.operator, "8001"), (desk.leader, "8002")):
        sign_in_agent(made.room, who, extension, Device.BROWSER)
        make_ready(made.room, who)
    made.carry_out()
    return made


def talking(phone: Telephone) -> int:
    key = phone.rings("8001")
    phone.answers(key)
    phone.carry_out()
    return key


def last_fact(phone: Telephone, kind: EventType) -> dict[str, object]:
    query = select(event.c.data, event.c.actor_name).where(event.c.type == kind.value)
    with phone.room.database.read() as conn:
        row = conn.execute(query.order_by(event.c.id.desc()).limit(1)).one()
    return {**row.data, "by": row.actor_name}


def test_every_step_is_a_command_and_a_fact(phone: Telephone) -> None:
    key = talking(phone)
    for verb in CallVerb:
        if verb is CallVerb.SPY:
            continue
        target = "emergency:110" if verb.needs_target else ""
        asked = control_call(phone.room, phone.operator, key, verb, target=target)
        kind, payload = phone.asked()[-1]
        assert kind == verb.command
        assert (payload["call"], payload["extension"]) == (key, "8001")
        fact = last_fact(phone, EventType.CALL_CONTROLLED)
        assert (fact["verb"], fact["command"], fact["by"]) == (
            verb,
            asked.command,
            phone.operator.name,
        )
        phone.carry_out()
        assert command_of(phone.room, phone.operator, asked.command).state is CommandState.DONE


def test_only_one_s_own_calls(phone: Telephone) -> None:
    key = talking(phone)
    with phone.desk.refused(NotAllowed):
        control_call(phone.room, phone.desk.colleague, key, CallVerb.HANGUP)
    with phone.desk.refused(NotAllowed):
        control_call(phone.room, phone.desk.dispatcher, key, CallVerb.HANGUP)
    with phone.desk.refused(NotAllowed):
        control_call(phone.room, phone.desk.leader, key, CallVerb.HOLD)
    control_call(phone.room, phone.desk.leader, key, CallVerb.HANGUP)
    assert [line.id for line in current_calls(phone.room, phone.operator)] == [key]
    assert current_calls(phone.room, phone.desk.colleague) == []


def test_calls_that_ring_or_ended_are_refused(phone: Telephone) -> None:
    key = phone.rings("8001")
    with phone.desk.refused(WrongState):
        control_call(phone.room, phone.operator, key, CallVerb.HOLD)
    phone.answers(key)
    phone.ends(key)
    with phone.desk.refused(WrongState):
        control_call(phone.room, phone.operator, key, CallVerb.HANGUP)
    with phone.desk.refused(NotFound):
        control_call(phone.room, phone.operator, 999_999, CallVerb.HANGUP)


def test_a_second_step_waits_for_the_first(phone: Telephone) -> None:
    key = talking(phone)
    control_call(phone.room, phone.operator, key, CallVerb.HOLD)
    with phone.desk.refused(WrongState):
        control_call(phone.room, phone.operator, key, CallVerb.UNHOLD)
    phone.carry_out()
    control_call(phone.room, phone.operator, key, CallVerb.UNHOLD)


def test_without_a_link_nothing_is_asked(phone: Telephone) -> None:
    key = talking(phone)
    for state in set(LinkState) - {LinkState.LIVE}:
        phone.link(state)
        with phone.desk.refused(WrongState):
            control_call(phone.room, phone.operator, key, CallVerb.HANGUP)


def test_targets_are_keys_and_their_numbers_stay_sealed(phone: Telephone) -> None:
    key = talking(phone)
    keys = [target.key for target in list_targets(phone.room, phone.operator)]
    assert keys[0] == "emergency:110"
    assert "extension:8002" in keys
    assert "extension:8001" not in keys
    assert "unit:HW" in keys
    control_call(phone.room, phone.operator, key, CallVerb.CONFERENCE, target="unit:HW")
    _, payload = phone.asked()[-1]
    assert open_value(phone.room, "number", "unit:HW", payload["number"]) == "00006603000"
    assert "6603000" not in str(payload)
    phone.carry_out()
    assert "number" not in phone.asked()[-1][1]
    control_call(phone.room, phone.operator, key, CallVerb.TRANSFER, target="extension:8002")
    assert phone.asked()[-1][1]["internal"] is True


@pytest.mark.parametrize(
    "target", ["13800000000", "unit:NO", "emergency:112", "extension:8001", "unit:", "x" * 40]
)
def test_free_numbers_are_no_targets(phone: Telephone, target: str) -> None:
    key = talking(phone)
    with phone.desk.refused(Invalid):
        control_call(phone.room, phone.operator, key, CallVerb.TRANSFER, target=target)


def test_targets_that_cannot_talk_now(phone: Telephone) -> None:
    key = talking(phone)
    with phone.desk.refused(WrongState):
        control_call(phone.room, phone.operator, key, CallVerb.TRANSFER, target="extension:8005")
    phone.rings("8002")
    with phone.desk.refused(WrongState):
        control_call(phone.room, phone.operator, key, CallVerb.TRANSFER, target="extension:8002")
    with phone.desk.refused(Incomplete):
        control_call(phone.room, phone.operator, key, CallVerb.TRANSFER)


def test_listening_in_is_the_shift_leader_s_and_on_record(phone: Telephone) -> None:
    key = talking(phone)
    for mode in SpyMode:
        control_call(phone.room, phone.desk.leader, key, CallVerb.SPY, mode=mode)
        _, payload = phone.asked()[-1]
        assert payload["mode"] == mode
        assert payload["by_extension"] == "8002"
        fact = last_fact(phone, EventType.CALL_CONTROLLED)
        assert (fact["verb"], fact["mode"], fact["by"]) == ("spy", mode, phone.desk.leader.name)
        phone.carry_out()
    with phone.desk.refused(NotAllowed):
        control_call(phone.room, phone.desk.colleague, key, CallVerb.SPY, mode=SpyMode.LISTEN)
    with phone.desk.refused(NotAllowed):
        control_call(phone.room, phone.operator, key, CallVerb.SPY, mode=SpyMode.LISTEN)
    with phone.desk.refused(Incomplete):
        control_call(phone.room, phone.desk.leader, key, CallVerb.SPY)


def test_a_paused_recording_goes_on_by_itself(phone: Telephone) -> None:
    key = talking(phone)
    control_call(phone.room, phone.operator, key, CallVerb.RECORD_PAUSE)
    phone.carry_out()
    assert resume_recordings(phone.room) == 0
    phone.later(timedelta(seconds=61))
    assert resume_recordings(phone.room) == 1
    assert phone.asked()[-1][0] == CommandKind.RECORD_RESUME
    assert resume_recordings(phone.room) == 0
    phone.later(-timedelta(seconds=61))
    phone.carry_out()
    control_call(phone.room, phone.operator, key, CallVerb.RECORD_PAUSE)
    phone.carry_out()
    control_call(phone.room, phone.operator, key, CallVerb.RECORD_RESUME)
    with phone.room.database.read() as conn:
        assert conn.execute(select(call.c.record_resume_at)).scalar_one() is None


def test_commands_are_taken_once_and_end_visibly(phone: Telephone) -> None:
    key = talking(phone)
    first = control_call(phone.room, phone.operator, key, CallVerb.HOLD)
    taken = take(phone.room, NAME)
    assert [command.id for command in taken] == [first.command]
    assert take(phone.room, NAME) == []
    room = phone.room
    refusal = {"message": "对方已挂断。"}
    assert room.database.write(lambda unit: finish(unit, taken[0], False, refusal))
    assert not room.database.write(lambda unit: finish(unit, taken[0], True))
    found = find_command(room, first.command)
    assert found is not None
    assert (found.state, found.answer) == (CommandState.REFUSED, refusal)


def test_what_nobody_takes_expires_and_what_a_dead_process_took_is_unknown(
    phone: Telephone,
) -> None:
    key = talking(phone)
    late = control_call(phone.room, phone.operator, key, CallVerb.HOLD)
    assert expire(phone.room, NAME) == 0
    phone.later(timedelta(seconds=6))
    assert take(phone.room, NAME) == []
    assert expire(phone.room, NAME) == 1
    assert command_of(phone.room, phone.operator, late.command).state is CommandState.EXPIRED
    phone.room.database.write(
        lambda unit: (
            unit.conn.execute(
                update(pbx_command)
                .where(pbx_command.c.id == late.command)
                .values(state="TAKEN", ended_at=None, taken_at=unit.now)
            ).rowcount
        )
    )
    phone.later(timedelta(seconds=31))
    assert expire(phone.room, NAME) == 1
    found = command_of(phone.room, phone.operator, late.command)
    assert found.state is CommandState.UNKNOWN
    assert str(found.answer["message"]).endswith("。")
    with phone.desk.refused(NotFound):
        command_of(phone.room, phone.desk.colleague, late.command)


def test_click_to_call_takes_the_number_from_the_ticket(phone: Telephone) -> None:
    sheet = phone.desk.received()
    claim(phone.room, phone.operator, sheet.number)
    with phone.desk.refused(Incomplete):
        dial_ticket(phone.room, phone.operator, sheet.number, " ")
    with phone.desk.refused(NotAllowed):
        dial_ticket(phone.room, phone.desk.colleague, sheet.number, "核实地址")
    made = dial_ticket(phone.room, phone.operator, sheet.number, "核实地址")
    kind, payload = phone.asked()[-1]
    assert (kind, payload["attempt_id"]) == (CommandKind.ORIGINATE, made.attempt)
    number = open_value(phone.room, "number", made.attempt, payload["number"])
    assert number == f"+86{PHONE}"
    assert PHONE not in str(payload)
    assert made.number_shown == "138****0000"
    assert phone.desk.facts(sheet.number)[-1][0] == EventType.TICKET_DIALLED
    with phone.desk.refused(WrongState):
        dial_ticket(phone.room, phone.operator, sheet.number, "再拨一次")


def test_click_to_call_respects_who_asked_for_quiet_and_who_cannot_talk(phone: Telephone) -> None:
    sheet = phone.desk.received()
    claim(phone.room, phone.operator, sheet.number)
    number = read_number(phone.room, PHONE)
    phone.room.database.write(
        lambda unit: keep_quiet(phone.room, unit, phone.operator, number, "不愿接电话")
    )
    with phone.desk.refused(WrongState):
        dial_ticket(phone.room, phone.operator, sheet.number, "核实地址")
    other = phone.desk.received(reporter=ReporterDetails(phone="13900000000"))
    claim(phone.room, phone.operator, other.number)
    talking(phone)
    with phone.desk.refused(WrongState):
        dial_ticket(phone.room, phone.operator, other.number, "核实地址")
    silent = phone.desk.received(reporter=ReporterDetails(email="a@example.com"))
    claim(phone.room, phone.operator, silent.number)
    with phone.desk.refused(Incomplete):
        dial_ticket(phone.room, phone.operator, silent.number, "核实地址")


def test_nobody_dials_out_while_callers_wait(phone: Telephone) -> None:
    sheet = phone.desk.received()
    claim(phone.room, phone.operator, sheet.number)
    phone.room.database.write(
        lambda unit: unit.conn.execute(update(pbx).values(waiting=[{"call": 1}])).rowcount
    )
    with phone.desk.refused(WrongState):
        dial_ticket(phone.room, phone.operator, sheet.number, "核实地址")
