"""The inbox: keyset pages of tickets by tab, never counted, never offset (decision 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, literal, select, union_all

from classifiers.text import search_tokens
from intake.domain.category import CategoryKind
from intake.domain.contact import Source
from intake.domain.errors import Invalid
from intake.domain.numbers import ticket_key, ticket_number
from intake.domain.people import Action, Actor, Role
from intake.domain.ticket_steps import TicketState
from intake.services.workroom import Workroom
from intake.store import search
from intake.store.tables import account, category, suggestion, tally, ticket

_S = TicketState
TABS: Mapping[str, tuple[str, tuple[TicketState, ...]]] = {
    "new": ("待登记", (_S.RECEIVED, _S.DRAFT)),
    "open": ("办理中", (_S.REGISTERED, _S.VERIFIED, _S.NOT_FOUND, _S.RETURNED_FOR_CORRECTION)),
    "info": ("待补充", (_S.AWAITING_INFO,)),
    "verifying": ("核实中", (_S.VERIFYING,)),
    "filing": ("待立案", (_S.PENDING_FILING,)),
    "filed": ("已立案", (_S.FILED, _S.IN_HANDLING, _S.REWORK)),
    "visit": ("待回访", (_S.AWAITING_VISIT,)),
    "closed": (
        "已办结",
        (
            _S.CLOSED,
            _S.ANSWERED,
            _S.DECLINED,
            _S.REFERRED,
            _S.FILING_REFUSED,
            _S.MERGED,
            _S.VOIDED,
        ),
    ),
}
"""Tabs of the inbox in order: key, Chinese name, states. 不予立案 stays visible until replied."""


_LOOKED_THROUGH = 1_000
"""Matches of a search that are put through the filters for one page."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which tickets; ``after`` is the number the page starts behind (older ones follow)."""

    states: tuple[TicketState, ...] = ()
    source: Source | None = None
    words: str = ""
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of the inbox; no personal data."""

    id: int
    number: str
    state: TicketState
    source: Source
    received_at: datetime
    description: str
    address: str
    town_code: str
    urgency: str
    appeal: str | None
    confidential: bool
    photos: int
    category_name: str
    suggested: str
    claimed_by: str
    respond_by: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ListPage:
    """``next`` is the ``after`` of the following page, empty on the last one.

    A page of a search with filters may hold fewer rows than asked for and still have a next one.
    """

    rows: list[ListRow]
    next: str


def list_tickets(room: Workroom, actor: Actor, query: ListQuery) -> ListPage:
    """A page of tickets, newest first; at most four statements at any size of the store."""
    actor.require(Action.READ_TICKETS)
    if not 1 <= query.limit <= 200:
        raise Invalid("每页条数应在1到200之间。", field="limit")
    before = _position(query.after)
    with room.database.read() as conn:
        keys, unseen = _page_keys(conn, actor, query, before)
        shown = keys[: query.limit]
        rows = _rows(conn, shown)
    if len(keys) > query.limit:
        return ListPage(rows, ticket_number(shown[-1]))
    return ListPage(rows, "" if unseen is None else ticket_number(unseen))


def tallies(room: Workroom) -> dict[str, int]:
    """How many tickets each tab holds, from the tally table."""
    with room.database.read() as conn:
        counted = {row[0]: row[1] for row in conn.execute(select(tally.c.state, tally.c.value))}
    return {
        tab: sum(counted.get(state.value, 0) for state in states)
        for tab, (_, states) in TABS.items()
    }


def _position(after: str) -> int | None:
    if not after:
        return None
    key = ticket_key(after)
    if key is None:
        raise Invalid("翻页位置不对，请从第一页重新打开。", field="after")
    return key


def _page_keys(
    conn: Connection, actor: Actor, query: ListQuery, before: int | None
) -> tuple[Sequence[int], int | None]:
    """Keys of the page and one more, and how far a search has looked if not to the end."""
    if query.words.strip():
        return _found(conn, actor, query, before)
    return _listed(conn, actor, query, before), None


def _listed(conn: Connection, actor: Actor, query: ListQuery, before: int | None) -> Sequence[int]:
    wanted = query.limit + 1
    if not query.states:
        return list(conn.execute(_filtered(actor, query, before).limit(wanted)).scalars())
    per_state = [
        _filtered(actor, query, before).where(ticket.c.state == state.value).limit(wanted)
        for state in query.states
    ]
    if len(per_state) == 1:
        return list(conn.execute(per_state[0]).scalars())
    # One index range per state, merged: a single IN (...) would sort every row of all states.
    everything = union_all(*(select(part.subquery().c.id) for part in per_state)).subquery()
    page = select(everything.c.id).order_by(everything.c.id.desc()).limit(wanted)
    return list(conn.execute(page).scalars())


def _filtered(actor: Actor, query: ListQuery, before: int | None) -> Select[Any]:
    chosen = select(ticket.c.id).order_by(ticket.c.id.desc())
    if before is not None:
        chosen = chosen.where(ticket.c.id < before)
    if query.source is not None:
        chosen = chosen.where(ticket.c.source == query.source.value)
    if actor.role is Role.DISPATCHER:
        chosen = chosen.where(ticket.c.case_id.is_not(None))
    return chosen


def _found(
    conn: Connection, actor: Actor, query: ListQuery, before: int | None
) -> tuple[Sequence[int], int | None]:
    key = ticket_key(query.words)
    if key is not None:
        wanted = [key] if before is None or key < before else []
        return _kept(conn, actor, query, wanted), None
    tokens = search_tokens(query.words)
    if not tokens:
        return [], None
    plain = not query.states and query.source is None and actor.role is not Role.DISPATCHER
    size = query.limit + 1 if plain else _LOOKED_THROUGH
    keys = search.search(conn, tokens, before=before, limit=size)
    if plain:
        return keys, None
    unseen = keys[-1] if len(keys) == size else None
    return _kept(conn, actor, query, keys), unseen


def _kept(conn: Connection, actor: Actor, query: ListQuery, keys: Sequence[int]) -> list[int]:
    chosen = _filtered(actor, query, None).where(ticket.c.id.in_(keys))
    if query.states:
        chosen = chosen.where(ticket.c.state.in_([state.value for state in query.states]))
    return list(conn.execute(chosen).scalars())


def _rows(conn: Connection, keys: Sequence[int]) -> list[ListRow]:
    if not keys:
        return []
    latest = (
        select(suggestion.c.guesses)
        .where(suggestion.c.ticket_id == ticket.c.id, suggestion.c.abstained == literal(False))
        .order_by(suggestion.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = conn.execute(
        select(
            ticket,
            category.c.name.label("category_name"),
            account.c.display_name.label("holder"),
            latest.label("guesses"),
        )
        .select_from(
            ticket.outerjoin(
                category,
                and_(
                    category.c.edition == ticket.c.category_edition,
                    category.c.kind == ticket.c.category_kind,
                    category.c.code == ticket.c.category_code,
                ),
            ).outerjoin(account, account.c.id == ticket.c.claimed_by)
        )
        .where(ticket.c.id.in_(keys))
        .order_by(ticket.c.id.desc())
    ).mappings()
    return [_row(row) for row in rows]


def _row(row: Any) -> ListRow:
    kind = CategoryKind(row["category_kind"]).label if row["category_kind"] else ""
    guesses = row["guesses"] or []
    return ListRow(
        id=row["id"],
        number=ticket_number(row["id"]),
        state=TicketState(row["state"]),
        source=Source(row["source"]),
        received_at=row["received_at"],
        description=row["description"][:160],
        address=row["address"] or row["landmark"],
        town_code=row["town_code"],
        urgency=row["urgency"],
        appeal=row["appeal"],
        confidential=row["confidential"],
        photos=row["photos"],
        category_name=f"{kind}·{row['category_name']}" if row["category_name"] else "",
        suggested=guesses[0]["name"] if guesses else "",
        claimed_by=row["holder"] or "",
        respond_by=row["respond_by"],
        version=row["version"],
    )
