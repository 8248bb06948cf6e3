"""Operators at their telephones: who sits where, what follows a call, and what a break leaves."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.domain.agent import LEAVING, Agent, AgentState, Device, PauseReason
from intake.domain.errors import Incomplete, Invalid, NotAllowed, WrongState
from intake.domain.pbx_command import CommandKind
from intake.domain.people import Actor
from intake.services.accounts import CONSOLE, set_active
from intake.services.agent_calls import (
    agent_answers,
    agent_freed,
    agent_reachable,
    agent_rings,
    agents_to_restore,
    end_wrap_ups,
    release_disabled,
    restore_agents,
)
from intake.services.agent_views import list_agents, my_agent
from intake.services.agents import (
    Forced,
    end_wrap_up,
    force,
    make_ready,
    pause,
    sign_in_agent,
    sign_out_agent,
)
from intake.services.pbx_commands import open_value
from intake.services.phone import phone_credential
from intake.store.tables import agent_spell, event, pbx_command
from intake.store.unit import Unit
from tests.integration.services.desk import Desk
from tests.integration.services.telephone import Telephone


@pytest.fixture
def phone(desk: Desk) -> Telephone:
    return Telephone(desk)


def state_of(phone: Telephone, who: Actor) -> tuple[AgentState, str]:
    seat = my_agent(phone.room, who).agent
    return (AgentState.OFFLINE, "") if seat is None else (seat.state, seat.reason)


def ready_at(phone: Telephone, who: Actor, extension: str) -> Agent:
    sign_in_agent(phone.room, who, extension, Device.BROWSER)
    seat = make_ready(phone.room, who)
    assert seat is not None
    return seat


def test_signing_in_pauses_first_and_tells_the_pbx(phone: Telephone) -> None:
    seat = sign_in_agent(phone.room, phone.operator, "8001", Device.PHONE)
    assert (seat.state, seat.reason) == (AgentState.PAUSED, PauseReason.TIDY)
    kind, told = phone.asked()[-1]
    assert kind == CommandKind.AGENT_ON
    assert told == {
        "extension": "8001",
        "account": phone.operator.account_id,
        "device": "PHONE",
        "paused": True,
        "reason": "TIDY",
    }
    assert make_ready(phone.room, phone.operator)
    assert phone.asked()[-1][0] == CommandKind.UNPAUSE


def test_one_account_one_extension(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    with phone.desk.refused(WrongState) as caught:
        sign_in_agent(phone.room, phone.desk.colleague, "8001", Device.BROWSER)
    assert phone.operator.name in caught.value.message
    sign_in_agent(phone.room, phone.operator, "8002", Device.BROWSER)
    sign_in_agent(phone.room, phone.desk.colleague, "8001", Device.BROWSER)
    assert [who.extension for who in agents_to_restore(phone.room)] == ["8001", "8002"]
    assert my_agent(phone.room, phone.operator).free[0] == "8003"


def test_unknown_extensions_and_people_without_a_telephone(phone: Telephone) -> None:
    with phone.desk.refused(Invalid):
        sign_in_agent(phone.room, phone.operator, "9999", Device.BROWSER)
    with phone.desk.refused(NotAllowed):
        sign_in_agent(phone.room, phone.desk.dispatcher, "8001", Device.BROWSER)
    with phone.desk.refused(NotAllowed):
        sign_in_agent(phone.room, Actor(phone.operator.role, "程序"), "8001", Device.BROWSER)
    with phone.desk.refused(WrongState):
        make_ready(phone.room, phone.operator)


def test_a_call_leads_to_wrap_up_and_back_by_the_clock(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    call_id = phone.rings("8001")
    assert state_of(phone, phone.operator)[0] is AgentState.RINGING
    phone.answers(call_id)
    assert state_of(phone, phone.operator)[0] is AgentState.TALKING
    assert phone.asked()[-1] == (
        CommandKind.PAUSE,
        {"extension": "8001", "account": phone.operator.account_id, "reason": "CALL"},
    )
    phone.ends(call_id)
    assert state_of(phone, phone.operator)[0] is AgentState.WRAP_UP
    assert end_wrap_ups(phone.room) == 0
    phone.later(timedelta(seconds=31))
    assert end_wrap_ups(phone.room) == 1
    assert state_of(phone, phone.operator)[0] is AgentState.READY
    assert phone.asked()[-1][0] == CommandKind.UNPAUSE


def test_wrap_up_ends_early_by_hand_only(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    end_wrap_up(phone.room, phone.operator)
    assert state_of(phone, phone.operator)[0] is AgentState.READY
    phone.talked("8001")
    end_wrap_up(phone.room, phone.operator)
    assert state_of(phone, phone.operator)[0] is AgentState.READY


def test_without_wrap_up_the_pbx_is_not_bothered(phone: Telephone) -> None:
    phone.set(wrap_up_seconds=0)
    ready_at(phone, phone.operator, "8001")
    before = len(phone.asked())
    phone.talked("8001")
    assert state_of(phone, phone.operator)[0] is AgentState.READY
    assert len(phone.asked()) == before


def test_a_pause_during_a_call_follows_it(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    call_id = phone.rings("8001")
    phone.answers(call_id)
    pause(phone.room, phone.operator, PauseReason.REST)
    assert state_of(phone, phone.operator) == (AgentState.TALKING, PauseReason.REST)
    phone.ends(call_id)
    end_wrap_up(phone.room, phone.operator)
    assert state_of(phone, phone.operator) == (AgentState.PAUSED, PauseReason.REST)


def test_signing_out_with_a_live_call_waits_for_its_end(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    call_id = phone.rings("8001")
    phone.answers(call_id)
    assert sign_out_agent(phone.room, phone.operator) is not None
    assert state_of(phone, phone.operator) == (AgentState.TALKING, LEAVING)
    assert CommandKind.AGENT_OFF not in [kind for kind, _ in phone.asked()]
    phone.ends(call_id)
    assert state_of(phone, phone.operator)[0] is AgentState.OFFLINE
    assert phone.asked()[-1][0] == CommandKind.AGENT_OFF
    sign_in_agent(phone.room, phone.desk.colleague, "8001", Device.PHONE)


def test_staying_after_all(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    call_id = phone.rings("8001")
    phone.answers(call_id)
    sign_out_agent(phone.room, phone.operator)
    make_ready(phone.room, phone.operator)
    phone.ends(call_id)
    assert state_of(phone, phone.operator)[0] is AgentState.WRAP_UP


def test_a_ring_not_answered_leads_back(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    phone.ends(phone.rings("8001"))
    assert state_of(phone, phone.operator)[0] is AgentState.READY
    pause(phone.room, phone.operator, PauseReason.MEETING)
    phone.ends(phone.rings("8001"))
    assert state_of(phone, phone.operator) == (AgentState.PAUSED, PauseReason.MEETING)


def test_two_calls_in_parallel(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    first = phone.rings("8001")
    phone.answers(first)
    second = phone.rings("8001")
    assert state_of(phone, phone.operator)[0] is AgentState.TALKING
    phone.answers(second)
    phone.ends(second)
    seat = my_agent(phone.room, phone.operator).agent
    assert seat is not None
    assert (seat.state, seat.call_id) == (AgentState.TALKING, first)
    phone.ends(first)
    assert state_of(phone, phone.operator)[0] is AgentState.WRAP_UP


def test_extensions_without_a_person_are_ignored(phone: Telephone) -> None:
    call_id = phone.rings("8007")

    def everything(unit: Unit) -> None:
        agent_rings(unit, "8007", call_id)
        agent_answers(phone.room, unit, "8007", call_id)
        agent_freed(phone.room, unit, "8007", call_id)
        agent_reachable(unit, "8007", True)

    phone.room.database.write(everything)
    assert agents_to_restore(phone.room) == []


def test_after_a_break_everybody_is_told_again_and_lost_calls_free_their_agents(
    phone: Telephone,
) -> None:
    ready_at(phone, phone.operator, "8001")
    ready_at(phone, phone.desk.colleague, "8002")
    phone_credential(phone.room, phone.operator)
    lost = phone.rings("8001")
    phone.answers(lost)
    phone.forgotten(lost)
    assert restore_agents(phone.room) == 2
    assert state_of(phone, phone.operator)[0] is AgentState.WRAP_UP
    told = {payload["extension"]: payload for kind, payload in phone.asked()[-2:]}
    assert told["8001"]["paused"] is True
    assert told["8002"]["paused"] is False
    secret = phone_credential(phone.room, phone.operator).secret
    assert open_value(phone.room, "secret", "8001", told["8001"]["secret"]) == secret
    assert "secret" not in told["8002"]


def test_the_shift_leader_forces_with_a_reason_that_is_kept(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    key = phone.operator.account_id
    assert key is not None
    with phone.desk.refused(NotAllowed):
        force(phone.room, phone.desk.colleague, key, Forced.PAUSE, "离开座位")
    with phone.desk.refused(Incomplete):
        force(phone.room, phone.desk.leader, key, Forced.PAUSE, " ")
    force(phone.room, phone.desk.leader, key, Forced.PAUSE, "离开座位")
    assert state_of(phone, phone.operator)[0] is AgentState.PAUSED
    with phone.room.database.read() as conn:
        told = conn.execute(select(event).order_by(event.c.id.desc()).limit(1)).mappings().one()
        forced = conn.execute(
            select(agent_spell.c.forced_by).where(agent_spell.c.ended_at.is_(None))
        ).scalar_one()
    assert told["actor_name"] == phone.desk.leader.name
    assert told["data"]["forced"] == "离开座位"
    assert forced == phone.desk.leader.account_id
    force(phone.room, phone.desk.leader, key, Forced.SIGN_OUT, "下班未签出")
    assert state_of(phone, phone.operator)[0] is AgentState.OFFLINE


def test_spells_are_the_timesheet(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    phone.talked("8001")
    sign_out_agent(phone.room, phone.operator)
    with phone.room.database.read() as conn:
        rows = conn.execute(select(agent_spell).order_by(agent_spell.c.id)).all()
    assert [row.state for row in rows] == ["PAUSED", "READY", "RINGING", "TALKING", "WRAP_UP"]
    assert all(row.ended_at is not None for row in rows)
    mine = next(
        each
        for each in list_agents(phone.room, phone.desk.leader)
        if each.account == phone.operator.account_id
    )
    assert mine.agent is None
    assert mine.today.answered == 1


def test_the_browser_secret_is_kept_while_good_and_goes_with_its_owner(phone: Telephone) -> None:
    sign_in_agent(phone.room, phone.operator, "8001", Device.BROWSER)
    first = phone_credential(phone.room, phone.operator)
    assert phone_credential(phone.room, phone.operator) == first
    kinds = [kind for kind, _ in phone.asked()]
    assert kinds.count(CommandKind.CREDENTIAL) == 1
    with phone.room.database.read() as conn:
        assert first.secret not in str(conn.execute(select(pbx_command)).all())
        assert first.secret not in str(conn.execute(select(event.c.data)).all())
    sign_out_agent(phone.room, phone.operator)
    sign_in_agent(phone.room, phone.operator, "8001", Device.BROWSER)
    assert phone_credential(phone.room, phone.operator).secret != first.secret
    sign_in_agent(phone.room, phone.operator, "8001", Device.PHONE)
    with phone.desk.refused(WrongState):
        phone_credential(phone.room, phone.operator)


def test_who_is_disabled_leaves_after_the_call(phone: Telephone) -> None:
    ready_at(phone, phone.operator, "8001")
    ready_at(phone, phone.desk.colleague, "8002")
    call_id = phone.rings("8001")
    phone.answers(call_id)
    for name in ("op1", "op2"):
        set_active(phone.room, CONSOLE, name, False)
    assert release_disabled(phone.room) == 2
    assert release_disabled(phone.room) == 0
    assert [who.extension for who in agents_to_restore(phone.room)] == ["8001"]
    phone.ends(call_id)
    assert agents_to_restore(phone.room) == []


def test_two_people_at_one_chair_at_the_same_time(phone: Telephone) -> None:
    people = [phone.operator, phone.desk.colleague]

    def sit(who: Actor) -> str:
        try:
            sign_in_agent(phone.room, who, "8001", Device.BROWSER)
        except WrongState:
            return "refused"
        return "seated"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(sit, people)) == ["refused", "seated"]
    assert len(agents_to_restore(phone.room)) == 1


def test_one_person_at_two_chairs_at_the_same_time(phone: Telephone) -> None:
    def sit(extension: str) -> None:
        with suppress(WrongState):
            sign_in_agent(phone.room, phone.operator, extension, Device.BROWSER)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sit, ["8001", "8002"]))
    assert len(agents_to_restore(phone.room)) == 1
