"""Calls over the desk's API: list, screen pop, notes, and what comes of a call."""

from datetime import date as day_type
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from intake.desk.api.call_views import (
    CallPageShown,
    Calls,
    NoteShown,
    OpenNotes,
    PopShown,
    call_shown,
    note_shown,
    open_note_shown,
    pop_shown,
)
from intake.domain.alarm import CallSound
from intake.domain.call_control import NoTicket
from intake.domain.errors import NotFound
from intake.domain.numbers import county_day
from intake.http.endpoints import Asked, Endpoints
from intake.http.room import room_of
from intake.http.words import PRINTABLE, Input, Line, Shown, Words
from intake.services.call_list import CallsAsked, current_calls, list_calls
from intake.services.call_notes import open_notes, save_note
from intake.services.call_sound import tell_sound
from intake.services.call_ticket import link_ticket, make_ticket, no_ticket
from intake.services.callers import (
    list_as_nuisance,
    list_nuisance,
    mark_elder,
    reveal_caller,
    take_off_nuisance,
)
from intake.services.screen_pop import pop

calls_api = Endpoints("/desk/api", "calls")

_STEPS = ("wrong-state", "stale-version", "incomplete", "invalid")


class ListAsked(Input):
    """``day`` is a day of the county, today when left out."""

    day: day_type | None = None
    mine: bool = False
    missed: bool = False
    undecided: bool = False
    after: Annotated[str, Field(max_length=40), PRINTABLE] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NoteTyped(Input):
    """``version`` is the one last seen, 0 for the first save."""

    text: Annotated[str, Field(max_length=20_000), PRINTABLE]
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class TicketWanted(Input):
    """``existing`` names a ticket the caller asks about; without it a new one is made."""

    text: Words = ""
    existing: Annotated[str, Field(max_length=32), PRINTABLE] = ""


class TicketMade(Shown):
    """``repeated`` tells that the call had its ticket before."""

    number: str
    repeated: bool


class NoTicketWanted(Input):
    reason: NoTicket
    remark: Line = ""


class Why(Input):
    reason: Line = ""


class Elder(Input):
    elder: bool


class NuisanceWanted(Input):
    """``call`` is the call whose number it is; ``hours`` until it may call again."""

    call: Annotated[int, Field(ge=1, le=2**53)]
    reason: Line
    hours: Annotated[int, Field(ge=1, le=720)] = 24


class CallerShown(Shown):
    """The caller in clear, once."""

    number: str
    name: str


class Done(Shown):
    done: bool = True


class SoundHeard(Input):
    """What the browser measures of the conversation."""

    sound: CallSound


class ListedShown(Shown):
    id: int
    number_shown: str
    reason: str
    until: datetime | None
    added_by: str
    added_at: datetime


class Listed(Shown):
    rows: list[ListedShown]


def key_of(asked: Asked[Any, Any], name: str = "id") -> int:
    """The key in the path; raises NotFound for anything that is not one."""
    given = asked.request.match_info[name]
    if not (given.isascii() and given.isdecimal() and len(given) <= 15):
        raise NotFound("没有这一条，请刷新列表。")
    return int(given)


@calls_api.endpoint("GET", "/calls/current", summary="我正在进行的通话", answer=Calls)
async def current(asked: Asked[None, None]) -> Calls:
    """Read again after every event ``call`` of the live stream."""
    rows = await asked.call(current_calls, asked.actor)
    return Calls(rows=[call_shown(line, asked.actor) for line in rows])


@calls_api.endpoint("GET", "/calls/notes", summary="还没有去向的通话和记录", answer=OpenNotes)
async def notes(asked: Asked[None, None]) -> OpenNotes:
    """Offered again until something comes of them."""
    rows = await asked.call(open_notes, asked.actor)
    return OpenNotes(rows=[open_note_shown(note, asked.actor) for note in rows])


@calls_api.endpoint(
    "GET", "/calls", summary="一天的通话，最新的在前", answer=CallPageShown, query=ListAsked
)
async def listed(asked: Asked[ListAsked, None]) -> CallPageShown:
    """One page by key."""
    wanted = asked.query
    day = wanted.day or county_day(room_of(asked.request).clock())
    query = CallsAsked(
        day,
        mine=wanted.mine,
        missed=wanted.missed,
        undecided=wanted.undecided,
        after=wanted.after,
        limit=wanted.limit,
    )
    page = await asked.call(list_calls, asked.actor, query)
    return CallPageShown(rows=[call_shown(line, asked.actor) for line in page.rows], next=page.next)


@calls_api.endpoint("GET", "/calls/{id}/pop", summary="来电弹屏", answer=PopShown)
async def popped(asked: Asked[None, None]) -> PopShown:
    """Who calls, masked, and what they reported before."""
    return pop_shown(await asked.call(pop, asked.actor, key_of(asked)), asked.actor)


@calls_api.endpoint(
    "POST", "/calls/{id}/sound", summary="登记通话声音中断或恢复", answer=Done, body=SoundHeard
)
async def sounded(asked: Asked[None, SoundHeard]) -> Done:
    """One's own call; the shift leader is shown it."""
    await asked.call(tell_sound, asked.actor, key_of(asked), asked.body.sound)
    return Done()


@calls_api.endpoint(
    "PUT",
    "/calls/{id}/note",
    summary="保存通话记录",
    answer=NoteShown,
    body=NoteTyped,
    problems=_STEPS,
)
async def noted(asked: Asked[None, NoteTyped]) -> NoteShown:
    """Every keystroke, before, during and after the call; 409 carries the stored text."""
    body = asked.body
    note = await asked.call(save_note, asked.actor, key_of(asked), body.text, body.version)
    return note_shown(note)


@calls_api.endpoint(
    "POST",
    "/calls/{id}/ticket",
    summary="由通话生成受理单，或关联已有受理单",
    answer=TicketMade,
    body=TicketWanted,
    problems=_STEPS,
)
async def made(asked: Asked[None, TicketWanted]) -> TicketMade:
    """Once: asked again it tells the same number."""
    body, key = asked.body, key_of(asked)
    if body.existing:
        number = await asked.call(link_ticket, asked.actor, key, body.existing, body.text)
        return TicketMade(number=number, repeated=False)
    number, repeated = await asked.call(make_ticket, asked.actor, key, body.text)
    return TicketMade(number=number, repeated=repeated)


@calls_api.endpoint(
    "POST",
    "/calls/{id}/no-ticket",
    summary="不需要受理单，登记原因",
    answer=Done,
    body=NoTicketWanted,
    problems=_STEPS,
)
async def none_made(asked: Asked[None, NoTicketWanted]) -> Done:
    """The contact of the call ends with the reason."""
    body = asked.body
    await asked.call(no_ticket, asked.actor, key_of(asked), body.reason, body.remark)
    return Done()


@calls_api.endpoint(
    "POST",
    "/calls/{id}/reveal",
    summary="查看来电号码（每次留痕）",
    answer=CallerShown,
    body=Why,
    problems=_STEPS,
)
async def revealed(asked: Asked[None, Why]) -> CallerShown:
    """In clear, once."""
    caller = await asked.call(reveal_caller, asked.actor, key_of(asked), asked.body.reason)
    return CallerShown(number=caller.number, name=caller.name)


@calls_api.endpoint(
    "POST",
    "/calls/{id}/elder",
    summary="记住这个号码由老年人使用",
    answer=Done,
    body=Elder,
    problems=_STEPS,
)
async def marked(asked: Asked[None, Elder]) -> Done:
    """Shown at every later call of the number."""
    await asked.call(mark_elder, asked.actor, key_of(asked), asked.body.elder)
    return Done()


@calls_api.endpoint("GET", "/nuisance", summary="骚扰电话名单（值班长）", answer=Listed)
async def nuisance(asked: Asked[None, None]) -> Listed:
    """Numbers in force, masked."""
    rows = await asked.call(list_nuisance, asked.actor)
    names = ListedShown.model_fields
    return Listed(
        rows=[ListedShown(**{name: getattr(each, name) for name in names}) for each in rows]
    )


@calls_api.endpoint(
    "POST",
    "/nuisance",
    summary="把一通电话的号码列为骚扰电话",
    answer=Listed,
    body=NuisanceWanted,
    problems=("not-found", *_STEPS),
)
async def added(asked: Asked[None, NuisanceWanted]) -> Listed:
    """From a call, never a typed number."""
    body = asked.body
    await asked.call(list_as_nuisance, asked.actor, body.call, body.reason, body.hours)
    return await nuisance(Asked(asked.request, None, None, asked.identity))


@calls_api.endpoint(
    "POST",
    "/nuisance/{id}/remove",
    summary="移出骚扰电话名单",
    answer=Listed,
    body=Why,
    problems=_STEPS,
)
async def removed(asked: Asked[None, Why]) -> Listed:
    """With a reason that is kept."""
    await asked.call(take_off_nuisance, asked.actor, key_of(asked), asked.body.reason)
    return await nuisance(Asked(asked.request, None, None, asked.identity))
