"""Pages of the portal: templates, what every page shows, and problems as friendly pages."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from channels.web.advice import advice_for
from intake.domain.numbers import COUNTY_ZONE
from intake.http.problems import Problem
from intake.http.room import call, room_of, settings_of
from intake.services.county import is_sample

HERE = Path(__file__).parent

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_SAMPLE: web.AppKey[dict[str, bool]] = web.AppKey("sample_banner", dict)


def local_minute(moment: datetime) -> str:
    """A moment as people in the county write it."""
    local = moment.astimezone(COUNTY_ZONE)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


_ENVIRONMENT.filters["minute"] = local_minute


def prepare_pages(app: web.Application) -> None:
    """Room for what is asked of the store once a process."""
    app[_SAMPLE] = {}


async def render(
    request: web.Request, template: str, status: int = 200, **values: Any
) -> web.Response:
    """One page; ``values`` are what the template names beside the common ones."""
    text = _ENVIRONMENT.get_template(template).render(**await _common(request), **values)
    return web.Response(status=status, text=text, content_type="text/html")


async def problem_page(request: web.Request, problem: Problem) -> web.StreamResponse:
    """A problem in plain words, with what to do next; see ``intake.http.failures``."""
    advice = advice_for(problem)
    return await render(
        request,
        "problem.html",
        problem.status,
        problem=problem,
        advice=advice,
        seconds=_wait(problem),
    )


def _wait(problem: Problem) -> int | None:
    seconds = problem.headers.get("Retry-After", "")
    return int(seconds) if seconds.isdigit() else None


async def _common(request: web.Request) -> Mapping[str, Any]:
    settings = settings_of(request)
    return {
        "county": room_of(request).county.name,
        "hotline": settings.hotline,
        "sample": await _is_sample(request),
        "path": request.path,
    }


async def _is_sample(request: web.Request) -> bool:
    """Whether the county is the fictional one. Asked once; never the reason a page fails."""
    known = request.config_dict[_SAMPLE]
    if "sample" not in known:
        known["sample"] = await call(request, is_sample)
    return known["sample"]
