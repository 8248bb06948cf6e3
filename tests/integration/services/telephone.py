"""A telephone exchange for tests: calls that ring, are answered and end, without a PBX."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import insert, select, update

from intake.domain.call import CallOutcome, Direction, LinkState, Purpose
from intake.domain.contact import Outcome
from intake.domain.pbx_command import Command
from intake.domain.people import Actor
from intake.services.agent_calls import agent_answers, agent_freed, agent_rings
from intake.services.call_list import find_call
from intake.services.call_numbers import read_number, seal_call_number
from intake.services.call_ticket import decide
from intake.services.pbx_commands import finish, take
from intake.services.workroom import Workroom, utc_now
from intake.store.tables import agent, call, pbx, pbx_command
from intake.store.unit import Unit
from tests.integration.services.desk import PHONE, Desk

NAME = "pbx1"


def _done(command: Command, unit: Unit) -> None:
    finish(unit, command, True)


class Exchange:
    """Writes what the telephony process would write."""

    def __init__(self, room: Workroom) -> None:
        self.room = room
        self._serial = count(1)
        self._ahead = timedelta()
        self.link(LinkState.LIVE)

    def link(self, state: LinkState) -> None:
        values = {"state": state.value, "since": utc_now()}
        fresh = {
            "name": NAME,
            "connection": 1,
            "holder": "",
            "detail": "",
            "waiting": [],
        }

        def work(unit: Unit) -> None:
            known = update(pbx).where(pbx.c.name == NAME).values(values)
            if unit.conn.execute(known).rowcount == 0:
                unit.conn.execute(insert(pbx).values(values | fresh))

        self.room.database.write(work)

    def set(self, **settings: Any) -> None:
        self.room.settings = self.room.settings.model_copy(update=settings)

    def later(self, ahead: timedelta) -> None:
        """The services' clock goes on."""
        self._ahead += ahead
        self.room.clock = lambda: utc_now() + self._ahead

    def comes(self, number: str = PHONE, **fields: Any) -> int:
        """A call in the books, waiting in the queue."""
        caller = read_number(self.room, number)
        linkedid = f"1795000000.{next(self._serial)}"
        now = self.room.clock()
        values = {
            "pbx": NAME,
            "linkedid": linkedid,
            "direction": Direction.IN.value,
            "purpose": Purpose.HOTLINE.value,
            "outcome": CallOutcome.OPEN.value,
            "source": "LIVE",
            "in_gap": False,
            "number": seal_call_number(self.room, NAME, linkedid, caller.number),
            "number_hash": caller.digest,
            "number_shown": caller.shown,
            "withheld": caller.withheld,
            "urgent": False,
            "started_at": now,
            "queued_at": now,
            "extension": "",
            "remark": "",
        }
        statement = insert(call).values(values | fields).returning(call.c.id)

        def work(unit: Unit) -> int:
            key = int(unit.conn.execute(statement).scalar_one())
            line = find_call(unit.conn, key)
            if line.direction is Direction.IN:
                decide(self.room, unit, line, Outcome.OPEN, None)
            return key

        return self.room.database.write(work)

    def rings(self, extension: str, number: str = PHONE, **fields: Any) -> int:
        """A new call offered to an extension."""
        call_id = self.comes(number, **fields)

        def work(unit: Unit) -> None:
            owner = unit.conn.execute(
                select(agent.c.account_id).where(agent.c.extension == extension)
            ).scalar()
            self._update(unit, call_id, ringing_at=unit.now, extension=extension, account_id=owner)
            agent_rings(unit, extension, call_id)

        self.room.database.write(work)
        return call_id

    def answers(self, call_id: int) -> None:
        def work(unit: Unit) -> None:
            self._update(unit, call_id, answered_at=unit.now)
            agent_answers(self.room, unit, self._extension(unit, call_id), call_id)

        self.room.database.write(work)

    def ends(self, call_id: int, outcome: CallOutcome | None = None) -> None:
        def work(unit: Unit) -> None:
            row = unit.conn.execute(select(call).where(call.c.id == call_id)).one()
            usual = CallOutcome.ANSWERED if row.answered_at else CallOutcome.ABANDONED
            self._update(unit, call_id, ended_at=unit.now, outcome=(outcome or usual).value)
            agent_freed(self.room, unit, row.extension, call_id)

        self.room.database.write(work)

    def forgotten(self, call_id: int) -> None:
        """The link broke and the call was never heard of again."""
        lost = {"ended_at": utc_now(), "outcome": CallOutcome.LOST_TRACK.value}
        self.room.database.write(lambda unit: self._update(unit, call_id, **lost))

    def talked(self, extension: str, number: str = PHONE) -> int:
        """A whole conversation."""
        call_id = self.rings(extension, number)
        self.answers(call_id)
        self.ends(call_id)
        return call_id

    def carry_out(self) -> None:
        """The PBX does everything it was asked to."""
        for command in take(self.room, NAME):
            self.room.database.write(partial(_done, command))

    def asked(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Kind and payload of every command, oldest first."""
        query = select(pbx_command.c.kind, pbx_command.c.payload).order_by(pbx_command.c.id)
        with self.room.database.read() as conn:
            return [(row[0], row[1]) for row in conn.execute(query)]

    def _update(self, unit: Unit, call_id: int, **values: Any) -> None:
        unit.conn.execute(update(call).where(call.c.id == call_id).values(values))

    def _extension(self, unit: Unit, call_id: int) -> str:
        query = select(call.c.extension).where(call.c.id == call_id)
        return str(unit.conn.execute(query).scalar_one())


class Telephone(Exchange):
    """The exchange of a call centre whose first operator answers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.room)
        self.desk = desk
        self.operator: Actor = desk.operator
