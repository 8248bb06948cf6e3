"""The web as a channel: a report comes in, a receipt goes out after the commit."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from channels.contract import Arrival, Delivery
from channels.web.parse import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, form_payload, read_report
from intake.domain.contact import Outcome, Source
from intake.domain.errors import Refusal
from intake.domain.submission import Submission, Upload
from intake.http.reports import Report, derived_id, submission_of
from intake.http.room import RECEPTION, client_of, room_of
from intake.http.uploads import Form
from intake.services.accept import Receipt
from intake.services.reception import Reception
from intake.services.workroom import Workroom


@dataclass(frozen=True, slots=True)
class WebChannel:
    """The web door without its protocol: a report as JSON or as canonical form in."""

    room: Workroom
    reception: Reception

    @property
    def name(self) -> str:
        return "web"

    @property
    def source(self) -> Source:
        return Source.WEB

    async def receive(self, delivery: Delivery) -> Arrival:
        """Accept one report under the given external id."""
        report = read_report(delivery.payload, delivery.media_type)
        receipt = await self.reception.accept(self.submission(report, delivery))
        return Arrival(
            Outcome.TICKET,
            receipt.number,
            receipt.query_code,
            receipt.received_at,
            receipt.repeated,
        )

    def submission(
        self, report: Report, delivery: Delivery, uploads: Sequence[Upload] = ()
    ) -> Submission:
        """What was read from the delivery, checked, with its photos; raises a problem."""
        return submission_of(
            self.room,
            report,
            source=self.source,
            external_id=delivery.external_id,
            raw=delivery.payload,
            media_type=delivery.media_type,
            received_at=delivery.received_at,
            uploads=uploads,
        )


async def receive_json(request: web.Request, raw: bytes, key: str | None) -> Receipt:
    """Accept a report sent as JSON; ``key`` is its Idempotency-Key."""
    report = read_report(raw, JSON_MEDIA_TYPE)
    channel = _channel(request)
    delivery = _delivery(request, report, raw, JSON_MEDIA_TYPE, key)
    return await channel.reception.accept(channel.submission(report, delivery))


async def receive_form(request: web.Request, form: Form, key: str | None = None) -> Receipt:
    """Accept a report sent as a form with photos.

    The photos stay on disk from here on unless the report was certainly not taken.
    """
    raw = form_payload(form.fields, form.photos)
    report = read_report(raw, FORM_MEDIA_TYPE)
    channel = _channel(request)
    delivery = _delivery(request, report, raw, FORM_MEDIA_TYPE, key)
    submission = channel.submission(report, delivery, form.photos)
    form.keep()
    try:
        receipt = await channel.reception.accept(submission)
    except Refusal:
        form.drop()
        raise
    if receipt.repeated:
        form.drop()
    return receipt


def _channel(request: web.Request) -> WebChannel:
    return WebChannel(room_of(request), request.config_dict[RECEPTION])


def _delivery(
    request: web.Request, report: Report, raw: bytes, media_type: str, key: str | None
) -> Delivery:
    room = room_of(request)
    now = room.clock()
    external_id = derived_id(room, key, report, client_of(request).group, raw, now)
    return Delivery(external_id, raw, media_type, now)
