"""The web as a channel: a report comes in, a receipt goes out after the commit."""

from collections.abc import Sequence

from aiohttp import web

from channels.contract import Arrival, Delivery
from channels.web.parse import form_payload, form_values
from intake.domain.contact import Outcome, Source
from intake.domain.errors import Refusal
from intake.domain.submission import Submission, Upload
from intake.http.reading import parse_json, parse_strings
from intake.http.reports import Report, derived_id, submission_of
from intake.http.room import RECEPTION, client_of, room_of
from intake.http.uploads import Form
from intake.services.accept import Receipt
from intake.services.reception import Reception
from intake.services.workroom import Workroom

FORM_MEDIA_TYPE = "multipart/form-data"
JSON_MEDIA_TYPE = "application/json"


class WebChannel:
    """The web door without its protocol: a JSON report in, its arrival out."""

    name = "web"
    source = Source.WEB

    def __init__(self, room: Workroom, reception: Reception) -> None:
        self._room = room
        self._reception = reception

    async def receive(self, delivery: Delivery) -> Arrival:
        """Accept one JSON report under the given external id."""
        report = parse_json(Report, delivery.payload)
        receipt = await self._reception.accept(
            submission_of(
                self._room,
                report,
                source=self.source,
                external_id=delivery.external_id,
                raw=delivery.payload,
                media_type=delivery.media_type,
                received_at=delivery.received_at,
            )
        )
        return Arrival(
            Outcome.TICKET,
            receipt.number,
            receipt.query_code,
            receipt.received_at,
            receipt.repeated,
        )


async def receive_json(request: web.Request, raw: bytes, key: str | None) -> Receipt:
    """Accept a report sent as JSON; ``key`` is its Idempotency-Key."""
    report = parse_json(Report, raw)
    submission = _submission(request, report, raw, JSON_MEDIA_TYPE, key)
    return await request.config_dict[RECEPTION].accept(submission)


async def receive_form(request: web.Request, form: Form, key: str | None = None) -> Receipt:
    """Accept a report sent as a form with photos.

    The photos stay on disk from here on unless the report was certainly not taken.
    """
    report = parse_strings(Report, form_values(form.fields))
    raw = form_payload(form.fields, form.photos)
    submission = _submission(request, report, raw, FORM_MEDIA_TYPE, key, form.photos)
    form.keep()
    try:
        receipt = await request.config_dict[RECEPTION].accept(submission)
    except Refusal:
        form.drop()
        raise
    if receipt.repeated:
        form.drop()
    return receipt


def _submission(
    request: web.Request,
    report: Report,
    raw: bytes,
    media_type: str,
    key: str | None,
    uploads: Sequence[Upload] = (),
) -> Submission:
    room = room_of(request)
    now = room.clock()
    address = client_of(request).group
    return submission_of(
        room,
        report,
        source=Source.WEB,
        external_id=derived_id(room, key, report, address, raw, now),
        raw=raw,
        media_type=media_type,
        received_at=now,
        uploads=uploads,
    )
