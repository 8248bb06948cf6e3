"""Links that let a citizen answer a question or say whether it is solved, without an account.

The link alone shows nothing: the page asks for the last four digits of the number or the query
code, five times at most (domain.md §5.2). A link is derived from its message, so that a message
sent again carries the same one; the store keeps only its hash.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intake.domain.errors import NotAllowed, NotFound
from intake.domain.numbers import ticket_number
from intake.services.reporters import open_reporter
from intake.services.workroom import Workroom
from intake.store.tables import answer_link
from intake.store.unit import Unit

MOST_TRIES = 5
_LIFE = timedelta(days=30)
_DIGITS = 4
_WORN = "这个链接已失效，请凭编号和查询码查询，或拨打热线。"


class LinkPurpose(StrEnum):
    """What the citizen is asked."""

    QUESTION = "QUESTION"
    SATISFACTION = "SATISFACTION"


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """A link that holds."""

    ticket_id: int
    purpose: LinkPurpose

    @property
    def number(self) -> str:
        return ticket_number(self.ticket_id)


def make_link(
    room: Workroom, unit: Unit, ticket_id: int, message_id: int, purpose: LinkPurpose
) -> None:
    """Make the link of a message valid; written with the message."""
    unit.conn.execute(
        insert(answer_link).values(
            token_hash=_hash(_token(room, message_id)),
            ticket_id=ticket_id,
            message_id=message_id,
            purpose=purpose.value,
            made_at=unit.now,
            expires_at=unit.now + _LIFE,
            tries=0,
        )
    )


def link_address(room: Workroom, message_id: int) -> str:
    """The address to put into the message."""
    return f"{room.settings.site}/answer/{_token(room, message_id)}"


def read_link(room: Workroom, token: str) -> AnswerLink:
    """What a link asks; raises NotFound when it is unknown, too old or tried too often."""
    with room.database.read() as conn:
        row = _find(conn, token)
    if row is None or row.expires_at <= room.clock() or row.tries >= MOST_TRIES:
        raise NotFound(_WORN)
    return AnswerLink(row.ticket_id, LinkPurpose(row.purpose))


def prove(room: Workroom, token: str, typed: str) -> AnswerLink:
    """Whoever holds the link also knows the number's end or the code.

    A wrong one counts; raises NotAllowed with the tries left, NotFound after the last.
    """

    def work(unit: Unit) -> AnswerLink | int:
        row = _find(unit.conn, token, lock=True)
        if row is None or row.expires_at <= unit.now or row.tries >= MOST_TRIES:
            raise NotFound(_WORN)
        if _knows(room, unit.conn, row.ticket_id, typed):
            return AnswerLink(row.ticket_id, LinkPurpose(row.purpose))
        unit.conn.execute(
            update(answer_link)
            .where(answer_link.c.token_hash == row.token_hash)
            .values(tries=row.tries + 1)
        )
        return MOST_TRIES - int(row.tries) - 1

    proved = room.database.write(work)
    if isinstance(proved, int):
        left = f"还可以再试{proved}次。" if proved else "链接已失效，请拨打热线。"
        raise NotAllowed(f"手机号后四位或查询码不对，{left}")
    return proved


def _knows(room: Workroom, conn: Connection, ticket_id: int, typed: str) -> bool:
    if room.code_matches(ticket_number(ticket_id), typed):
        return True
    person = open_reporter(room, conn, ticket_id)
    number = "".join(filter(str.isdigit, person.phone or person.caller_number))
    given = typed.strip()
    if len(number) < _DIGITS or len(given) != _DIGITS:
        return False
    return hmac.compare_digest(number[-_DIGITS:].encode(), given.encode("utf-8", "replace"))


def _find(conn: Connection, token: str, *, lock: bool = False) -> Any:
    query = select(answer_link).where(answer_link.c.token_hash == _hash(token))
    return conn.execute(query.with_for_update() if lock else query).first()


def _token(room: Workroom, message_id: int) -> str:
    digest = hmac.digest(room.keyring.subkey("answer"), str(message_id).encode(), sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
