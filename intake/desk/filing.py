"""The shift leader's filing page: one ticket at a time with its checklist, then the next."""

from typing import Any

from aiohttp import web

from intake.desk.forms import query_text
from intake.desk.pages import render, signed_in
from intake.desk.registration import form_of
from intake.desk.sheet import chosen_values, guesses_of, sheet_values
from intake.desk.tail import last_event
from intake.desk.verbs import VERBS
from intake.domain.errors import NotFound
from intake.domain.people import Action
from intake.domain.ticket_steps import TicketState
from intake.http.identity import Identity, require_action
from intake.http.room import call
from intake.services.ticket_list import ListQuery, list_tickets
from intake.services.ticket_view import view_ticket

_LONGEST_QUEUE = 100


@signed_in
async def show_filing(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The queue, oldest first, and the chosen ticket or the first."""
    require_action(identity, Action.REFUSE_FILING)
    cursor = await last_event(request)
    states = (TicketState.PENDING_FILING,)
    query = ListQuery(states=states, limit=_LONGEST_QUEUE)
    page = await call(request, list_tickets, identity.actor, query)
    queue = list(reversed(page.rows))
    done = VERBS.get(request.query.get("done", ""))
    common: dict[str, Any] = {
        "cursor": cursor,
        "queue": queue,
        "more": bool(page.next),
        "toast": done.done if done else "",
        "said": {},
        "dialog_open": "",
        "refusal": None,
        "form": {"lon": "", "lat": ""},
    }
    chosen = query_text(request, "number", 40) or (queue[0].number if queue else "")
    if not chosen:
        return render(request, "filing_empty.html", identity, **common)
    view = await call(request, view_ticket, identity.actor, chosen)
    if view.ticket.state is not TicketState.PENDING_FILING:
        if not queue:
            return render(request, "filing_empty.html", identity, **common)
        raise web.HTTPSeeOther("/desk/filing")
    if all(row.number != view.ticket.number for row in queue) and not page.next:
        raise NotFound("这张受理单已不在待立案队列里，请刷新。")
    sheet = view.ticket
    common["form"] = form_of(view)
    label = sheet.category.label if sheet.category else ""
    labels = [guess["label"] for guess in guesses_of(view)]
    return render(
        request,
        "filing.html",
        identity,
        **common,
        **await sheet_values(request, identity, view),
        **await chosen_values(request, identity, label, labels, str(sheet.condition_id or "")),
    )
