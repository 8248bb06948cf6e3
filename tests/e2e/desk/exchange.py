"""A telephone exchange played by a test: writes what the telephony process would write."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from intake.domain.call import CallOutcome, CallRecord, Direction, LinkState, Purpose
from intake.opening import open_room
from intake.services.call_books import CallChange, save_calls
from intake.services.pbx_commands import finish, take
from intake.services.recording_pickup import awaited, expect_recordings, fetch
from intake.settings import Settings
from intake.store.tables import call, pbx
from intake.store.unit import Unit
from tests.services.asterisk import write_tone

if TYPE_CHECKING:
    from tests.e2e.desk.conftest import Site

CALLER = "13800000000"
TELEPHONE = {"pbx_ami_user": "minsheng", "pbx_extensions": "8001-8003"}
"""Settings of a desk with telephones."""
Asked = tuple[str, Mapping[str, Any]]


class Exchange:
    """Calls of one site, from the ring to the end. Close it after use."""

    def __init__(self, site: "Site", **settings: Any) -> None:
        self.site = site
        self.folder = site.data / "pbx-recordings"
        self.room = open_room(Settings(data=site.data, pbx_recordings=self.folder, **settings))
        self._open: dict[str, CallRecord] = {}
        self._serial = count(int(datetime.now(UTC).timestamp()))
        self.room.database.write(self._link)

    def close(self) -> None:
        self.room.database.close()

    def rings(self, extension: str = "8001", number: str = CALLER) -> CallRecord:
        """A caller came through the queue to this telephone."""
        now = datetime.now(UTC)
        record = CallRecord(
            pbx="pbx1",
            linkedid=f"{next(self._serial)}.1",
            direction=Direction.IN,
            purpose=Purpose.HOTLINE,
            started_at=now,
            number=number,
            withheld=not number,
            queued_at=now,
            ringing_at=now,
            extension=extension,
        )
        save_calls(self.room, [CallChange(record, new=True, rung=(extension,))])
        self._open[record.linkedid] = record
        return record

    def answers(self, record: CallRecord) -> CallRecord:
        talking = replace(record, answered_at=datetime.now(UTC))
        change = CallChange(talking, answered=True, talking=(record.extension,))
        save_calls(self.room, [change])
        self._open[record.linkedid] = talking
        return talking

    def ends(self, record: CallRecord) -> CallRecord:
        outcome = CallOutcome.ANSWERED if record.answered_at else CallOutcome.ABANDONED
        ended = replace(record, ended_at=datetime.now(UTC), outcome=outcome)
        save_calls(self.room, [CallChange(ended, ended=True, freed=(record.extension,))])
        del self._open[record.linkedid]
        return ended

    def ends_all(self) -> None:
        """What a test left on the line, and what it asked of the PBX."""
        for record in list(self._open.values()):
            self.ends(record)
        self.carries_out()

    def carries_out(
        self, done: bool = True, message: str = ""
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """Do (or refuse) everything that was asked; what that was."""
        commands = take(self.room, "pbx1")
        told = {"message": message} if message else {}
        for command in commands:
            self.room.database.write(
                partial(lambda unit, one: finish(unit, one, done, told), one=command)
            )
        return [(command.kind.value, command.payload) for command in commands]

    def records(self, seconds: float) -> None:
        """The recordings of ended calls lie in the PBX's folder, and are fetched."""
        while expect_recordings(self.room):
            continue
        for wanted in awaited(self.room):
            file = self.folder / wanted.file
            write_tone(file, seconds)
            os.utime(file, (time.time() - 60,) * 2)
            assert fetch(self.room, wanted)

    def key(self, record: CallRecord) -> int:
        """The call's number in the books."""
        query = select(call.c.id).where(call.c.linkedid == record.linkedid)
        with self.room.database.read() as conn:
            return int(conn.execute(query).scalar_one())

    def _link(self, unit: Unit) -> None:
        if unit.conn.execute(select(pbx.c.name)).first() is None:
            now = datetime.now(UTC)
            values = {"name": "pbx1", "state": LinkState.LIVE.value, "since": now}
            rest = {"connection": 1, "holder": "", "detail": "", "waiting": []}
            unit.conn.execute(insert(pbx).values(values | rest))
