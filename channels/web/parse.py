"""The report form with photos: its fields, and the canonical form that is kept as raw."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from intake.domain.submission import Upload
from intake.http.reading import parse_json, parse_strings
from intake.http.reports import Report

FORM_MEDIA_TYPE = "multipart/form-data"
JSON_MEDIA_TYPE = "application/json"


class ReportForm(Report):
    """The same as a form, with up to nine photos."""

    photos: tuple[Annotated[str, Field(json_schema_extra={"format": "binary"})], ...] = ()


def read_report(raw: bytes, media_type: str) -> Report:
    """What is kept as raw, JSON or canonical form, as a report; raises a problem with every fault.

    Fields of a form that were left empty are none.
    """
    if media_type != FORM_MEDIA_TYPE:
        return parse_json(Report, raw)
    fields: dict[str, str] = json.loads(raw)["fields"]
    return parse_strings(Report, {name: text for name, text in fields.items() if text.strip()})


def form_payload(fields: Mapping[str, str], photos: Sequence[Upload]) -> bytes:
    """A form as canonical JSON: its fields, and its photos by hash. What is kept as raw."""
    content = {"fields": dict(fields), "photos": [photo.sha256 for photo in photos]}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
