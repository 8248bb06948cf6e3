"""Extensions of a setting, and where a wrap-up leads."""

from datetime import UTC, datetime

import pytest

from intake.domain.agent import Agent, AgentState, Device, PauseReason, extensions_of

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8001", ("8001",)),
        ("8001-8003", ("8001", "8002", "8003")),
        ("8001, 8101-8102,8001", ("8001", "8101", "8102")),
        ("0098-0101", ("0098", "0099", "0100", "0101")),
    ],
)
def test_extensions(text: str, expected: tuple[str, ...]) -> None:
    assert extensions_of(text) == expected


@pytest.mark.parametrize(
    "text", ["", "a", "8", "8001-", "8003-8001", "8001-9001", "800-8001", "8001;8002", "８００１"]
)
def test_what_is_no_list_of_extensions(text: str) -> None:
    with pytest.raises(ValueError, match="8001-8008"):
        extensions_of(text)


@pytest.mark.parametrize(
    ("reason", "state"), [("", AgentState.READY), (PauseReason.REST, AgentState.PAUSED)]
)
def test_a_pause_asked_for_in_a_call_follows_its_wrap_up(reason: str, state: AgentState) -> None:
    who = Agent("8001", 1, Device.BROWSER, AgentState.WRAP_UP, reason, NOW, NOW, 5, True, 3)
    assert who.next_state is state


def test_only_who_said_so_is_offered_callers() -> None:
    taking = {state for state in AgentState if state.takes_calls}
    assert taking == {AgentState.READY, AgentState.RINGING}
    assert {state for state in AgentState if state.on_call} == {
        AgentState.RINGING,
        AgentState.TALKING,
    }
    assert len({state.label for state in AgentState}) == len(AgentState)
