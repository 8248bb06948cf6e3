"""Whether a session still stands, asked without counting as a use of it."""

from datetime import timedelta

from intake.security.sessions import Standing, standing, token_digest
from intake.services.workroom import Workroom
from intake.store.accounts import session_account


def still_signed_in(room: Workroom, cookie: str | None) -> bool:
    """True while the session is live; a page that only listens must not keep it alive."""
    digest = token_digest(cookie)
    if digest is None:
        return False
    with room.database.read() as conn:
        found = session_account(conn, digest)
    if found is None or not found.account.active:
        return False
    idle = timedelta(minutes=room.settings.idle_minutes)
    return standing(found.created_at, found.last_seen, room.clock(), idle) is Standing.LIVE
