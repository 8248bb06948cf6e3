"""Read, preview and edit the texts that people say and write to citizens (domain.md §5.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from intake.domain.errors import Invalid, StaleVersion
from intake.domain.people import Action, Actor
from intake.domain.wording import Wording, faults, fill
from intake.services.workroom import Workroom
from intake.store.tables import script
from intake.store.unit import Unit


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


def told(conn: Connection, wording: Wording, values: Mapping[str, str]) -> str:
    """The text in force with its places filled; a place without a value becomes empty."""
    return fill(text_of(conn, wording), {name: values.get(name, "") for name in wording.samples})


def read_wordings(room: Workroom, wordings: Iterable[Wording]) -> list[WordingView]:
    """All of ``wordings`` with the texts in force, in the order given."""
    with room.database.read() as conn:
        rows = conn.execute(select(script)).all()
    stored = {row.key: row for row in rows}
    return [_view(wording, stored.get(wording.key)) for wording in wordings]


def preview(wording: Wording, text: str) -> str:
    """What a citizen would read, with made-up values; raises Invalid with every fault."""
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
