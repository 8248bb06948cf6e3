"""Dials of ours whose end the books do not know: what a telephony process finds when it starts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from intake.domain.call import Purpose
from intake.domain.pbx_command import CommandState
from intake.services.workroom import Workroom
from intake.store.tables import call, dial_attempt, pbx_command


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """``dialled`` tells whether a process may have asked the PBX for it; ``known`` whether the
    books have its call."""

    id: str
    purpose: Purpose
    extension: str
    planned_at: datetime
    dialled: bool
    known: bool


_MAYBE_DIALLED = frozenset({CommandState.TAKEN, CommandState.DONE, CommandState.UNKNOWN})


def open_attempts(room: Workroom, pbx: str) -> list[OpenAttempt]:
    """Attempts that are not over, oldest first."""
    query = (
        select(
            dial_attempt.c.id,
            dial_attempt.c.planned_at,
            pbx_command.c.payload,
            pbx_command.c.state,
            pbx_command.c.answer,
            call.c.id.label("call_id"),
        )
        .select_from(
            dial_attempt.join(pbx_command, pbx_command.c.id == dial_attempt.c.command_id).outerjoin(
                call, (call.c.pbx == pbx) & (call.c.linkedid == dial_attempt.c.id)
            )
        )
        .where(dial_attempt.c.ended_at.is_(None), pbx_command.c.pbx == pbx)
        .order_by(dial_attempt.c.planned_at)
    )
    with room.database.read() as conn:
        rows = conn.execute(query).all()
    return [
        OpenAttempt(
            id=row.id,
            purpose=Purpose(row.payload["purpose"]),
            extension=row.payload.get("extension", ""),
            planned_at=row.planned_at,
            dialled=CommandState(row.state) in _MAYBE_DIALLED or bool(row.answer.get("uncertain")),
            known=row.call_id is not None,
        )
        for row in rows
    ]
