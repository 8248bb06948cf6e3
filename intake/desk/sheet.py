"""The ticket page: everything about one ticket, and every verb the reader may use."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from intake.desk.forms import read_own_form, version
from intake.desk.history import type_words, words_of
from intake.desk.pages import render, signed_in
from intake.desk.place import known_place
from intake.desk.registration import BOXES, COMPARED, FRESH, form_of, read_registration
from intake.desk.verbs import VERBS, may_file, verbs_for
from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.errors import Refusal
from intake.domain.events import EventType
from intake.domain.numbers import COUNTY_ZONE, ticket_number
from intake.domain.people import Action
from intake.domain.reasons import DECLINE_REASONS
from intake.domain.ticket_steps import Step
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call, settings_of
from intake.services.directory import (
    category_title,
    list_referrals,
    telling_facts,
    town_name,
)
from intake.services.finding import read_handbook
from intake.services.near import find_near
from intake.services.register import register
from intake.services.ticket_view import TicketView, view_ticket

_SHOWN_GUESSES = 3


@signed_in
async def show_ticket(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The page as stored."""
    number = request.match_info["number"]
    view = await call(request, view_ticket, identity.actor, number)
    done = VERBS.get(request.query.get("done", ""))
    told = done.done if done else "已保存" if request.query.get("done") == "save" else ""
    return await ticket_page(request, identity, view, toast=told)


@signed_in
async def do_register(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Register or save; on a refusal the page comes again with what was typed."""
    number = request.match_info["number"]
    form = await read_own_form(request, identity)
    try:
        wanted = read_registration(form, settings_of(request).area_code)
        seen = version(form)
        after = await call(request, register, identity.actor, number, seen, wanted)
    except Refusal as refusal:
        view = await call(request, view_ticket, identity.actor, number)
        return await ticket_page(request, identity, view, typed=form, refusal=refusal)
    raise web.HTTPSeeOther(f"/desk/tickets/{after.number}?done=save")


@signed_in
async def do_verb(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One verb; on a refusal the page comes again with its dialog open and what was typed."""
    number = request.match_info["number"]
    verb = VERBS.get(request.match_info["verb"])
    if verb is None:
        raise no("no-such-address", "没有这个操作，请刷新页面后再试。")
    form = await read_own_form(request, identity)
    try:
        await call(request, verb.work, identity.actor, number, form)
    except Refusal as refusal:
        view = await call(request, view_ticket, identity.actor, number)
        return await ticket_page(
            request, identity, view, refusal=refusal, dialog=verb.name, said=form
        )
    if form.get("back") == "filing":
        raise web.HTTPSeeOther("/desk/filing?done=" + verb.name)
    raise web.HTTPSeeOther(f"/desk/tickets/{number}?done={verb.name}")


@signed_in
async def show_near(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The panel of near and similar tickets."""
    number = request.match_info["number"]
    view = await call(request, view_ticket, identity.actor, number)
    found = await call(request, find_near, identity.actor, number)
    mergeable = Step.MERGE in view.steps
    return render(request, "near.html", identity, near=found, mergeable=mergeable)


async def ticket_page(
    request: web.Request,
    identity: Identity,
    view: TicketView,
    *,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    dialog: str = "",
    said: Mapping[str, str] | None = None,
    toast: str = "",
) -> web.Response:
    """The page; ``typed`` are values of the form that were refused, ``said`` those of a dialog."""
    named = (view.suggestion or {}).get("place", "")
    stored = form_of(view, await known_place(request, identity, named))
    form = stored if typed is None else dict.fromkeys(stored.keys() - BOXES, "") | dict(typed)
    differing: list[tuple[str, str]] = []
    stale = refusal is not None and refusal.id == "stale-version"
    if stale and typed is not None:
        differing = await _differing(request, identity, stored, form)
    # The page now shows what is stored, so the next attempt knowingly builds on it.
    form["version"] = stored["version"]
    labels = [guess["label"] for guess in guesses_of(view)]
    return render(
        request,
        "ticket.html",
        identity,
        refusal.status if refusal else 200,
        **await sheet_values(request, identity, view),
        **await chosen_values(
            request, identity, form.get("category", ""), labels, form.get("condition_id", "")
        ),
        form=form,
        refusal=refusal,
        faulty=_faulty(refusal),
        changes=_changes(refusal) if stale else [],
        differing=differing,
        stale=stale,
        dialog_open=dialog,
        said=said or {},
        toast=toast,
        referrals=await call(request, list_referrals, identity.actor),
        decline_reasons=list(DECLINE_REASONS.values()),
        outcomes=list(VisitOutcome),
        solved=list(Solved),
        satisfactions=list(Satisfaction),
        appeals=list(AppealType),
        urgencies=list(Urgency),
        classes=list(CaseClass),
    )


async def sheet_values(
    request: web.Request, identity: Identity, view: TicketView
) -> dict[str, Any]:
    """What ticket page and filing page show of one ticket alike."""
    sheet = view.ticket
    evidence = [word for guess in guesses_of(view)[:1] for word in guess["evidence"]]
    return {
        "view": view,
        "sheet": sheet,
        "guesses": guesses_of(view),
        "abstained": bool(view.suggestion and view.suggestion["abstained"]),
        "evidence": evidence,
        "town": await call(request, town_name, sheet.town_code),
        "history": [(line, words_of(line)) for line in reversed(view.history)],
        "verbs": verbs_for(view, identity.actor),
        "may_file": may_file(view, identity.actor),
        "may_register": Step.REGISTER in view.steps or Step.AMEND in view.steps,
        "visit_lines": [_visit_words(row) for row in view.visits],
        "link_lines": [_link_words(row) for row in view.links],
        "fresh": sheet.state in FRESH,
        "may_reveal": identity.actor.may(Action.REVEAL),
        "failed": [rule for rule in view.checklist if not rule.passed],
    }


def guesses_of(view: TicketView) -> list[dict[str, Any]]:
    """The three best guesses of the latest suggestion."""
    return list((view.suggestion or {}).get("guesses", ()))[:_SHOWN_GUESSES]


async def chosen_values(
    request: web.Request, identity: Identity, label: str, suggested: list[str], condition: str
) -> dict[str, Any]:
    """The chosen category with its handbook card, and what tells it from its twins."""
    actor = identity.actor
    title = await call(request, category_title, actor, label) if label else ""
    cards = await call(request, read_handbook, actor, label) if title else []
    return {
        "label": label if title else "",
        "title": title,
        "cards": cards,
        "condition": condition if condition or len(cards) != 1 else str(cards[0].id),
        "facts": telling_facts(label, suggested) if title else [],
        "suggested": suggested,
    }


def _visit_words(row: Mapping[str, Any]) -> str:
    """One attempt to reach the reporter, as the page tells it."""
    words = [f"{row['at'].astimezone(COUNTY_ZONE):%m-%d %H:%M}", VisitOutcome(row["outcome"]).label]
    if row["solved"]:
        words += [Solved(row["solved"]).label, f"办理{Satisfaction(row['handling']).label}"]
    words += [row[name] for name in ("reason", "remark") if row[name]]
    return " · ".join(words)


def _link_words(row: Mapping[str, Any]) -> str:
    """What ties the ticket to another, and why."""
    kind = {"MERGED_INTO": "并入", "SPLIT_INTO": "拆分出"}.get(row["kind"], "关联")
    other = ticket_number(row["other_ticket_id"]) if row["other_ticket_id"] else "案卷"
    return f"{kind} {other}" + (f"（{'、'.join(row['reasons'])}）" if row["reasons"] else "")


def _faulty(refusal: Refusal | None) -> set[str]:
    if refusal is None:
        return set()
    names = refusal.details.get("fields") or [refusal.details.get("field")]
    return {str(name) for name in names if name}


def _changes(refusal: Refusal | None) -> list[tuple[str, str]]:
    """Who did what since the page was read: name and words."""
    listed = refusal.details.get("changes", ()) if refusal else ()
    return [(one["by"], type_words(EventType(one["type"]), {})) for one in listed]


async def _differing(
    request: web.Request, identity: Identity, stored: dict[str, str], typed: dict[str, str]
) -> list[tuple[str, str]]:
    """Fields whose stored value is not what was typed: name and stored value in words."""
    found: list[tuple[str, str]] = []
    for name, words in COMPARED.items():
        now = stored.get(name, "")
        if now.strip() == typed.get(name, "").strip():
            continue
        if name == "category" and now:
            now = await call(request, category_title, identity.actor, now)
        found.append((words, _shown(name, now)))
    return found


def _shown(name: str, value: str) -> str:
    for field, kind in (("appeal", AppealType), ("urgency", Urgency), ("case_class", CaseClass)):
        if name == field and value in set(kind):
            return str(kind(value).label)
    if value == "on":
        return "是"
    return value or "（空）"
