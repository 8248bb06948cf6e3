"""The operator's telephone over the API: where I sit, what I do, and everybody for the leader."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from intake.domain.agent import Agent, AgentState, Device, PauseReason
from intake.domain.errors import NotFound
from intake.http.endpoints import Asked, Endpoints
from intake.http.room import settings_of
from intake.http.words import Input, Line, Shown
from intake.services import agents
from intake.services.agent_views import MyAgent, list_agents, my_agent, reason_text
from intake.services.phone import phone_credential

agents_api = Endpoints("/desk/api", "agents")

_PROBLEMS = ("wrong-state", "stale-version", "incomplete")


class SignIn(Input):
    """``device`` is what rings: the browser or a telephone on the table."""

    extension: Annotated[str, Field(pattern="^[0-9]{2,8}$")]
    device: Device = Device.BROWSER


class Pause(Input):
    reason: PauseReason


class Nothing(Input):
    """No more needs to be said."""


class Why(Input):
    reason: Line


class Choice(Shown):
    """Something to choose from a list."""

    key: str
    text: str


class AgentShown(Shown):
    """One's own telephone; ``extension`` is empty when not signed in."""

    extension: str
    device: str
    state: AgentState
    state_text: str
    reason: str
    reason_text: str
    since: datetime | None
    wrap_until: datetime | None
    reachable: bool
    call: int | None
    version: int
    extensions: list[str]
    reasons: list[Choice]
    devices: list[Choice]
    link: str
    link_text: str
    has_pbx: bool


class TodayShown(Shown):
    """Seconds of today, and calls answered."""

    signed: int
    ready: int
    talking: int
    wrap_up: int
    paused: int
    answered: int


class ColleagueShown(Shown):
    account: int
    name: str
    extension: str
    device: str
    state: AgentState
    state_text: str
    reason_text: str
    since: datetime | None
    reachable: bool
    call: int | None
    today: TodayShown


class Colleagues(Shown):
    rows: list[ColleagueShown]


class PhoneShown(Shown):
    """What the browser's telephone registers with; never part of a page, never kept."""

    extension: str
    secret: str
    until: datetime
    websocket: str
    uri: str


@agents_api.endpoint("GET", "/agent", summary="我的分机和状态", answer=AgentShown)
async def mine(asked: Asked[None, None]) -> AgentShown:
    """Read again after every event ``agent`` of the live stream."""
    return _shown(asked, await asked.call(my_agent, asked.actor))


@agents_api.endpoint(
    "POST",
    "/agent/sign-in",
    summary="签入分机",
    answer=AgentShown,
    body=SignIn,
    problems=_PROBLEMS,
)
async def signed_in(asked: Asked[None, SignIn]) -> AgentShown:
    """One account, one extension; signing in at another leaves the first."""
    body = asked.body
    await asked.call(agents.sign_in_agent, asked.actor, body.extension, body.device)
    return await _mine_again(asked)


@agents_api.endpoint(
    "POST",
    "/agent/sign-out",
    summary="签出；通话中则在通话后签出",
    answer=AgentShown,
    body=Nothing,
    problems=_PROBLEMS,
)
async def signed_out(asked: Asked[None, Nothing]) -> AgentShown:
    """The caller is never cut off by it."""
    await asked.call(agents.sign_out_agent, asked.actor)
    return await _mine_again(asked)


@agents_api.endpoint(
    "POST", "/agent/ready", summary="就绪", answer=AgentShown, body=Nothing, problems=_PROBLEMS
)
async def ready(asked: Asked[None, Nothing]) -> AgentShown:
    """During a call it takes back the pause or signing out asked for."""
    await asked.call(agents.make_ready, asked.actor)
    return await _mine_again(asked)


@agents_api.endpoint(
    "POST",
    "/agent/pause",
    summary="暂停；通话中则在通话后暂停",
    answer=AgentShown,
    body=Pause,
    problems=_PROBLEMS,
)
async def paused(asked: Asked[None, Pause]) -> AgentShown:
    """With one of the known reasons."""
    await asked.call(agents.pause, asked.actor, asked.body.reason)
    return await _mine_again(asked)


@agents_api.endpoint(
    "POST",
    "/agent/wrap-up-done",
    summary="话后整理完毕",
    answer=AgentShown,
    body=Nothing,
    problems=_PROBLEMS,
)
async def wrapped_up(asked: Asked[None, Nothing]) -> AgentShown:
    """Ready before the time is over."""
    await asked.call(agents.end_wrap_up, asked.actor)
    return await _mine_again(asked)


@agents_api.endpoint("GET", "/agents", summary="全部坐席（值班长）", answer=Colleagues)
async def everybody(asked: Asked[None, None]) -> Colleagues:
    """State and the day's figures."""
    rows = await asked.call(list_agents, asked.actor)
    return Colleagues(
        rows=[
            ColleagueShown(
                account=each.account,
                name=each.name,
                today=TodayShown(
                    **{name: getattr(each.today, name) for name in TodayShown.model_fields}
                ),
                **_common(each.agent),
            )
            for each in rows
        ]
    )


@agents_api.endpoint(
    "GET",
    "/phone",
    summary="浏览器软电话的登录口令",
    answer=PhoneShown,
    problems=("wrong-state",),
)
async def phone(asked: Asked[None, None]) -> PhoneShown:
    """Only one's own, only while signed in with the browser."""
    made = await asked.call(phone_credential, asked.actor)
    return PhoneShown(**{name: getattr(made, name) for name in PhoneShown.model_fields})


async def _mine_again(asked: Asked[Any, Any]) -> AgentShown:
    """What one's own telephone looks like after a step."""
    return _shown(asked, await asked.call(my_agent, asked.actor))


async def _forced(asked: Asked[None, Why], what: agents.Forced) -> Colleagues:
    key = asked.request.match_info["account"]
    if not (key.isascii() and key.isdecimal() and len(key) <= 15):
        raise NotFound("没有这位同事。")
    await asked.call(agents.force, asked.actor, int(key), what, asked.body.reason)
    return await everybody(Asked(asked.request, None, None, asked.identity))


def _force(what: agents.Forced) -> Callable[[Asked[None, Why]], Awaitable[Colleagues]]:
    async def forced(asked: Asked[None, Why]) -> Colleagues:
        return await _forced(asked, what)

    return forced


for _what, _summary in (
    (agents.Forced.READY, "值班长代为置闲"),
    (agents.Forced.PAUSE, "值班长代为暂停"),
    (agents.Forced.SIGN_OUT, "值班长代为签出"),
):
    agents_api.add(
        "POST",
        f"/agents/{{account}}/{_what}",
        _force(_what),
        summary=_summary,
        answer=Colleagues,
        body=Why,
        problems=_PROBLEMS,
    )


def _shown(asked: Asked[Any, Any], view: MyAgent) -> AgentShown:
    who = view.agent
    return AgentShown(
        **_common(who),
        reason=who.reason if who else "",
        wrap_until=who.wrap_until if who else None,
        version=who.version if who else 0,
        extensions=list(view.free),
        reasons=[Choice(key=each.value, text=each.label) for each in PauseReason],
        devices=[Choice(key=each.value, text=each.label) for each in Device],
        link=view.link.value,
        link_text=view.link.label,
        has_pbx=settings_of(asked.request).has_pbx,
    )


def _common(who: Agent | None) -> dict[str, Any]:
    state = who.state if who else AgentState.OFFLINE
    return {
        "extension": who.extension if who else "",
        "device": who.device.value if who else "",
        "state": state,
        "state_text": state.label,
        "reason_text": reason_text(who),
        "since": who.since if who else None,
        "reachable": who.reachable if who else False,
        "call": who.call_id if who else None,
    }
