"""Put a case into the shared case store: number, lead unit, limits (R141, domain.md §2.6)."""

from sqlalchemy import Connection, insert, select

from intake.domain.case import Case
from intake.domain.case_steps import CaseState
from intake.domain.deadlines import due_at, parse_limit
from intake.domain.errors import Incomplete
from intake.domain.events import EventType, Fact, Subject
from intake.domain.numbers import case_number, county_day, daily_key
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.services.workroom import Workroom
from intake.store.counters import take_numbers
from intake.store.records import columns_of
from intake.store.tables import (
    case_limit,
    casefile,
    condition,
    condition_limit,
    road,
    ticket_link,
    unit,
)
from intake.store.unit import Unit

TERRITORY = "TERRITORY"
"""Lead unit of conditions that belong to whichever township the place lies in (R5)."""


def open_case(
    room: Workroom,
    work: Unit,
    actor: Actor,
    sheet: Ticket,
    *,
    note: str = "",
    leader_reference: str = "",
) -> Case:
    """Create the case of a ticket inside the caller's transaction.

    Raises Incomplete when the handbook gives no limit or no lead unit for the condition.
    """
    ref = sheet.category
    if ref is None or sheet.condition_id is None:
        raise Incomplete("请选择类别和立案条件。", fields=["category"])
    day = county_day(work.now)
    sequence = take_numbers(work.conn, f"case-{day:%Y%m%d}")
    terms = _terms(work.conn, sheet.condition_id)
    dues = [due_at(work.now, parse_limit(term), room.calendar) for term in terms]
    key = daily_key(day, sequence)
    number = case_number(ref.label, day, sequence)
    fact = Fact.of(
        actor,
        work.now,
        Subject.CASE,
        key,
        EventType.CASE_FILED,
        to_state=CaseState.FILED.value,
        data={"number": number, "ticket": sheet.number, "limits": terms},
    )
    case = Case(
        id=key,
        number=number,
        state=CaseState.FILED,
        version=1,
        ticket_id=sheet.id,
        category_kind=ref.kind,
        category_edition=ref.edition,
        category_code=ref.code,
        condition_id=sheet.condition_id,
        case_class=sheet.case_class,
        urgency=sheet.urgency,
        confidential=sheet.confidential,
        supervised=bool(leader_reference),
        priority_place=_on_key_road(work.conn, sheet),
        description=sheet.description,
        address=sheet.address or sheet.landmark,
        lon=sheet.lon,
        lat=sheet.lat,
        town_code=sheet.town_code,
        unit_grid_code=sheet.unit_grid_code,
        lead_unit=_lead_unit(work.conn, sheet),
        filed_by=actor.account_id or 0,
        filed_at=work.now,
        filing_note=note,
        leader_reference=leader_reference,
        due_at=dues[-1],
        head_hash=work.record(fact),
    )
    work.conn.execute(insert(casefile), [columns_of(case)])
    work.conn.execute(
        insert(case_limit),
        [
            {"case_id": key, "position": position, "term": term, "due_at": due}
            for position, (term, due) in enumerate(zip(terms, dues, strict=True))
        ],
    )
    work.conn.execute(
        insert(ticket_link).values(
            ticket_id=sheet.id,
            kind="FILED_AS",
            case_id=key,
            at=work.now,
            by_account=actor.account_id,
            reasons=[],
        )
    )
    return case


def _terms(conn: Connection, condition_id: int) -> list[str]:
    rows = conn.execute(
        select(condition_limit.c.term)
        .where(condition_limit.c.condition_id == condition_id)
        .order_by(condition_limit.c.position)
    ).scalars()
    terms: list[str] = list(rows)
    if not terms:
        raise Incomplete(
            "手册中这一立案条件没有处置时限，请联系管理员补充。", fields=["condition_id"]
        )
    return terms


def _lead_unit(conn: Connection, sheet: Ticket) -> str:
    lead = conn.execute(
        select(condition.c.lead_unit).where(condition.c.id == sheet.condition_id)
    ).scalar()
    if lead == TERRITORY:
        lead = conn.execute(
            select(unit.c.code).where(
                unit.c.kind == "territory", unit.c.town_code == sheet.town_code
            )
        ).scalar()
    if not lead:
        raise Incomplete("无法确定主责单位，请先标注位置，或联系管理员补充手册。", fields=["lon"])
    found: str = lead
    return found


def _on_key_road(conn: Connection, sheet: Ticket) -> bool:
    """Key roads and areas come first (R20)."""
    names = conn.execute(select(road.c.name).where(road.c.key_road)).scalars()
    told = f"{sheet.address} {sheet.landmark} {sheet.description}"
    return any(name in told for name in names)
