"""Who is calling: the session cookie of a browser, or the bearer token of a program."""

from dataclasses import dataclass

from aiohttp import web

from intake.domain.people import Action, Actor
from intake.http.problems import Problem, ProblemRaised, no
from intake.http.room import call, call_slowly, client_of, require_rate, room_of, settings_of
from intake.security.csrf import (
    FIELD_NAME,
    HEADER_NAME,
    SAFE_METHODS,
    comes_from_our_pages,
    csrf_matches,
    csrf_token,
)
from intake.security.sessions import cookie_attributes, cookie_name
from intake.services.signin import (
    SignedIn,
    account_of_cookie,
    account_of_token,
    sign_in,
    sign_out,
)
from intake.store.accounts import Account

__all__ = ["FIELD_NAME", "HEADER_NAME"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person or a program; ``cookie`` is None for programs."""

    account: Account
    cookie: str | None

    @property
    def actor(self) -> Actor:
        return self.account.actor


_IDENTITY = web.RequestKey("identity", Identity)


async def identify(request: web.Request) -> Identity | None:
    """Who calls, or None; asked of the store once a request."""
    if _IDENTITY in request:
        return request[_IDENTITY]
    cookie = session_cookie(request)
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        account = await call(request, account_of_token, authorization)
        cookie = None
    elif cookie is not None:
        account = await call(request, account_of_cookie, cookie)
    else:
        account = None
    if account is None:
        return None
    identity = Identity(account, cookie)
    request[_IDENTITY] = identity
    return identity


async def require_identity(request: web.Request) -> Identity:
    """Who calls; raises a 401 problem for nobody.

    For a signed-in browser's unsafe request call ``require_csrf`` too.
    """
    identity = await identify(request)
    if identity is None:
        raise ProblemRaised(
            Problem(
                "unauthenticated",
                "请先登录；程序请在 Authorization 里带上有效的 Bearer 令牌。",
                headers={"WWW-Authenticate": 'Bearer realm="minsheng"'},
            )
        )
    return identity


def require_csrf(request: web.Request, identity: Identity, field: str | None = None) -> None:
    """Raise a 403 problem unless one of our own pages sent this unsafe request.

    ``field`` is the form's ``csrf_token``; scripts send the header instead. Programs with a
    bearer token need neither: no browser adds that by itself.
    """
    if identity.cookie is None or request.method in SAFE_METHODS:
        return
    require_own_page(request)
    presented = request.headers.get(HEADER_NAME, field)
    keys = room_of(request).keyring.subkeys("session")
    if not csrf_matches(identity.cookie, presented, keys):
        raise no("csrf", "页面停留太久或已重新登录，请刷新页面后再操作。")


def require_own_page(request: web.Request) -> None:
    """Raise a 403 problem for an unsafe request that another site's page sent."""
    settings = settings_of(request)
    origins = (settings.public_address,) if settings.public_address else ()
    if not comes_from_our_pages(request, origins):
        raise no("csrf", "请求不是从本系统的页面发出的，请打开本系统页面后再操作。")


def csrf_token_of(request: web.Request, identity: Identity) -> str:
    """The token for forms and scripts of a signed-in browser; empty for programs."""
    if identity.cookie is None:
        return ""
    return csrf_token(identity.cookie, room_of(request).keyring.subkey("session"))


def require_action(identity: Identity, action: Action) -> None:
    """Raise NotAllowed early, before a page is built; services check again."""
    identity.actor.require(action)


def session_cookie(request: web.Request) -> str | None:
    """The session cookie's value, if the browser sent one."""
    return request.cookies.get(cookie_name(settings_of(request).behind_tls))


async def start_session(request: web.Request, username: str, password: str) -> SignedIn:
    """Check a password and open a session; put it on the answer with ``set_session``.

    Raises the sign-in refusals, and a 429 problem for an address that tries too often.
    """
    require_own_page(request)
    require_rate(request, "sign-in")
    return await call_slowly(
        request,
        sign_in,
        username,
        password,
        address=str(client_of(request)),
        old_cookie=session_cookie(request),
    )


def set_session(request: web.Request, response: web.StreamResponse, signed_in: SignedIn) -> None:
    """Give the browser its session cookie."""
    behind_tls = settings_of(request).behind_tls
    response.set_cookie(cookie_name(behind_tls), signed_in.cookie, **cookie_attributes(behind_tls))


async def end_session(request: web.Request, response: web.StreamResponse) -> None:
    """End the session in the store and in the browser."""
    await call(request, sign_out, session_cookie(request))
    settings = settings_of(request)
    response.del_cookie(cookie_name(settings.behind_tls), path="/", secure=settings.behind_tls)
