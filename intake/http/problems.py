"""Answers that say no, as RFC 9457 problem documents with stable ids and plain Chinese words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

MEDIA_TYPE = "application/problem+json"
URN = "urn:minsheng:problem:"
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: HTTP status and the Chinese title, the same at every occurrence."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, "请求无法读取"),
    "unauthenticated": Kind(401, "请先登录"),
    "sign-in-failed": Kind(401, "登录失败"),
    "not-allowed": Kind(403, "没有权限"),
    "csrf": Kind(403, "页面已过期"),
    "not-found": Kind(404, "没有找到"),
    "no-such-address": Kind(404, "没有这个地址"),
    "method-not-allowed": Kind(405, "不支持这种请求方式"),
    "not-acceptable": Kind(406, "无法提供所要的格式"),
    "too-slow": Kind(408, "接收超时"),
    "wrong-state": Kind(409, "现在不能这样办理"),
    "stale-version": Kind(409, "内容已被他人修改"),
    "taken": Kind(409, "已被占用"),
    "too-large": Kind(413, "内容太大"),
    "unsupported-media-type": Kind(415, "不支持这种内容格式"),
    "expectation-failed": Kind(417, "不支持的请求头"),
    "refused": Kind(422, "不能办理"),
    "invalid": Kind(422, "填写有误"),
    "incomplete": Kind(422, "填写不完整"),
    "outside-county": Kind(422, "位置不在本县"),
    "photo-refused": Kind(422, "照片不能接收"),
    "idempotency-key-reused": Kind(422, "提交编号重复使用"),
    "rate-limited": Kind(429, "操作太频繁"),
    "account-locked": Kind(429, "账号暂时锁定"),
    "internal": Kind(500, "系统出错"),
    "busy": Kind(503, "系统正忙"),
    "store-unavailable": Kind(503, "系统暂时不可用"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: dotted field name ("reporter.phone"), advice, kind."""

    field: str
    message: str
    kind: str = "invalid"

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "message": self.message, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, for programs (``id``) and people (``detail``); never personal data.

    ``more`` are extension members (RFC 9457 section 3.2), ``headers`` go out with the answer.
    A kind that is not listed (a refusal of the domain without its own title) is given by
    ``status``.
    """

    id: str
    detail: str
    faults: tuple[Fault, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    fallback_status: int = 422

    @property
    def kind(self) -> Kind:
        return KINDS.get(self.id) or Kind(self.fallback_status, "不能办理")

    @property
    def status(self) -> int:
        return self.kind.status

    @property
    def title(self) -> str:
        return self.kind.title

    def as_json(self) -> dict[str, Any]:
        """The document's members; extension members never replace the standard ones."""
        document: dict[str, Any] = dict(self.more)
        document |= {
            "type": URN + self.id,
            "id": self.id,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.faults:
            document["errors"] = [fault.as_json() for fault in self.faults]
        return document


class ProblemRaised(Exception):
    """Ends a request with this problem; the middleware makes the answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.id)
        self.problem = problem


def no(problem_id: str, detail: str, *faults: Fault, **more: Any) -> ProblemRaised:
    """Short for ``ProblemRaised(Problem(…))``, to be raised."""
    return ProblemRaised(Problem(problem_id, detail, faults, more))


def problem_response(problem: Problem) -> web.Response:
    """The problem as a JSON answer."""
    body = json.dumps(problem.as_json(), ensure_ascii=False).encode("utf-8", "replace")
    return web.Response(
        status=problem.status, body=body, content_type=MEDIA_TYPE, headers=problem.headers
    )
