"""Security headers on every answer a real server gives."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from intake.security.headers import HeaderPolicy, install_security_headers


async def page(_: web.Request) -> web.Response:
    return web.Response(text="<p>ok</p>", content_type="text/html")


async def broken(_: web.Request) -> web.Response:
    raise RuntimeError("on purpose")


async def forbidden(_: web.Request) -> web.Response:
    raise web.HTTPForbidden


async def live(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    await stream.write(b"data: x\n\n")
    return stream


async def cached(_: web.Request) -> web.Response:
    return web.Response(headers={"Cache-Control": "private, max-age=5"})


def application(policy: HeaderPolicy) -> web.Application:
    app, desk = web.Application(), web.Application()
    desk.router.add_get("/page", page)
    app.router.add_get("/static/a.css", page)
    for handler in (page, broken, forbidden, live, cached):
        app.router.add_get(f"/{handler.__name__}", handler)
    app.add_subapp("/desk", desk)
    install_security_headers(app, policy)
    return app


@pytest.mark.parametrize(
    ("path", "status"),
    [("/page", 200), ("/desk/page", 200), ("/desk/absent", 404), ("/absent", 404),
     ("/broken", 500), ("/forbidden", 403), ("/live", 200)],
)  # fmt: skip
async def test_every_answer_carries_the_headers(path: str, status: int) -> None:
    async with TestClient(TestServer(application(HeaderPolicy()))) as client:
        response = await client.get(path)
    assert response.status == status
    policy = response.headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
                 "form-action 'self'", "object-src 'none'"):  # fmt: skip
        assert part in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=(self)" in response.headers["Permissions-Policy"]
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in response.headers
    assert "Server" not in response.headers


async def test_static_files_may_be_kept_and_a_handlers_own_choice_stays() -> None:
    async with TestClient(TestServer(application(HeaderPolicy()))) as client:
        static = await client.get("/static/a.css")
        own = await client.get("/cached")
    assert static.headers["Cache-Control"] == "no-cache"
    assert own.headers["Cache-Control"] == "private, max-age=5"


async def test_strict_transport_only_behind_tls() -> None:
    app = application(HeaderPolicy(behind_tls=True))
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/page")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
