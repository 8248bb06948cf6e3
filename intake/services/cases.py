"""Find a case and write its facts."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from intake.domain.case import Case
from intake.domain.errors import NotFound, StaleVersion
from intake.domain.events import EventType, Fact, Subject
from intake.domain.numbers import CASE_NUMBER
from intake.domain.people import Actor
from intake.services.stepping import quoted
from intake.store.records import from_row, save
from intake.store.tables import casefile
from intake.store.unit import Unit


def find_case(conn: Connection, number: str, *, lock: bool = True) -> Case:
    """The case with this number, locked for the writer unless told; raises NotFound."""
    wanted = number.strip().upper()
    row = None
    if CASE_NUMBER.fullmatch(wanted):
        query = select(casefile).where(casefile.c.number == wanted)
        row = conn.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound(f"没有编号为“{quoted(number)}”的案卷，请核对编号。")
    return from_row(Case, row)


def write_case_fact(
    unit: Unit,
    actor: Actor,
    before: Case,
    *,
    version: int | None = None,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> Case:
    """Change a case; raises StaleVersion when ``version`` is not the stored one."""
    if version is not None and version != before.version:
        raise StaleVersion(
            "这件案卷刚被别人修改过，请查看最新内容后再操作。", version=before.version
        )
    after = replace(before, version=before.version + 1, **changes)
    fact = Fact.of(
        actor,
        unit.now,
        Subject.CASE,
        before.id,
        EventType.CASE_ADVANCED,
        from_state=before.state.value,
        to_state=after.state.value,
        version=after.version,
        data=data,
        prev_hash=before.head_hash,
    )
    after = replace(after, head_hash=unit.record(fact))
    save(unit.conn, before, after)
    return after
