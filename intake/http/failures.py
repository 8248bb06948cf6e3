"""One middleware turns everything that can go wrong into a problem or a page, and nothing into 5xx
that is the sender's doing."""

import errno
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from intake.domain.errors import Refusal
from intake.http.problems import (
    RETRY_SECONDS,
    Fault,
    Problem,
    ProblemRaised,
    problem_response,
)
from intake.store.database import StoreUnavailable


@dataclass(frozen=True, slots=True)
class ProblemPages:
    """Set by the portal and the desk on their own application: shows a problem as a page."""

    render: Callable[[web.Request, Problem], Awaitable[web.StreamResponse]]


PAGES = web.AppKey("problem_pages", ProblemPages)

_FULL = {errno.ENOSPC, errno.EDQUOT}
_HTTP_IDS = {
    400: ("malformed", "请求的格式不对，请检查后重发。"),
    401: ("unauthenticated", "请先登录，或带上有效的令牌。"),
    403: ("not-allowed", "没有办理此事的权限。"),
    404: ("no-such-address", "没有这个地址，请核对后再试。"),
    405: ("method-not-allowed", "这个地址不支持这种请求方式。"),
    406: ("not-acceptable", "无法提供所要的格式。"),
    408: ("too-slow", "接收超时，请检查网络后重试。"),
    413: ("too-large", "提交的内容太大，请减少后重试。"),
    415: ("unsupported-media-type", "不支持这种内容格式。"),
    417: ("expectation-failed", "不支持 Expect 请求头，请去掉后重发。"),
    429: ("rate-limited", "操作太频繁，请稍后再试。"),
}
_log = logging.getLogger(__name__)


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Must be the outermost middleware; see ``problem_of`` for what becomes what."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        problem = _of_http(answer)
    except ConnectionError:
        raise
    except Exception as error:
        problem = problem_of(error)
    return await _answer(request, problem)


def problem_of(error: Exception) -> Problem:
    """The problem an exception stands for; what nobody foresaw is logged under a reference."""
    if isinstance(error, ProblemRaised):
        return error.problem
    if isinstance(error, Refusal):
        return _of_refusal(error)
    full = isinstance(error, OSError) and error.errno in _FULL
    if full or isinstance(error, StoreUnavailable):
        _log.warning("a request was not served: %s", "disk full" if full else error)
        return Problem(
            "store-unavailable",
            "系统暂时无法保存，没有接收任何内容，请稍后重试。",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    if isinstance(error, HttpProcessingError | web.RequestPayloadError):
        return Problem(*_HTTP_IDS[400])
    return _unexpected(error)


def _of_refusal(error: Refusal) -> Problem:
    details = dict(error.details)
    names = details.pop("fields", None) or [details.pop("field", None)]
    faults = tuple(Fault(name, error.message) for name in names if name)
    retry = details.get("retry_after")
    headers = {} if retry is None else {"Retry-After": str(retry)}
    return Problem(error.id, error.message, faults, details, headers, error.status)


def _of_http(answer: web.HTTPException) -> Problem:
    problem_id, detail = _HTTP_IDS.get(answer.status, ("refused", "请求不能办理。"))
    kept = {
        name: answer.headers[name] for name in ("Allow", "Retry-After") if name in answer.headers
    }
    if answer.status >= 500:
        problem_id, detail = "internal", "系统出错，请稍后重试。"
    return Problem(problem_id, detail, headers=kept, fallback_status=answer.status)


def _unexpected(error: Exception) -> Problem:
    reference = secrets.token_hex(4)
    # The message of an exception may quote what a citizen wrote, so only its kind and place go
    # into the log.
    place = "".join(traceback.format_tb(error.__traceback__))
    _log.error("unexpected %s, reference %s\n%s", type(error).__name__, reference, place)
    return Problem(
        "internal",
        f"系统出错，已经记录（编号 {reference}）。请稍后重试；再次出错请把编号告诉我们。",
        more={"reference": reference},
    )


async def _answer(request: web.Request, problem: Problem) -> web.StreamResponse:
    pages = _pages(request)
    response = await pages.render(request, problem) if pages else problem_response(problem)
    if not request.content.is_eof():
        # Nobody will read the rest of the body, so the connection cannot serve another request.
        response.force_close()
    for name, value in problem.headers.items():
        response.headers.setdefault(name, value)
    return response


def _pages(request: web.Request) -> ProblemPages | None:
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
        return None
    for app in reversed(request.match_info.apps):
        if PAGES in app:
            return app[PAGES]
    return None
