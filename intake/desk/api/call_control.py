"""Control of calls over the desk's API: steps of a living call, targets, click-to-call."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from intake.desk.api.calls import key_of
from intake.domain.call_control import CallVerb, SpyMode
from intake.domain.pbx_command import CommandState
from intake.http.endpoints import Asked, Endpoints
from intake.http.words import PRINTABLE, Input, Line, Shown
from intake.services import call_control as controlling
from intake.services.call_targets import list_targets
from intake.services.click_to_call import dial_ticket

control_api = Endpoints("/desk/api", "calls")

_PROBLEMS = ("wrong-state", "incomplete", "invalid")


class Nothing(Input):
    """No more needs to be said."""


class To(Input):
    """``target`` is a key of the list of targets, never a number."""

    target: Annotated[str, Field(min_length=1, max_length=40), PRINTABLE]


class Spy(Input):
    mode: SpyMode


class Reason(Input):
    reason: Line


class CommandShown(Shown):
    """A command on its way; its end is told by the live stream and ``/commands/{id}``."""

    command: int
    expires_at: datetime


class CommandEnd(Shown):
    """``message`` says in Chinese why a command was refused or not executed."""

    id: int
    kind: str
    state: CommandState
    ended: bool
    message: str


class TargetShown(Shown):
    key: str
    name: str
    kind: str
    kind_text: str


class Targets(Shown):
    rows: list[TargetShown]


class DialShown(Shown):
    """The operator's own telephone rings first."""

    attempt: str
    number_shown: str


def _step(verb: CallVerb) -> Callable[[Asked[None, Any]], Awaitable[CommandShown]]:
    async def take(asked: Asked[None, Any]) -> CommandShown:
        made = await asked.call(
            controlling.control_call,
            asked.actor,
            key_of(asked),
            verb,
            target=getattr(asked.body, "target", ""),
            mode=getattr(asked.body, "mode", None),
        )
        return CommandShown(command=made.command, expires_at=made.expires_at)

    return take


_STEPS: tuple[tuple[CallVerb, str, type[Input]], ...] = (
    (CallVerb.HANGUP, "挂断", Nothing),
    (CallVerb.HOLD, "保持", Nothing),
    (CallVerb.UNHOLD, "取消保持", Nothing),
    (CallVerb.MUTE, "静音", Nothing),
    (CallVerb.UNMUTE, "取消静音", Nothing),
    (CallVerb.TRANSFER, "直接转接", To),
    (CallVerb.ATTENDED, "询问转接", To),
    (CallVerb.COMPLETE, "完成询问转接", Nothing),
    (CallVerb.CANCEL, "取消询问转接", Nothing),
    (CallVerb.CONFERENCE, "三方通话", To),
    (CallVerb.RECORD_PAUSE, "暂停录音", Nothing),
    (CallVerb.RECORD_RESUME, "恢复录音", Nothing),
    (CallVerb.SPY, "监听、耳语或强插（值班长）", Spy),
)
"""Every step: path, what it does, its body."""

for _verb, _summary, _body in _STEPS:
    control_api.add(
        "POST",
        f"/calls/{{id}}/{_verb}",
        _step(_verb),
        summary=_summary,
        answer=CommandShown,
        body=_body,
        problems=_PROBLEMS,
    )


@control_api.endpoint("GET", "/commands/{id}", summary="一个操作的结果", answer=CommandEnd)
async def ended(asked: Asked[None, None]) -> CommandEnd:
    """One's own command."""
    found = await asked.call(controlling.command_of, asked.actor, key_of(asked))
    return CommandEnd(
        id=found.id,
        kind=found.kind.value,
        state=found.state,
        ended=found.state.ended,
        message=str(found.answer.get("message", "")),
    )


@control_api.endpoint("GET", "/transfer-targets", summary="可以转接的对象", answer=Targets)
async def targets(asked: Asked[None, None]) -> Targets:
    """Emergency services, colleagues who are signed in, departments."""
    rows = await asked.call(list_targets, asked.actor)
    return Targets(
        rows=[
            TargetShown(
                key=each.key, name=each.name, kind=each.kind.value, kind_text=each.kind.label
            )
            for each in rows
        ]
    )


@control_api.endpoint(
    "POST",
    "/tickets/{number}/dial",
    summary="致电受理单的反映人",
    answer=DialShown,
    body=Reason,
    problems=_PROBLEMS,
)
async def dialled(asked: Asked[None, Reason]) -> DialShown:
    """The number comes from the ticket; there is no way to type one."""
    made = await asked.call(dial_ticket, asked.actor, asked.number, asked.body.reason)
    return DialShown(attempt=made.attempt, number_shown=made.number_shown)
