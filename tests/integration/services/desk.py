"""A call centre for tests: its people, a report, and the ways to the next stages."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from intake.domain.appeal import AppealType, Urgency
from intake.domain.case import Case
from intake.domain.case_steps import CaseStep
from intake.domain.contact import Source
from intake.domain.errors import Refusal
from intake.domain.events import GENESIS, EventType, Fact, Subject
from intake.domain.numbers import ticket_number
from intake.domain.people import Actor, Role
from intake.domain.submission import ReporterDetails, Submission, Upload
from intake.domain.ticket import Ticket
from intake.services.accept import accept
from intake.services.case_event import CaseReport, report_case
from intake.services.catalogue import handbook_cards
from intake.services.file import file_ticket
from intake.services.register import Registration, register
from intake.services.stepping import find_ticket
from intake.services.submit import submit_for_filing
from intake.services.workroom import Workroom, utc_now
from intake.store.records import load
from intake.store.tables import account, event, metadata, outbox

PHONE = "13800000000"
IN_AREA = (113.6, 33.2)
GARBAGE = "E06010"
WORDS = "中山路菜市场门口垃圾堆了三天没人清运"

FORM = Registration(
    appeal=AppealType.COMPLAINT,
    urgency=Urgency.NORMAL,
    description=WORDS,
    category=GARBAGE,
    address="中山路菜市场门口",
    lon=IN_AREA[0],
    lat=IN_AREA[1],
    occurred="2026年7月1日早上",
    cause="清运车三天没有来",
    duplicate_decided=True,
)


class Desk:
    """One workroom with its people; the methods go the ordinary way and return what came of it."""

    def __init__(self, room: Workroom) -> None:
        self.room = room
        self._names = count(1)
        with room.database.read() as conn:
            rows = conn.execute(
                select(account.c.username, account.c.id, account.c.display_name, account.c.role)
            ).all()
        people = {row[0]: Actor(Role(row[3]), row[2], row[1]) for row in rows}
        self.operator = people["op1"]
        self.colleague = people["op2"]
        self.leader = people["zhiban"]
        self.dispatcher = people["paiqian"]
        self.collectors = {name: who for name, who in people.items() if name.startswith("cj")}
        self.mayor = Actor(Role.LEADER, "县领导", 901)
        self.subsystem = Actor(Role.SUBSYSTEM, "协同系统")

    def submission(self, text: str = WORDS, **fields: Any) -> Submission:
        raw = text.encode("utf-8", "replace")
        values: dict[str, Any] = {
            "source": Source.WEB,
            "external_id": f"test-{next(self._names)}",
            "received_at": utc_now(),
            "text": text,
            "raw": raw,
            "raw_hash": hashlib.sha256(raw).hexdigest(),
            "reporter": ReporterDetails(name="张小明", phone=PHONE),
        }
        return Submission(**values | fields)

    def photo(self) -> Upload:
        name = f"incoming/{next(self._names)}.jpg"
        return Upload(name, "image/jpeg", 1000, hashlib.sha256(name.encode()).hexdigest())

    def received(self, text: str = WORDS, **fields: Any) -> Ticket:
        """A report with one photo, accepted."""
        fields.setdefault("uploads", (self.photo(),))
        return self.ticket(accept(self.room, self.submission(text, **fields)).number)

    def ticket(self, number: str) -> Ticket:
        with self.room.database.read() as conn:
            return find_ticket(conn, number, lock=False)

    def case(self, key: int | None) -> Case:
        assert key is not None
        with self.room.database.read() as conn:
            found = load(conn, Case, key)
        assert found is not None
        return found

    def form(self, **changes: Any) -> Registration:
        values = {"condition_id": self.condition()} | changes
        return replace(FORM, **values)

    def condition(self, label: str = GARBAGE, position: int = 0) -> int:
        with self.room.database.read() as conn:
            return handbook_cards(conn, label, self.room.settings.edition)[position].id

    def registered(self, by: Actor | None = None, form: Registration | None = None) -> Ticket:
        """A complete ticket, as an operator leaves it before filing."""
        sheet = self.received()
        return register(
            self.room, by or self.operator, sheet.number, sheet.version, form or self.form()
        )

    def submitted(self, by: Actor | None = None) -> Ticket:
        sheet = self.registered(by)
        return submit_for_filing(self.room, by or self.operator, sheet.number, sheet.version)

    def filed(self) -> Ticket:
        sheet = self.registered()
        return file_ticket(self.room, self.leader, sheet.number, sheet.version, "同意立案")

    def report(self, case: Case, step: CaseStep, actor: Actor | None = None, **what: Any) -> Case:
        told: dict[str, Any] = {
            CaseStep.DISPATCHED: {"unit": case.lead_unit},
            CaseStep.HANDLED: {"result": "垃圾已清运，地面已冲洗"},
        }.get(step, {})
        report = CaseReport(step=step, **told | what)
        return report_case(self.room, actor or self.subsystem, case.number, report)

    def checked(self) -> Ticket:
        """A ticket whose problem is solved and who waits for the return visit."""
        sheet = self.filed()
        case = self.case(sheet.case_id)
        for step in (
            CaseStep.DISPATCHED,
            CaseStep.ACCEPTED,
            CaseStep.HANDLED,
            CaseStep.CHECK_PASSED,
        ):
            case = self.report(case, step)
        return self.ticket(sheet.number)

    def appoint_deputy(self, who: Actor) -> None:
        change = update(account).where(account.c.id == who.account_id).values(deputy=True)
        self.room.database.write(lambda unit: unit.conn.execute(change).rowcount)

    def hire_for_units(self, keys: dict[str, int]) -> None:
        """An account for a person of each department: unit code to account id."""
        now = utc_now()
        rows = [
            {
                "id": key,
                "username": f"dept{key}",
                "display_name": code,
                "role": Role.DEPARTMENT_USER.value,
                "unit_code": code,
                "password_hash": "",
                "active": True,
                "deputy": False,
                "failures": 0,
                "created_at": now,
                "changed_at": now,
                "head_hash": GENESIS,
                "version": 1,
            }
            for code, key in keys.items()
        ]
        self.room.database.write(lambda unit: unit.conn.execute(insert(account), rows).rowcount)

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        with self.room.database.read() as conn:
            return {
                table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            }

    def facts(self, number: str) -> list[tuple[str, dict[str, Any]]]:
        """Type and data of a ticket's events, oldest first."""
        query = select(event.c.type, event.c.data).where(
            event.c.subject == "TICKET", event.c.subject_id == self.ticket(number).id
        )
        with self.room.database.read() as conn:
            return [(row[0], row[1]) for row in conn.execute(query.order_by(event.c.id))]

    def case_facts(self, case: Case) -> list[dict[str, Any]]:
        """Data of a case's events, oldest first."""
        query = select(event.c.data).where(event.c.subject == "CASE", event.c.subject_id == case.id)
        with self.room.database.read() as conn:
            return list(conn.execute(query.order_by(event.c.id)).scalars())

    def ticket_of(self, case: Case) -> Ticket:
        return self.ticket(ticket_number(case.ticket_id))

    def topics(self, key: int) -> list[str]:
        """Topics of the outbox rows of one ticket, in order."""
        with self.room.database.read() as conn:
            rows = conn.execute(
                select(outbox.c.topic, outbox.c.key, outbox.c.payload).order_by(outbox.c.id)
            ).all()
        return [row[0] for row in rows if row[2].get("ticket") == key or row[1] == str(key)]

    def jobs(self, topic: str) -> dict[int, int]:
        """Ticket key to outbox row, for one topic whose key is the ticket."""
        query = select(outbox.c.key, outbox.c.id).where(outbox.c.topic == topic)
        with self.room.database.read() as conn:
            return {int(row.key): row.id for row in conn.execute(query)}

    @contextmanager
    def refused(self, kind: type[Refusal]) -> Iterator[pytest.ExceptionInfo[Any]]:
        """The body is refused with ``kind``, in plain Chinese, and leaves no trace in any table."""
        before = self.counts()
        with pytest.raises(kind) as caught:
            yield caught
        message = caught.value.message
        assert message.endswith("。"), message
        assert not re.search("[a-z_]{2,}", message), message
        assert self.counts() == before

    def check_history(self) -> None:
        """Every chain is whole, from its first fact to the head kept on the row."""
        with self.room.database.read() as conn:
            rows = conn.execute(select(event).order_by(event.c.id)).mappings().all()
            heads = {
                (subject, row.id): (row.head_hash, row.state, row.version)
                for subject, table in (
                    ("TICKET", metadata.tables["ticket"]),
                    ("CASE", metadata.tables["casefile"]),
                )
                for row in conn.execute(select(table))
            }
        last: dict[tuple[str, int], tuple[str, str, int]] = {}
        for row in rows:
            key = (row["subject"], row["subject_id"])
            before = last.get(key, (GENESIS, "", 0))
            assert row["prev_hash"] == before[0]
            assert row["from_state"] == before[1]
            assert row["version"] in {before[2], before[2] + 1}
            fact = Fact(
                subject=Subject(row["subject"]),
                type=EventType(row["type"]),
                **{
                    name: row[name]
                    for name in Fact.__dataclass_fields__
                    if name not in {"subject", "type"}
                },
            )
            assert fact.digest() == row["hash"]
            last[key] = (row["hash"], row["to_state"], row["version"])
        assert {key: value for key, value in last.items() if key[0] != "ACCOUNT"} == heads
