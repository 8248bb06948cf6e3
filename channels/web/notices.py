"""Pages that only tell: the start, the privacy notice, help, and what phones ask for."""

from aiohttp import web

from channels.web.pages import render
from intake.http.room import room_of, settings_of


async def start(request: web.Request) -> web.StreamResponse:
    """GET /: three ways in."""
    return await render(request, "start.html")


async def privacy(request: web.Request) -> web.StreamResponse:
    """GET /privacy: what is collected, why, how long, and one's rights (PIPL art. 17 and 35)."""
    settings = settings_of(request)
    return await render(
        request,
        "privacy.html",
        log_days=settings.log_days,
        reporter_days=settings.reporter_days,
        raw_days=settings.raw_days,
    )


async def helping(request: web.Request) -> web.StreamResponse:
    """GET /help: how to describe a place, and what happens to a report."""
    settings = settings_of(request)
    return await render(
        request, "help.html", photos=settings.photos, megabytes=settings.photo_bytes // 1_000_000
    )


async def manifest(request: web.Request) -> web.StreamResponse:
    """GET /manifest.webmanifest: lets a phone keep the portal on its first screen."""
    county = room_of(request).county.name
    return web.json_response(
        {
            "name": f"{county}民声",
            "short_name": "民声",
            "lang": "zh-CN",
            "start_url": "/",
            "scope": "/",
            "display": "minimal-ui",
            "background_color": "#f4f6f5",
            "theme_color": "#0d5c63",
            "icons": [{"src": "/static/portal/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )
