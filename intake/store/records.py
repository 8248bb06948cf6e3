"""Between rows and domain records: load typed, save only what changed, refuse what is stale."""

from dataclasses import fields
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Table, select, update

from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.case import Case
from intake.domain.case_steps import CaseState
from intake.domain.category import CategoryKind
from intake.domain.contact import Source
from intake.domain.errors import StaleVersion
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.store.tables import casefile, ticket

R = TypeVar("R", Ticket, Case)

_ENUMS: dict[str, type[StrEnum]] = {
    "source": Source,
    "appeal": AppealType,
    "urgency": Urgency,
    "case_class": CaseClass,
    "category_kind": CategoryKind,
}
_STATES: dict[type, type[StrEnum]] = {Ticket: TicketState, Case: CaseState}
_TABLES: dict[type, Table] = {Ticket: ticket, Case: casefile}


def from_row(kind: type[R], row: RowMapping) -> R:
    """A Ticket or Case of a full row."""
    values: dict[str, Any] = {}
    for spec in fields(kind):
        value = row[spec.name]
        enum = _STATES[kind] if spec.name == "state" else _ENUMS.get(spec.name)
        values[spec.name] = enum(value) if enum and value is not None else value
    return kind(**values)


def columns_of(record: Ticket | Case) -> dict[str, Any]:
    """The record as column values, for an insert."""
    return {spec.name: getattr(record, spec.name) for spec in fields(record)}


def load(conn: Connection, kind: type[R], key: int, *, lock: bool = False) -> R | None:
    """The record with this key, or None; ``lock`` holds its row until the transaction ends.

    SQLite has one writer at a time and needs no row lock.
    """
    table = _TABLES[kind]
    query = select(table).where(table.c.id == key)
    row = conn.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else from_row(kind, row)


def save(conn: Connection, before: R, after: R) -> None:
    """Write the columns that differ, provided the stored version is still ``before.version``.

    Raises StaleVersion when somebody else was faster (decision 6).
    """
    table = _TABLES[type(before)]
    changed = {
        spec.name: getattr(after, spec.name)
        for spec in fields(after)
        if getattr(after, spec.name) != getattr(before, spec.name)
    }
    result = conn.execute(
        update(table)
        .where(
            table.c.id == before.id,
            table.c.version == before.version,
            table.c.head_hash == before.head_hash,
        )
        .values(changed)
    )
    if result.rowcount != 1:
        raise StaleVersion("内容刚被别人修改过，请查看最新内容后再操作。", version=before.version)
