"""Read, preview and edit the texts that people say and write to citizens (domain.md §5.4).

All of them, phone scripts and messages, are rows of one table under the key of their wording; a
text that nobody has changed has no row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from intake.domain.editable_texts import EDITABLE_TEXTS, TEXT_SECTIONS, TextSection
from intake.domain.errors import Invalid, NotFound, StaleVersion
from intake.domain.people import Action, Actor
from intake.domain.wording import Wording, faults, fill
from intake.services.workroom import Workroom
from intake.store.tables import script
from intake.store.unit import Unit

_TO_BE_ASKED = "……"


@dataclass(frozen=True, slots=True)
class WordingView:
    """One text as the editor shows it; version 0 is the text the house came with."""

    wording: Wording
    text: str
    version: int
    updated_at: datetime | None


def text_of(conn: Connection, wording: Wording) -> str:
    """The text in force."""
    query = select(script.c.text).where(script.c.key == wording.key)
    stored: str | None = conn.execute(query).scalar()
    return wording.text if stored is None else stored


def spoken(room: Workroom, conn: Connection, wording: Wording, values: Mapping[str, str]) -> str:
    """A phone script with its places filled; what is not known is left blank, to be asked."""
    known = {"县": room.county.name, "热线": room.settings.hotline} | dict(values)
    filled = {name: known.get(name) or _TO_BE_ASKED for name in wording.samples}
    return fill(text_of(conn, wording), filled)


def find_wording(key: str) -> Wording:
    """The editable text with this key; raises NotFound."""
    wording = EDITABLE_TEXTS.get(key)
    if wording is None:
        raise NotFound("没有这段文字，请刷新。")
    return wording


def read_wordings(room: Workroom, actor: Actor) -> list[tuple[TextSection, list[WordingView]]]:
    """Every editable text in force, by section; raises NotAllowed."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        stored = {row.key: row for row in conn.execute(select(script))}
    return [
        (section, [_view(wording, stored.get(wording.key)) for wording in section.wordings])
        for section in TEXT_SECTIONS
    ]


def preview(actor: Actor, wording: Wording, text: str) -> str:
    """What a citizen would hear or read, with made-up values; nothing is saved.

    Raises NotAllowed, and Invalid with every fault.
    """
    actor.require(Action.EDIT_WORDINGS)
    _require_sound(wording, text)
    return fill(text, wording.samples)


def edit_wording(
    room: Workroom, actor: Actor, wording: Wording, text: str, version: int
) -> WordingView:
    """Put another text in force; raises NotAllowed, Invalid and StaleVersion."""
    actor.require(Action.EDIT_WORDINGS)
    _require_sound(wording, text)

    def work(unit: Unit) -> WordingView:
        query = select(script).where(script.c.key == wording.key).with_for_update()
        row = unit.conn.execute(query).first()
        stored = row.version if row else 0
        if stored != version:
            raise StaleVersion("这段文字刚被别人改过，请查看最新内容后再改。", version=stored)
        values = {
            "text": text.strip(),
            "version": version + 1,
            "updated_by": actor.account_id,
            "updated_at": unit.now,
        }
        if row is None:
            unit.conn.execute(insert(script).values(key=wording.key, **values))
        else:
            unit.conn.execute(update(script).where(script.c.key == wording.key).values(**values))
        return WordingView(wording, text.strip(), version + 1, unit.now)

    return room.database.write(work)


def _require_sound(wording: Wording, text: str) -> None:
    if wrong := faults(wording, text):
        raise Invalid("".join(wrong), field="text", faults=wrong)


def _view(wording: Wording, row: Row[Any] | None) -> WordingView:
    if row is None:
        return WordingView(wording, wording.text, 0, None)
    return WordingView(wording, row.text, row.version, row.updated_at)
