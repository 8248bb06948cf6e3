"""The live stream of the desk: facts of tickets, calls and agents as server-sent events, by cursor.

The event id is the cursor: a browser that lost its connection sends it as Last-Event-ID and goes
on where it was, in whichever web process it lands (decision 8).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from time import monotonic
from typing import Any

from aiohttp import web

from intake.desk.inbox import tab_of
from intake.desk.pages import signed_in
from intake.desk.tail import TAIL, last_event
from intake.domain.events import Subject
from intake.domain.numbers import ticket_number
from intake.domain.people import Action
from intake.domain.ticket_steps import TicketState
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call
from intake.services.live import EventRow
from intake.services.standing import still_signed_in

_HEARTBEAT_SECONDS = 15.0
_RETRY_MILLISECONDS = 2000
_TELEPHONE = frozenset({Subject.CALL.value, Subject.AGENT.value})


@signed_in
async def stream(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Server-sent events until the session ends or the browser goes."""
    identity.actor.require(Action.READ_TICKETS)
    after = await _cursor(request)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    await response.write(f"retry: {_RETRY_MILLISECONDS}\n\n".encode())
    batches = request.config_dict[TAIL].follow(after)
    with suppress(ConnectionError):
        await _pump(request, identity, response, batches)
    return response


async def _pump(
    request: web.Request,
    identity: Identity,
    response: web.StreamResponse,
    batches: AsyncIterator[list[EventRow]],
) -> None:
    coming = asyncio.ensure_future(anext(batches, None))
    beat = monotonic() + _HEARTBEAT_SECONDS
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=max(0.0, beat - monotonic()))
            # By the clock, however much there is to tell: who was signed out is told no more.
            if monotonic() >= beat:
                if not await call(request, still_signed_in, identity.cookie):
                    await response.write(b"event: signed-out\ndata: {}\n\n")
                    return
                await response.write(b": still here\n\n")
                beat = monotonic() + _HEARTBEAT_SECONDS
            if not done:
                continue
            rows = coming.result()
            if rows is None:
                return
            await response.write("".join(_told(row, identity) for row in rows).encode())
            coming = asyncio.ensure_future(anext(batches, None))
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError):
            await coming


def _told(row: EventRow, identity: Identity) -> str:
    """One fact as a server-sent event; facts that are not this person's only move the cursor."""
    name, told = "cursor", {}
    if row.subject == Subject.TICKET.value:
        name, told = "ticket", _ticket(row)
    elif row.subject in _TELEPHONE:
        mine = row.data.get("account") == identity.account.id
        if mine or identity.actor.may(Action.SUPERVISE_CALLS):
            name = "call"
            told = {**row.data, "type": row.type, "subject": row.subject_id, "mine": mine}
    elif row.subject == Subject.PBX.value:
        name, told = "pbx", {"type": row.type, "subject": row.subject_id, "state": row.to_state}
    elif row.subject == Subject.MESSAGE.value:
        name, told = "message", {"number": ticket_number(row.data["ticket"]), "type": row.type}
    return f"id: {row.id}\nevent: {name}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


def _ticket(row: EventRow) -> dict[str, Any]:
    return {
        "number": ticket_number(row.subject_id),
        "type": row.type,
        "tab": tab_of(TicketState(row.to_state)),
        "from": tab_of(TicketState(row.from_state)) if row.from_state else "",
        "by": row.actor_name,
    }


async def _cursor(request: web.Request) -> int:
    """Where to go on; a page that does not say starts with what happens next."""
    given = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    if not given:
        return await last_event(request)
    if not (given.isascii() and given.isdecimal() and len(given) <= 18):
        raise no("malformed", "实时消息的位置不对，请刷新页面。")
    return int(given)
