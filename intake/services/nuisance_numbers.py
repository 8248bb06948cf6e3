"""The nuisance list in clear, for the telephony process that keeps the PBX's copy like it."""

from sqlalchemy import select

from intake.services.workroom import Workroom
from intake.store.tables import nuisance_number


def nuisance_in_force(room: Workroom) -> list[str]:
    """Numbers in force now; for the PBX only, never for a page or a log."""
    listed = nuisance_number.c
    query = select(listed.number, listed.number_hash).where(
        listed.until.is_(None) | (listed.until > room.clock())
    )
    with room.database.read() as conn:
        return [
            room.cipher.open_text(row.number, f"nuisance_number.number:{row.number_hash.hex()}")
            for row in conn.execute(query)
        ]
