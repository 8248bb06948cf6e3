"""Recordings over the desk's API: played with seeking, their facts, and the hold for a dispute."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from aiohttp import web

from intake.desk.api.calls import key_of
from intake.http.endpoints import Asked, Endpoints
from intake.http.identity import require_identity
from intake.http.room import call
from intake.http.words import Input, Line, Shown
from intake.services.recordings import (
    RecordingLine,
    hold_recording,
    play,
    recording_facts,
    recordings_of,
)

recordings_api = Endpoints("/desk/api", "recordings")

_HEADERS = {
    "Content-Type": "audio/wav",
    "Accept-Ranges": "bytes",
    "Content-Disposition": "inline",
    "Cache-Control": "no-store",
}
SOUND_PATH = r"/desk/api/recordings/{id:\d{1,15}}"


class Hold(Input):
    """``hold`` keeps it beyond its time, or lets it go again."""

    hold: bool
    reason: Line


class RecordingShown(Shown):
    """One recording; ``seconds`` is null when its length could not be read."""

    id: int
    call: int
    kind: str
    kind_text: str
    state: str
    state_text: str
    playable: bool
    seconds: float | None
    size: int
    sha256: str
    legal_hold: bool
    picked_at: datetime | None
    ticket: str


class Recordings(Shown):
    rows: list[RecordingShown]


async def play_sound(request: web.Request) -> web.StreamResponse:
    """The sound, or the part of it a Range header asks for (RFC 9110 section 14); never kept."""
    identity = await require_identity(request)
    sound = await call(request, play, identity.actor, int(request.match_info["id"]))
    part = _part(request, sound.size)
    if part is not None and part[0] >= part[1]:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{sound.size}"})
    start, end = part or (0, sound.size)
    response = web.StreamResponse(status=206 if part else 200, headers=_HEADERS)
    if part:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{sound.size}"
    response.content_length = end - start
    await response.prepare(request)
    if request.method != "HEAD":
        pieces = sound.read(start, end)
        while piece := await asyncio.to_thread(_next, pieces):
            await response.write(piece)
    await response.write_eof()
    return response


@recordings_api.endpoint(
    "GET", "/recordings/{id}/facts", summary="一段录音的情况", answer=RecordingShown
)
async def facts(asked: Asked[None, None]) -> RecordingShown:
    """Without listening to it."""
    return _shown(await asked.call(recording_facts, asked.actor, key_of(asked)))


@recordings_api.endpoint(
    "GET", "/calls/{id}/recordings", summary="一通电话的录音", answer=Recordings
)
async def of_call(asked: Asked[None, None]) -> Recordings:
    """Oldest first."""
    rows = await asked.call(recordings_of, asked.actor, key_of(asked))
    return Recordings(rows=[_shown(line) for line in rows])


@recordings_api.endpoint(
    "POST",
    "/recordings/{id}/hold",
    summary="因争议保留录音，或取消保留",
    answer=RecordingShown,
    body=Hold,
    problems=("wrong-state", "incomplete"),
)
async def held(asked: Asked[None, Hold]) -> RecordingShown:
    """The shift leader's decision, with a reason that is kept."""
    body = asked.body
    line = await asked.call(hold_recording, asked.actor, key_of(asked), body.hold, body.reason)
    return _shown(line)


def _part(request: web.Request, size: int) -> tuple[int, int] | None:
    """The one range of bytes that is asked for; None for the whole, also when it is unreadable."""
    if "Range" not in request.headers:
        return None
    try:
        start, stop, _ = request.http_range.indices(size)
    except ValueError:
        return None
    return start, stop


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


def _shown(line: RecordingLine) -> RecordingShown:
    return RecordingShown(
        id=line.id,
        call=line.call_id,
        kind=line.kind.value,
        kind_text=line.kind.label,
        state=line.state.value,
        state_text=line.state.label,
        playable=line.playable,
        seconds=line.seconds,
        size=line.size,
        sha256=line.sha256,
        legal_hold=line.legal_hold,
        picked_at=line.picked_at,
        ticket=line.ticket,
    )
