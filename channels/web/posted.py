"""Small plain forms (application/x-www-form-urlencoded), read strictly."""

from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import BaseModel

from intake.http.problems import no
from intake.http.reading import parse_strings, read_bounded

M = TypeVar("M", bound=BaseModel)

LARGEST_FORM = 32 * 1024
MOST_FIELDS = 20


async def posted(request: web.Request, model: type[M]) -> M:
    """The form as ``model``; raises problems malformed, unsupported-media-type, invalid."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise no("unsupported-media-type", "请从本系统的页面提交。")
    raw = await read_bounded(request, LARGEST_FORM)
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise no("malformed", "表单内容不完整或格式不对，请重新提交。") from None
    return parse_strings(model, dict(pairs))
