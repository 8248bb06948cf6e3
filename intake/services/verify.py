"""Send a collector to look (核实, before filing), and take the answer (R135)."""

from datetime import timedelta
from math import isfinite

from sqlalchemy import Connection, insert, select, update

from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step
from intake.services.accept import register_by
from intake.services.stepping import find_ticket, for_history, require_step, take_step
from intake.services.workroom import Workroom
from intake.store.tables import account, unit_grid, verification
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
        require_step(unit.conn, actor, before, Step.SEND_VERIFICATION, version)
        row = unit.conn.execute(
            select(unit_grid.c.duty_grid, unit_grid.c.collector).where(
                unit_grid.c.code == before.unit_grid_code
            )
        ).first()
        sent_to = _named(unit.conn, collector.strip()) or (row.collector if row else "")
        if not sent_to:
            raise Incomplete(
                "地点没有对应的责任网格，请先标注位置或指定监督员。", fields=["collector"]
            )
        due = unit.now + timedelta(minutes=room.settings.verification_minutes)
        after = take_step(
            unit,
            actor,
            before,
            Step.SEND_VERIFICATION,
            EventType.VERIFICATION_SENT,
            version=version,
            data={"collector": sent_to, "what": for_history(asked)},
            respond_by=due,
        )
        unit.conn.execute(
            insert(verification).values(
                ticket_id=before.id,
                collector=sent_to,
                duty_grid=row.duty_grid if row else "",
                what=asked,
                sent_at=unit.now,
                sent_by=actor.account_id or 0,
                due_at=due,
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
    """Take what the collector saw; an operator may enter it for one who telephones.

    A collector tells the position he stood at (WGS84 degrees) and answers his own tasks only.
    Raises NotFound without an open task, Incomplete without a remark.
    """
    seen = remark.strip()
    if not seen:
        raise Incomplete("请写明现场看到的情况。", fields=["remark"])
    _require_position(room, actor, lon, lat)

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        step = Step.CONFIRM if found else Step.NOT_FOUND
        require_step(unit.conn, actor, before, step, None)
        task = unit.conn.execute(
            select(verification.c.id, verification.c.collector)
            .where(verification.c.ticket_id == before.id, verification.c.answered_at.is_(None))
            .order_by(verification.c.id.desc())
            .limit(1)
        ).first()
        if task is None:
            raise NotFound("这张受理单没有等待答复的核实任务。")
        _require_own(unit.conn, actor, task.collector)
        after = take_step(
            unit,
            actor,
            before,
            step,
            EventType.VERIFICATION_ANSWERED,
            data={"found": found, "remark": for_history(seen)},
            respond_by=register_by(room, unit),
        )
        unit.conn.execute(
            update(verification)
            .where(verification.c.id == task.id)
            .values(answered_at=unit.now, found=found, remark=seen, lon=lon, lat=lat)
        )
        return after

    return room.database.write(work)


def _named(conn: Connection, username: str) -> str:
    """The chosen collector; a name that is nobody's would wait for an answer for ever."""
    if not username:
        return ""
    query = select(account.c.username).where(
        account.c.username == username,
        account.c.role == Role.COLLECTOR.value,
        account.c.active,
    )
    if conn.execute(query).first() is None:
        raise Invalid("没有这位监督员，请重新选择。", field="collector")
    return username


def _require_position(room: Workroom, actor: Actor, lon: float | None, lat: float | None) -> None:
    if lon is None or lat is None:
        if (lon is None) != (lat is None):
            raise Invalid("经度和纬度要一起填写。", field="lon")
        if actor.role is Role.COLLECTOR:
            raise Incomplete("请打开定位，核实结果要带上现场位置。", fields=["lon", "lat"])
        return
    if not (isfinite(lon) and isfinite(lat) and room.county.locate(lon, lat).in_county):
        raise Invalid("上报的位置不在本县范围内，请检查定位。", field="lon")


def _require_own(conn: Connection, actor: Actor, collector: str) -> None:
    """A token without an account speaks for the collectors' own system, and so for all of them."""
    if actor.role is not Role.COLLECTOR or actor.account_id is None:
        return
    query = select(account.c.username).where(account.c.id == actor.account_id)
    if conn.execute(query).scalar() != collector:
        raise NotAllowed("这件核实任务派给了别的监督员。")
