"""The county's newest reports, decided or not: what they say, not what became of them.

A model learns from them which words keep company. Like decisions they are read without persons
(decision 13), and of confidential reports not a word.
"""

from sqlalchemy import select

from classifiers.examples import Example
from intake.domain.ticket import Ticket
from intake.services.evidence import scrubbed_text
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import decision, ticket

MOST_REPORTS = 6_000
"""Newest reports that are read: about what the gain was measured with; more cost time and memory.
Reading and taking persons out takes some milliseconds a report."""
_BATCH = 200


def county_reports(room: Workroom, most: int = MOST_REPORTS) -> list[Example]:
    """Return at most `most` reports as texts without label, oldest first.

    Left out: confidential ones, parts of a report (the whole is there already), and tickets
    whose decision is kept apart to judge by.
    """
    apart = select(decision.c.ticket_id).where(decision.c.holdout)
    query = (
        select(ticket.c.id)
        .where(
            ticket.c.confidential.is_(False),
            ticket.c.parent_id.is_(None),
            ticket.c.id.not_in(apart),
        )
        .order_by(ticket.c.id.desc())
        .limit(most)
    )
    with room.database.read() as conn:
        keys = list(conn.execute(query).scalars())[::-1]
    reports: list[Example] = []
    for begin in range(0, len(keys), _BATCH):
        reports.extend(_read(room, keys[begin : begin + _BATCH]))
    return reports


def _read(room: Workroom, keys: list[int]) -> list[Example]:
    """A few at a time, so that no transaction lasts while thousands are read."""
    with room.database.read() as conn:
        sheets = [sheet for key in keys if (sheet := load(conn, Ticket, key)) is not None]
        texts = [(sheet.id, scrubbed_text(room, conn, sheet)) for sheet in sheets]
    return [Example(str(key), "", "", text) for key, text in texts if text.strip()]
