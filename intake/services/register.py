"""Register a received ticket, or amend a registered one: what the operator understood of it."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from sqlalchemy import Connection, func, select, update

from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.category import CategoryRef
from intake.domain.contact import Source
from intake.domain.errors import Incomplete, Invalid
from intake.domain.events import EventType, Subject
from intake.domain.people import Actor
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step, TicketState
from intake.services.reporters import has_contact, put_reporter
from intake.services.stepping import find_ticket, require_step, take_step
from intake.services.workroom import Workroom
from intake.store.tables import category, condition, event, suggestion
from intake.store.unit import Unit

_IMPERSONAL = frozenset({Source.COLLECTOR, Source.LEADER, Source.VIDEO, Source.MEDIA})
"""Sources whose problem was seen on duty: there is no citizen who could leave a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The form of the desk. ``category`` is a label such as E06010; coordinates are WGS84.

    ``confidential`` None keeps what the reporter asked for, and makes a 举报 confidential.
    ``reporter`` None keeps what is stored.
    """

    appeal: AppealType
    urgency: Urgency
    description: str
    confidential: bool | None = None
    anonymous: bool = False
    needs_reply: bool = True
    case_class: CaseClass = CaseClass.ORDINARY
    category: str | None = None
    condition_id: int | None = None
    address: str = ""
    landmark: str = ""
    lon: float | None = None
    lat: float | None = None
    occurred: str = ""
    cause: str = ""
    absence_reason: str = ""
    emergency_waiver: bool = False
    duplicate_decided: bool = False
    reporter: ReporterDetails | None = None


def register(room: Workroom, actor: Actor, number: str, version: int, form: Registration) -> Ticket:
    """Register or amend; every value of the form replaces the stored one (R134)."""

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        first = before.state in {TicketState.RECEIVED, TicketState.DRAFT, TicketState.AWAITING_INFO}
        step = Step.REGISTER if first else Step.AMEND
        require_step(unit.conn, actor, before, step, version)
        _require_description(form)
        changes = _content(room, unit.conn, before, form) | _place(room, form)
        _require_correction(unit.conn, before, changes, form)
        if form.reporter is not None:
            put_reporter(room, unit.conn, before.id, form.reporter)
        nobody = form.anonymous or before.source in _IMPERSONAL
        if not nobody and not has_contact(unit.conn, before.id):
            raise Incomplete(
                "请填写联系电话或邮箱；对方不愿留下的，请勾选“匿名”。", fields=["phone"]
            )
        after = take_step(
            unit,
            actor,
            before,
            step,
            EventType.TICKET_REGISTERED if first else EventType.TICKET_AMENDED,
            version=version,
            data=_told(before, changes),
            respond_by=None,
            **changes,
            **_first_registration(unit, actor, before),
        )
        _keep_choice(unit, actor, after)
        return after

    return room.database.write(work)


def _require_description(form: Registration) -> None:
    if not form.description.strip():
        raise Incomplete("请填写问题描述。", fields=["description"])


def _first_registration(unit: Unit, actor: Actor, before: Ticket) -> dict[str, Any]:
    if before.registered_at is not None:
        return {}
    return {"registered_by": actor.account_id, "registered_at": unit.now}


def _require_correction(
    conn: Connection, before: Ticket, changes: dict[str, Any], form: Registration
) -> None:
    """A returned ticket goes on only with something corrected (domain.md §4.2, invariant iv)."""
    if before.state is not TicketState.RETURNED_FOR_CORRECTION:
        return
    if form.reporter is not None or replace(before, **changes) != before:
        return
    mine = (event.c.subject == Subject.TICKET.value, event.c.subject_id == before.id)
    returned = select(func.max(event.c.id)).where(
        *mine, event.c.type == EventType.FILING_RETURNED.value
    )
    added = select(event.c.id).where(
        *mine,
        event.c.type == EventType.SUPPLEMENT_RECEIVED.value,
        event.c.id > returned.scalar_subquery(),
    )
    if conn.execute(added.limit(1)).first() is None:
        raise Incomplete("请按退回意见更正后再保存。", fields=["description"])


def _content(
    room: Workroom, conn: Connection, before: Ticket, form: Registration
) -> dict[str, Any]:
    confidential = form.confidential
    if confidential is None:
        confidential = before.confidential or form.appeal.confidential_by_default
    changes: dict[str, Any] = {
        "appeal": form.appeal,
        "urgency": form.urgency,
        "description": form.description.strip(),
        "confidential": confidential,
        "anonymous": form.anonymous,
        "needs_reply": form.needs_reply and not form.anonymous,
        "case_class": form.case_class,
        "occurred": form.occurred.strip(),
        "cause": form.cause.strip(),
        "absence_reason": form.absence_reason.strip(),
        "emergency_waiver": form.emergency_waiver,
        "duplicate_decided": form.duplicate_decided,
        "category_kind": None,
        "category_edition": None,
        "category_code": None,
        "condition_id": None,
    }
    if form.category:
        ref = _category(conn, form.category, room.settings.edition)
        changes |= {
            "category_kind": ref.kind,
            "category_edition": ref.edition,
            "category_code": ref.code,
            "condition_id": _condition(conn, ref, form.condition_id),
        }
    return changes


def _category(conn: Connection, label: str, edition: str) -> CategoryRef:
    try:
        ref = CategoryRef.parse(label, edition)
    except ValueError:
        raise Invalid("类别代码不对，应为一个字母加五位数字。", field="category") from None
    active = conn.execute(
        select(category.c.active).where(
            category.c.edition == ref.edition,
            category.c.kind == ref.kind.value,
            category.c.code == ref.code,
        )
    ).scalar()
    if not active:
        raise Invalid(f"现行目录里没有类别“{label}”，请重新选择。", field="category")
    return ref


def _condition(conn: Connection, ref: CategoryRef, wanted: int | None) -> int | None:
    """The chosen filing condition; the only one a category has is taken by itself."""
    ids = conn.execute(
        select(condition.c.id)
        .where(
            condition.c.edition == ref.edition,
            condition.c.kind == ref.kind.value,
            condition.c.code == ref.code,
            condition.c.active,
        )
        .order_by(condition.c.position)
    ).scalars()
    known: list[int] = list(ids)
    if wanted is not None and wanted not in known:
        raise Invalid("这条立案条件不属于所选类别，请重新选择。", field="condition_id")
    if wanted is None and len(known) == 1:
        return known[0]
    return wanted


def _place(room: Workroom, form: Registration) -> dict[str, Any]:
    changes: dict[str, Any] = {"address": form.address.strip(), "landmark": form.landmark.strip()}
    if (form.lon is None) != (form.lat is None):
        raise Invalid("经度和纬度要一起填写。", field="lon")
    changes |= {"lon": form.lon, "lat": form.lat}
    if form.lon is None or form.lat is None:
        return changes | {"town_code": "", "unit_grid_code": "", "in_area": None}
    on_globe = isfinite(form.lon) and isfinite(form.lat)
    spot = room.county.locate(form.lon, form.lat) if on_globe else None
    if spot is None or not spot.in_county:
        raise Invalid("标注的位置不在本县范围内，请重新标注。", field="lon")
    return changes | {
        "town_code": spot.town.code if spot.town else "",
        "unit_grid_code": spot.unit_grid_code or "",
        "in_area": spot.in_managed_area,
    }


def _told(before: Ticket, changes: dict[str, Any]) -> dict[str, Any]:
    """Which fields changed, and the new value where it is not free text."""
    plain = {"appeal", "urgency", "case_class", "confidential", "category_code", "condition_id"}
    after = replace(before, **changes)
    names = [name for name in changes if getattr(before, name) != getattr(after, name)]
    values = {name: getattr(after, name) for name in names if name in plain}
    return {"changed": names, **values}


def _keep_choice(unit: Unit, actor: Actor, after: Ticket) -> None:
    """Beside the latest suggestion: what the person chose, and its rank (None: not suggested)."""
    if after.category is None:
        return
    row = unit.conn.execute(
        select(suggestion.c.id, suggestion.c.guesses)
        .where(suggestion.c.ticket_id == after.id)
        .order_by(suggestion.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return
    label = after.category.label
    labels = [guess["label"] for guess in row[1]]
    unit.conn.execute(
        update(suggestion)
        .where(suggestion.c.id == row[0])
        .values(
            chosen=label,
            chosen_rank=labels.index(label) + 1 if label in labels else None,
            chosen_by=actor.account_id,
            chosen_at=unit.now,
        )
    )
