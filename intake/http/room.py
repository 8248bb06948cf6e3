"""Where handlers find what they work with, and how they call services without blocking."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from aiohttp import web

from intake.http.failures import problem_middleware
from intake.http.problems import Problem, ProblemRaised
from intake.http.slow_lane import SlowLane
from intake.security.address import ClientAddress, client_address_of
from intake.security.headers import HeaderPolicy, install_security_headers
from intake.security.ratelimit import RateLimiter
from intake.services.patience import in_time
from intake.services.reception import Reception
from intake.services.workroom import Workroom
from intake.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

ROOM = web.AppKey("room", Workroom)
RECEPTION = web.AppKey("reception", Reception)
SLOW_LANE = web.AppKey("slow_lane", SlowLane)
LIMITER = web.AppKey("limiter", RateLimiter)
_SIGN_IN_RATE = "10/minute;60/hour"


def furnish(app: web.Application, room: Workroom, public_paths: Iterable[str] = ()) -> None:
    """Make an application a door of the house: room, rate limits, problems, security headers.

    ``public_paths`` are prefixes of answers that hold no personal data and may be kept by browsers.
    """
    settings = room.settings
    app[ROOM] = room
    app[LIMITER] = RateLimiter(
        {"report": settings.report_rate, "query": settings.query_rate, "sign-in": _SIGN_IN_RATE},
        settings.rate_storage,
    )
    app.middlewares.insert(0, problem_middleware)
    policy = HeaderPolicy(settings.behind_tls, ("/static/", *public_paths))
    install_security_headers(app, policy)
    app.cleanup_ctx.append(_open_lanes)


async def _open_lanes(app: web.Application) -> AsyncIterator[None]:
    app[RECEPTION] = Reception(app[ROOM])
    app[SLOW_LANE] = SlowLane()
    yield
    app[SLOW_LANE].close()


def room_of(request: web.Request) -> Workroom:
    """The workroom of the process."""
    return request.config_dict[ROOM]


def settings_of(request: web.Request) -> Settings:
    """The settings of the process."""
    return request.config_dict[ROOM].settings


async def call(
    request: web.Request,
    service: Callable[Concatenate[Workroom, P], T],
    *args: P.args,
    **named: P.kwargs,
) -> T:
    """Run a service in the store's threads; its refusals come out here unchanged."""
    room = room_of(request)
    work = partial(service, room, *args, **named)
    return await in_time(asyncio.wrap_future(room.database.submit(work)))


async def call_slowly(
    request: web.Request,
    service: Callable[Concatenate[Workroom, P], T],
    *args: P.args,
    **named: P.kwargs,
) -> T:
    """Run a service that hashes passwords apart from the store's threads."""
    work = partial(service, room_of(request), *args, **named)
    return await request.config_dict[SLOW_LANE].run(work)


def client_of(request: web.Request) -> ClientAddress:
    """The client's address behind the counted proxies."""
    return client_address_of(request, settings_of(request).trusted_proxies)


def require_rate(request: web.Request, bucket: str) -> None:
    """Count one use of "report", "query" or "sign-in" by the client; raises a 429 problem."""
    decision = request.config_dict[LIMITER].allow(bucket, client_of(request).group)
    if not decision.allowed:
        seconds = decision.retry_after_seconds
        raise ProblemRaised(
            Problem(
                "rate-limited",
                f"操作太频繁，请在 {seconds} 秒后再试。",
                more={"retry_after": seconds},
                headers={"Retry-After": str(seconds)},
            )
        )
