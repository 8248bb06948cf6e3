"""Alarms of the ways in and out, as a strip above every page of those in charge."""

from collections.abc import Mapping

from aiohttp import web

from intake.desk.pages import render, signed_in
from intake.domain.alarm import AlarmKind
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.alarms import read_alarms

_PAGES: Mapping[AlarmKind, tuple[str, str]] = {
    AlarmKind.QUIET_DOOR: ("/desk/doors", "查看渠道"),
    AlarmKind.STUCK_MESSAGES: ("/desk/doors", "查看渠道"),
    AlarmKind.TELEPHONE: ("/desk/doors", "查看渠道"),
    AlarmKind.CALL_SOUND: ("/desk/agents", "查看坐席"),
}


@signed_in
async def show_alarms(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The strip as a fragment; empty when all is well."""
    alarms = await call(request, read_alarms, identity.actor)
    return render(request, "alarms.html", identity, alarms=alarms, pages=_PAGES)


ROUTES = [web.get("/alarms", show_alarms)]
