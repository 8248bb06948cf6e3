"""Read what a request carries: bounded in bytes and time, strict, and in one pass."""

import asyncio
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from intake.http.problems import Problem, ProblemRaised, no
from intake.http.words import faults_of

M = TypeVar("M", bound=BaseModel)

LARGEST_JSON = 256 * 1024
SLOWEST_SECONDS = 30.0


async def read_bounded(request: web.Request, limit: int = LARGEST_JSON) -> bytes:
    """The whole body, at most ``limit`` bytes; raises problems too-large, too-slow, malformed."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise no("unsupported-media-type", "请不要压缩请求内容（Content-Encoding）。")
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    total = 0
    try:
        async with asyncio.timeout(SLOWEST_SECONDS):
            while part := await request.content.readany():
                total += len(part)
                if total > limit:
                    raise too_large(limit)
                parts.append(part)
    except TimeoutError:
        raise no("too-slow", "接收超时，请检查网络后重试。") from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def too_large(limit: int) -> ProblemRaised:
    """The 413 problem that tells the limit in bytes."""
    return no("too-large", f"提交的内容太大，最多 {limit // 1024} KB。", limit=limit)


def require_json(request: web.Request) -> None:
    """Raise 415 unless the request says it carries JSON."""
    kind = request.content_type
    if kind != "application/json" and not kind.endswith("+json"):
        raise no("unsupported-media-type", "请用 application/json 提交，编码为 UTF-8。")


def parse_json(model: type[M], raw: bytes) -> M:
    """Strictly: a string is not a number. Raises malformed (400) or invalid (422, all faults)."""
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise refusal_of(error) from None


def parse_strings(model: type[M], values: dict[str, str]) -> M:
    """A query or a form, where every value is text. Raises invalid (422)."""
    try:
        return model.model_validate_strings(values)
    except ValidationError as error:
        raise refusal_of(error) from None


def query_values(request: web.Request) -> dict[str, str]:
    """The query as one value a name; a name given twice is refused, guessing helps nobody."""
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name in values:
            raise no("malformed", "地址里的同一个参数出现了两次，请只写一次。")
        values[name] = value
    return values


def refusal_of(error: ValidationError) -> ProblemRaised:
    """Unreadable JSON is malformed, anything else is invalid with the whole list of faults."""
    faults = faults_of(error)
    if any(fault.kind == "json-invalid" for fault in faults):
        return no("malformed", "内容不是正确的 JSON（UTF-8 编码），请检查后重发。")
    return ProblemRaised(Problem("invalid", "有内容填写不对，请按提示修改后重新提交。", faults))
