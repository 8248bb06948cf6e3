"""/health for people and load balancers, /metrics for Prometheus."""

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from intake.domain.call import LinkState
from intake.http.room import call
from intake.services.pbx_link import read_link
from intake.services.workroom import Workroom
from intake.store import outbox
from intake.store.database import StoreUnavailable

_LATE = timedelta(seconds=60)
_LOW_DISK = 500_000_000

REQUESTS = Counter("minsheng_requests", "HTTP requests", ["method", "route", "status"])
SECONDS = Histogram(
    "minsheng_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
OUTBOX_AGE = Gauge("minsheng_outbox_oldest_seconds", "Age of the oldest job that is due")
PBX_LIVE = Gauge("minsheng_pbx_live", "1 while calls are followed, 0 while the link is blind")
PBX_WAITING = Gauge("minsheng_pbx_waiting", "Callers in the queue")
OUTBOX_PARKED = Gauge("minsheng_outbox_parked", "Jobs set aside after too many failures")


def add_operations(app: web.Application) -> None:
    """Serve /health and /metrics, and count every request by its route, never by its address."""
    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
    # Outermost, so that a problem is counted under the status it is answered with.
    app.middlewares.insert(0, _measure)


@web.middleware
async def _measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    started = time.perf_counter()
    status = 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as answer:
        status = answer.status
        raise
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "unknown"
        REQUESTS.labels(request.method, route, str(status)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)


def check_dependencies(room: Workroom) -> dict[str, dict[str, Any]]:
    """Each dependency with ``ok`` and plain facts; nothing personal, nothing secret."""
    checks = {"store": _store, "jobs": _jobs, "disk": _disk}
    if room.settings.has_pbx:
        checks["pbx"] = _pbx
    return {name: _verdict(check, room) for name, check in checks.items()}


def _verdict(check: Callable[[Workroom], dict[str, Any]], room: Workroom) -> dict[str, Any]:
    try:
        return check(room)
    except StoreUnavailable as error:
        return {"ok": False, "advice": f"{error}; look at the database server and its disk"}
    except OSError as error:
        return {"ok": False, "advice": f"the data folder cannot be read: {error.strerror}"}


def _store(room: Workroom) -> dict[str, Any]:
    room.database.ping()
    return {"ok": True, "kind": "sqlite" if room.database.embedded else "postgresql"}


def _jobs(room: Workroom) -> dict[str, Any]:
    """Jobs are late when the oldest one that is due has waited for more than a minute."""
    with room.database.read() as conn:
        oldest = outbox.oldest_due(conn)
        parked = outbox.count_parked(conn)
    waited = max(timedelta(), room.clock() - oldest) if oldest else timedelta()
    OUTBOX_AGE.set(waited.total_seconds())
    OUTBOX_PARKED.set(parked)
    facts: dict[str, Any] = {"ok": waited < _LATE, "oldest_seconds": int(waited.total_seconds())}
    facts["parked"] = parked
    if not facts["ok"]:
        facts["advice"] = "no process works the jobs: start `minsheng jobs` or a relay and a worker"
    return facts


def _pbx(room: Workroom) -> dict[str, Any]:
    """Live only while a telephony process holds the link and its snapshot is in."""
    link = read_link(room, room.settings.pbx_name)
    PBX_LIVE.set(0)
    if link is None or not link.held:
        advice = "no process follows the PBX: start `minsheng telephony`"
        return {"ok": False, "state": LinkState.DISCONNECTED.value, "advice": advice}
    live = link.state is LinkState.LIVE
    PBX_LIVE.set(int(live))
    PBX_WAITING.set(len(link.waiting))
    facts: dict[str, Any] = {"ok": live, "state": link.state.value, "waiting": len(link.waiting)}
    facts["since"] = link.since.isoformat()
    if not live:
        facts["advice"] = link.detail or "the PBX does not answer; see telephony/README.md"
    return facts


def _disk(room: Workroom) -> dict[str, Any]:
    free = shutil.disk_usage(room.settings.data).free
    return {"ok": free > _LOW_DISK, "free_megabytes": free // 1_000_000}


async def health(request: web.Request) -> web.Response:
    """200 while the store answers, 503 otherwise; every dependency is listed."""
    dependencies = await call(request, check_dependencies)
    serving = dependencies["store"]["ok"]
    return web.json_response(
        {
            "status": "ok" if all(each["ok"] for each in dependencies.values()) else "degraded",
            "dependencies": dependencies,
        },
        status=200 if serving else 503,
        headers={"Cache-Control": "no-store"},
    )


async def metrics(request: web.Request) -> web.Response:
    """Prometheus text; gauges of the outbox are refreshed at each scrape."""
    await call(request, check_dependencies)
    return web.Response(
        body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )
