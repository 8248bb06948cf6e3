"""Sessions and tokens: one-time sign-in, lock-out, idle time-out, forged requests, revocation."""

from datetime import timedelta

import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from channels.web.api import add_public_api
from intake.desk.api.api import add_staff_api
from intake.domain.errors import Refusal
from intake.domain.people import Role
from intake.http.identity import end_session, set_session, start_session
from intake.http.room import furnish
from intake.security.sessions import cookie_name
from intake.services import accounts
from intake.services.signin import AccountLocked, SignInFailed, sign_in
from intake.services.workroom import Workroom
from intake.store.tables import event
from intake.store.tables import session as session_table

PASSWORD = "correct-horse-battery"


@pytest.fixture
def person(api_room: Workroom) -> str:
    """The user name of an operator with a password."""
    accounts.create_account(api_room, accounts.CONSOLE, "wangfang", "王芳", Role.OPERATOR, PASSWORD)
    return "wangfang"


def types_of(room: Workroom) -> list[str]:
    with room.database.read() as conn:
        rows = conn.execute(
            select(event.c.type, event.c.prev_hash, event.c.hash)
            .where(event.c.subject == "ACCOUNT")
            .order_by(event.c.id)
        ).all()
    hashes = ["0" * 64, *(row.hash for row in rows)]
    assert [row.prev_hash for row in rows] == hashes[:-1]
    return [row.type for row in rows]


async def _sign_in(request: web.Request) -> web.Response:
    given = await request.json()
    signed_in = await start_session(request, given["username"], given["password"])
    response = web.Response(text="ok")
    set_session(request, response, signed_in)
    return response


async def _sign_out(request: web.Request) -> web.Response:
    response = web.Response(text="bye")
    await end_session(request, response)
    return response


async def test_a_browser_signs_in_works_and_signs_out(api_room: Workroom, person: str) -> None:
    app = web.Application()
    furnish(app, api_room)
    add_staff_api(app)
    app.router.add_post("/in", _sign_in)
    app.router.add_post("/out", _sign_out)
    jar = CookieJar(unsafe=True)
    async with (
        TestServer(app) as server,
        ClientSession(server.make_url("/"), cookie_jar=jar) as browser,
    ):
        ours = {"Sec-Fetch-Site": "same-origin"}
        given = {"username": " WangFang ", "password": PASSWORD}
        async with browser.post("/in", json=given) as foreign:
            assert foreign.status == 403
        async with browser.post("/in", json=given, headers=ours) as entered:
            assert entered.status == 200
            cookie = entered.cookies[cookie_name(False)]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"
        async with browser.get("/api/v1/me") as me:
            token = (await me.json())["csrf_token"]
            assert token
        address = "/api/v1/tickets"
        body = {"text": "来访反映噪音", "source": "WALK_IN"}
        for headers in ({}, ours, ours | {"X-CSRF-Token": "x"}, {"X-CSRF-Token": token}):
            async with browser.post(address, json=body, headers=headers) as forged:
                assert forged.status == 403
                assert (await forged.json())["id"] == "csrf"
        good = ours | {"X-CSRF-Token": token}
        async with browser.post(address, json=body, headers=good) as done:
            assert done.status == 201
        async with browser.post("/out", headers=ours) as left:
            assert left.status == 200
        async with browser.get("/api/v1/me") as gone:
            assert gone.status == 401
    assert types_of(api_room) == ["AccountChanged", "SignedIn", "SignedOut"]


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(
    api_room: Workroom, person: str
) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            sign_in(api_room, person, "wrong-password")
    with pytest.raises(AccountLocked) as locked:
        sign_in(api_room, person, PASSWORD)
    assert 0 < locked.value.details["retry_after"] <= 900
    now = api_room.clock()
    api_room.clock = lambda: now + timedelta(minutes=16)
    assert sign_in(api_room, person, PASSWORD).account.username == person
    assert types_of(api_room).count("SignInFailed") == 5


def test_unknown_wrong_and_disabled_are_told_alike(api_room: Workroom, person: str) -> None:
    told = set()
    for name, password in (("nobody", PASSWORD), (person, "wrong-password")):
        with pytest.raises(SignInFailed) as refused:
            sign_in(api_room, name, password)
        told.add(refused.value.message)
    accounts.set_active(api_room, accounts.CONSOLE, person, active=False)
    with pytest.raises(SignInFailed) as refused:
        sign_in(api_room, person, PASSWORD)
    assert told == {refused.value.message}


def test_a_new_sign_in_retires_the_cookie_brought_along(api_room: Workroom, person: str) -> None:
    first = sign_in(api_room, person, PASSWORD)
    second = sign_in(api_room, person, PASSWORD, old_cookie=first.cookie)
    assert first.cookie != second.cookie
    with api_room.database.read() as conn:
        rows = conn.execute(select(session_table.c.token_hash)).scalars().all()
    assert len(rows) == 1
    assert second.cookie not in rows


async def test_idle_sessions_and_changed_passwords_end(
    api_room: Workroom, person: str, session: ClientSession, address: str
) -> None:
    async def status(cookie: str) -> int:
        sent = {cookie_name(False): cookie}
        async with session.get(f"{address}/api/v1/me", cookies=sent) as me:
            return me.status

    now = api_room.clock()
    cookie = sign_in(api_room, person, PASSWORD).cookie
    assert await status(cookie) == 200
    api_room.clock = lambda: now + timedelta(minutes=api_room.settings.idle_minutes + 1)
    assert await status(cookie) == 401
    fresh = sign_in(api_room, person, PASSWORD).cookie
    assert await status(fresh) == 200
    accounts.set_password(api_room, accounts.CONSOLE, person, "another-good-password")
    assert await status(fresh) == 401


async def test_a_revoked_token_stops_at_once(
    api_room: Workroom, session: ClientSession, address: str
) -> None:
    issued = accounts.create_token(api_room, accounts.CONSOLE, "巡查系统", Role.SUBSYSTEM)
    headers = {"Authorization": f"Bearer {issued.secret}"}
    async with session.get(f"{address}/api/v1/me", headers=headers) as me:
        assert (me.status, (await me.json())["role"]) == (200, "SUBSYSTEM")
    line = accounts.list_tokens(api_room, accounts.CONSOLE)[0]
    accounts.revoke_token(api_room, accounts.CONSOLE, line.id)
    async with session.get(f"{address}/api/v1/me", headers=headers) as me:
        assert me.status == 401
        assert me.headers["WWW-Authenticate"].startswith("Bearer")


def test_only_the_administrator_manages_accounts(api_room: Workroom, person: str) -> None:
    signed_in = sign_in(api_room, person, PASSWORD)
    with pytest.raises(Refusal):
        accounts.list_accounts(api_room, signed_in.account.actor)
    with pytest.raises(accounts.Taken):
        accounts.create_account(
            api_room, accounts.CONSOLE, "WANGFANG", "另一人", Role.OPERATOR, PASSWORD
        )


async def test_too_many_requests_are_told_when_to_come_again(
    api_room: Workroom, session: ClientSession
) -> None:
    room = api_room
    room.settings = room.settings.model_copy(update={"query_rate": "3/minute"})
    app = web.Application()
    furnish(app, room)
    add_public_api(app)
    async with TestServer(app) as server:
        url = server.make_url("/api/v1/complaints/SL2020010100001?code=AAAAAAAA")
        statuses = []
        for turn in range(5):
            forged = {"X-Forwarded-For": f"203.0.113.{turn}"}
            async with session.get(url, headers=forged) as answer:
                statuses.append(answer.status)
                wait = answer.headers.get("Retry-After")
        assert statuses == [404, 404, 404, 429, 429]
        assert wait is not None
        assert 0 < int(wait) <= 60
