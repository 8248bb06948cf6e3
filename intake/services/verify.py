"""Send a collector to look (核实, before filing), and take the answer (R135)."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from intake.domain.errors import Incomplete, NotFound
from intake.domain.events import EventType
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step
from intake.services.stepping import find_ticket, take_step
from intake.services.workroom import Workroom
from intake.store.tables import unit_grid, verification
from intake.store.unit import Unit


def send_verification(
    room: Workroom, actor: Actor, number: str, version: int, what: str, collector: str = ""
) -> Ticket:
    """Ask a collector to look; ``collector`` empty takes the one of the duty grid.

    The limit is ``verification_minutes``; the acceptance clock pauses meanwhile (domain.md §2.6).
    """
    asked = what.strip()
    if not asked:
        raise Incomplete("请写明需要监督员核实什么。", fields=["what"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        row = unit.conn.execute(
            select(unit_grid.c.duty_grid, unit_grid.c.collector).where(
                unit_grid.c.code == before.unit_grid_code
            )
        ).first()
        sent_to = collector.strip() or (row.collector if row else "")
        if not sent_to:
            raise Incomplete(
                "地点没有对应的责任网格，请先标注位置或指定监督员。", fields=["collector"]
            )
        after = take_step(
            unit,
            actor,
            before,
            Step.SEND_VERIFICATION,
            EventType.VERIFICATION_SENT,
            version=version,
            data={"collector": sent_to, "what": asked},
        )
        unit.conn.execute(
            insert(verification).values(
                ticket_id=before.id,
                collector=sent_to,
                duty_grid=row.duty_grid if row else "",
                what=asked,
                sent_at=unit.now,
                sent_by=actor.account_id,
                due_at=unit.now + timedelta(minutes=room.settings.verification_minutes),
                remark="",
            )
        )
        return after

    return room.database.write(work)


def answer_verification(
    room: Workroom,
    actor: Actor,
    number: str,
    found: bool,
    remark: str,
    lon: float | None = None,
    lat: float | None = None,
) -> Ticket:
    """Take what the collector saw; an operator may enter it for one who telephones."""

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        task = unit.conn.execute(
            select(verification.c.id)
            .where(verification.c.ticket_id == before.id, verification.c.answered_at.is_(None))
            .order_by(verification.c.id.desc())
            .limit(1)
        ).scalar()
        if task is None:
            raise NotFound("这张受理单没有等待答复的核实任务。")
        after = take_step(
            unit,
            actor,
            before,
            Step.CONFIRM if found else Step.NOT_FOUND,
            EventType.VERIFICATION_ANSWERED,
            data={"found": found, "remark": remark.strip()},
        )
        unit.conn.execute(
            update(verification)
            .where(verification.c.id == task)
            .values(answered_at=unit.now, found=found, remark=remark.strip(), lon=lon, lat=lat)
        )
        return after

    return room.database.write(work)
