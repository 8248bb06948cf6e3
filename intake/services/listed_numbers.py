"""Numbers the PBX keeps a copy of, in clear: for the telephony process, never a page or a log."""

from sqlalchemy import select

from intake.services.workroom import Workroom
from intake.store.tables import nuisance_number, unit


def nuisance_in_force(room: Workroom) -> list[str]:
    """Numbers that hear a notice first."""
    listed = nuisance_number.c
    query = select(listed.number, listed.number_hash).where(
        listed.until.is_(None) | (listed.until > room.clock())
    )
    with room.database.read() as conn:
        return [
            room.cipher.open_text(row.number, f"nuisance_number.number:{row.number_hash.hex()}")
            for row in conn.execute(query)
        ]


def department_numbers(room: Workroom) -> list[str]:
    """Departments that operators may dial from their own telephones."""
    with room.database.read() as conn:
        return list(conn.execute(select(unit.c.phone).where(unit.c.phone != "")).scalars())
