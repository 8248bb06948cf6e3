"""The browser's telephone: a SIP secret of its own, issued at the desk and never part of a page.

The secret lives as long as a shift and ends when the operator leaves the extension; it is sealed in
the agent's row and on its way to the PBX.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update

from intake.domain.agent import Device
from intake.domain.errors import WrongState
from intake.domain.pbx_command import CommandKind
from intake.domain.people import Action, Actor
from intake.services.agent_rows import agent_of_account, tell_pbx
from intake.services.pbx_commands import seal_value
from intake.services.workroom import Workroom
from intake.store.tables import agent
from intake.store.unit import Unit

_LIFE = timedelta(hours=10)
_RENEWED = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class PhoneCredential:
    """What the browser's telephone registers with; ``uri`` is a SIP address of record.

    ``websocket`` is empty when the PBX is reached through the desk's own address.
    """

    extension: str
    secret: str = field(repr=False)
    until: datetime
    websocket: str
    uri: str


def phone_credential(room: Workroom, actor: Actor) -> PhoneCredential:
    """The secret of one's own browser telephone, made anew when it is near its end.

    Raises NotAllowed, and WrongState for somebody who is not signed in with a browser.
    """
    actor.require(Action.CALL)

    def work(unit: Unit) -> PhoneCredential:
        who = agent_of_account(unit.conn, actor.account_id, lock=True)
        if who is None or who.device is not Device.BROWSER:
            raise WrongState("没有用浏览器软电话签入，请先签入分机并选择浏览器软电话。")
        found = _stored(room, unit, who.extension)
        if found is None:
            found = secrets.token_hex(20), unit.now + _LIFE
            _keep(room, unit, who.extension, *found)
            sealed = seal_value(room, "secret", who.extension, found[0])
            told = {"secret": sealed, "until": found[1].isoformat()}
            tell_pbx(room, unit, actor, CommandKind.CREDENTIAL, who, **told)
        websocket = room.settings.pbx_ws_url
        host = urlsplit(websocket).hostname or room.settings.pbx_host
        uri = f"sip:web-{who.extension}@{host}"
        return PhoneCredential(who.extension, *found, websocket=websocket, uri=uri)

    return room.database.write(work)


def secret_for_pbx(room: Workroom, unit: Unit, extension: str) -> str | None:
    """The secret in force, sealed for a command; None when there is none to give."""
    found = _stored(room, unit, extension, left=timedelta())
    return None if found is None else seal_value(room, "secret", extension, found[0])


def _stored(
    room: Workroom, unit: Unit, extension: str, left: timedelta = _RENEWED
) -> tuple[str, datetime] | None:
    query = select(agent.c.secret, agent.c.secret_until).where(agent.c.extension == extension)
    row = unit.conn.execute(query).first()
    if row is None or row.secret is None or row.secret_until <= unit.now + left:
        return None
    return room.cipher.open_text(row.secret, f"agent.secret:{extension}"), row.secret_until


def _keep(room: Workroom, unit: Unit, extension: str, secret: str, until: datetime) -> None:
    sealed = room.cipher.seal(secret, f"agent.secret:{extension}")
    unit.conn.execute(
        update(agent)
        .where(agent.c.extension == extension)
        .values(secret=sealed, secret_until=until)
    )
