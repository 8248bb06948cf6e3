"""Typed endpoints: one declaration gives the handler, its checks and its part of the OpenAPI text.

A handler is ``async def (asked: Asked[Q, B]) -> BaseModel``; what it refuses it raises.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from aiohttp import web
from pydantic import BaseModel

from intake.domain.people import Actor
from intake.http.identity import Identity, require_csrf, require_identity
from intake.http.problems import no
from intake.http.reading import (
    LARGEST_JSON,
    parse_json,
    parse_strings,
    query_values,
    read_bounded,
    require_json,
)
from intake.http.room import call
from intake.services.workroom import Workroom

P = ParamSpec("P")
T = TypeVar("T")
Q = TypeVar("Q")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Asked(Generic[Q, B]):
    """One request after its checks; ``query`` and ``body`` are of the declared models."""

    request: web.Request
    query: Q
    body: B
    identity: Identity | None = None

    @property
    def actor(self) -> Actor:
        """Who acts; only of endpoints that are not public."""
        if self.identity is None:
            raise no("unauthenticated", "请先登录。")
        return self.identity.actor

    @property
    def number(self) -> str:
        """The number in the path."""
        return self.request.match_info["number"]

    async def call(
        self,
        service: Callable[Concatenate[Workroom, P], T],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Run a service in the store's threads."""
        return await call(self.request, service, *args, **named)


Handler = Callable[[Asked[Any, Any]], Awaitable[BaseModel | web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``problems`` are ids that may occur beside those every endpoint may answer.

    ``media`` are request bodies other than JSON, which the handler reads itself: media type to
    model. ``headers`` are request headers by name with their description.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    answer: type[BaseModel]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    media: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    public: bool = False
    problems: tuple[str, ...] = ()
    tag: str = ""
    largest: int = LARGEST_JSON

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Check who calls, read, call the handler, and answer."""
        identity = None
        if not self.public:
            identity = await require_identity(request)
            require_csrf(request, identity)
        query = parse_strings(self.query, query_values(request)) if self.query else None
        body = None
        if self.body is not None and not self.media:
            require_json(request)
            body = parse_json(self.body, await read_bounded(request, self.largest))
        result = await self.handler(Asked(request, query, body, identity))
        if isinstance(result, web.StreamResponse):
            return result
        return json_answer(result, self.status)


def json_answer(
    result: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A model as a JSON answer."""
    raw = result.model_dump_json().encode("utf-8")
    return web.Response(status=status, body=raw, content_type="application/json", headers=headers)


class Endpoints:
    """A readable table of endpoints under one prefix, such as /api/v1."""

    def __init__(self, prefix: str, tag: str) -> None:
        self.prefix = prefix
        self.tag = tag
        self.table: list[Endpoint] = []

    def add(self, method: str, path: str, handler: Any, **declared: Any) -> None:
        """Declare one endpoint; ``declared`` are the fields of Endpoint."""
        declared.setdefault("tag", self.tag)
        self.table.append(
            Endpoint(
                method=method, path=self.prefix + path, handler=cast(Handler, handler), **declared
            )
        )

    def endpoint(self, method: str, path: str, **declared: Any) -> Callable[[T], T]:
        """The same as a decorator."""

        def declare(handler: T) -> T:
            self.add(method, path, handler, **declared)
            return handler

        return declare

    def join(self, app: web.Application) -> None:
        """Serve every endpoint of the table from ``app`` and list it for the OpenAPI document."""
        for each in self.table:
            app.router.add_route(each.method, each.path, each.handle)
        if ENDPOINTS not in app:
            app[ENDPOINTS] = []
        app[ENDPOINTS].extend(self.table)


ENDPOINTS: web.AppKey[list[Endpoint]] = web.AppKey("endpoints", list)
