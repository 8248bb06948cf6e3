"""The public API: hand in a report, read its progress."""

import re
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from channels.web.parse import FORM_MEDIA_TYPE, ReportForm
from channels.web.receive import receive_form, receive_json
from intake.http.endpoints import Asked, Endpoints
from intake.http.problems import Fault, no
from intake.http.reading import read_bounded, require_json
from intake.http.reports import Report
from intake.http.room import require_rate, settings_of
from intake.http.uploads import received_form
from intake.http.words import PRINTABLE, Input, Shown
from intake.services.progress import read_progress

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,128}")

public_api = Endpoints("/api/v1", "public")


class ReceiptShown(Shown):
    """The receipt; number and query code together open the progress."""

    number: str
    query_code: str
    received_at: datetime


class ProgressQuery(Input):
    """``code`` is the query code of the receipt."""

    code: Annotated[str, Field(min_length=1, max_length=32), PRINTABLE]


class TimelineShown(Shown):
    at: datetime
    text: str


class ProgressShown(Shown):
    """``status`` is a stable code, ``status_text`` the words for people."""

    number: str
    status: str
    status_text: str
    received_at: datetime
    questions: str
    answer: str
    case_number: str
    timeline: list[TimelineShown]
    may_supplement: bool
    may_withdraw: bool


@public_api.endpoint(
    "POST",
    "/complaints",
    summary="提交反映（JSON 或带照片的表单）",
    status=201,
    answer=ReceiptShown,
    body=Report,
    media={FORM_MEDIA_TYPE: ReportForm},
    headers={
        KEY_HEADER: "Chosen by the client, unguessable, the same at every attempt for one report; "
        "up to 128 visible ASCII characters. The same key brings the same receipt."
    },
    public=True,
    problems=("outside-county", "photo-refused", "idempotency-key-reused", "rate-limited"),
)
async def hand_in(asked: Asked[None, None]) -> ReceiptShown:
    """Accepted once and durably: the answer comes after the commit."""
    request = asked.request
    require_rate(request, "report")
    key = _key(request)
    if request.content_type == FORM_MEDIA_TYPE:
        async with received_form(request, settings_of(request)) as form:
            receipt = await receive_form(request, form, key)
    else:
        require_json(request)
        receipt = await receive_json(request, await read_bounded(request), key)
    return ReceiptShown(
        number=receipt.number, query_code=receipt.query_code, received_at=receipt.received_at
    )


@public_api.endpoint(
    "GET",
    "/complaints/{number}",
    summary="用受理编号和查询码查看进度",
    answer=ProgressShown,
    query=ProgressQuery,
    public=True,
    problems=("rate-limited",),
)
async def progress(asked: Asked[ProgressQuery, None]) -> ProgressShown:
    """An unknown number and a wrong code are told alike."""
    require_rate(asked.request, "query")
    found = await asked.call(read_progress, asked.number, asked.query.code)
    return ProgressShown(
        number=found.number,
        status=found.status,
        status_text=found.status_text,
        received_at=found.received_at,
        questions=found.questions,
        answer=found.answer,
        case_number=found.case_number,
        timeline=[TimelineShown(at=line.at, text=line.text) for line in found.timeline],
        may_supplement=found.may_supplement,
        may_withdraw=found.may_withdraw,
    )


def add_public_api(app: web.Application) -> None:
    """Serve the public API from ``app``, which was furnished with a room."""
    public_api.join(app)


def _key(request: web.Request) -> str | None:
    keys = request.headers.getall(KEY_HEADER, [])
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        message = "Idempotency-Key 应为 1 到 128 个可见的 ASCII 字符，且只出现一次。"
        raise no("invalid", message, Fault(KEY_HEADER, message))
    return keys[0]
