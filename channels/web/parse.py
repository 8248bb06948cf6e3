"""The report form with photos: its fields, and the canonical form that is kept as raw."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from intake.domain.submission import Upload
from intake.http.reports import Report


class ReportForm(Report):
    """The same as a form, with up to nine photos."""

    photos: tuple[Annotated[str, Field(json_schema_extra={"format": "binary"})], ...] = ()


def form_values(fields: Mapping[str, str]) -> dict[str, str]:
    """Fields of a form without those that were left empty."""
    return {name: value for name, value in fields.items() if value.strip()}


def form_payload(fields: Mapping[str, str], photos: Sequence[Upload]) -> bytes:
    """A form as canonical JSON: its fields, and its photos by hash. What is kept as raw."""
    content = {"fields": dict(fields), "photos": [photo.sha256 for photo in photos]}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
