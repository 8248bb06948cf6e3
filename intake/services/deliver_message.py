"""Hand a message to its courier: at least once, never too often, never at night (domain.md §5.2).

The channel's own key makes a second delivery harmless where the channel allows it: the same
Message-ID for mail. A worker that dies between handing over and writing it down sends again.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from intake.domain.events import EventType, Fact, Subject
from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.domain.message import (
    Button,
    Direction,
    MessageChannel,
    MessageKind,
    MessageState,
    pause_after,
    quiet_until,
)
from intake.domain.numbers import county_day, county_midnight, ticket_number
from intake.domain.people import SYSTEM
from intake.domain.wording import fill
from intake.services.answer_links import link_address
from intake.services.door_health import note_error, note_sent
from intake.services.outbox import Job, finish_with
from intake.services.received_message import address_context
from intake.services.workroom import Workroom
from intake.services.write_message import SEND_TOPIC
from intake.store.tables import message
from intake.store.unit import Unit

_NO_WAY = "这个渠道还没有开通，消息没有发出。"


def deliver(room: Workroom, job: Job) -> None:
    """Send the message of one outbox row; how it went is on the row the operator sees."""
    key = int(job.payload["message"])
    with room.database.read() as conn:
        row = conn.execute(select(message).where(message.c.id == key)).first()
        if row is None or row.state != MessageState.WAITING.value:
            finish_with(room, job.id, _nothing)
            return
        capped = _capped(room, conn, row)
        letter = _letter(room, conn, row)
    channel = MessageChannel(row.channel)
    if capped:
        _end(room, job, row, MessageState.HELD)
        return
    if until := quiet_until(channel, MessageKind(row.kind), room.clock()):
        _later(room, job, row, until, attempts=row.attempts, error="")
        return
    courier = room.couriers.get(channel)
    if courier is None:
        _end(room, job, row, MessageState.FAILED, error=_NO_WAY)
        return
    try:
        external_id = courier.send(letter)
    except Undeliverable as refused:
        state = MessageState.BLOCKED if refused.blocked else MessageState.FAILED
        _end(room, job, row, state, error=refused.reason)
    except TryLater as put_off:
        _put_off(room, job, row, put_off)
    else:
        _end(room, job, row, MessageState.SENT, external_id=external_id)


def bounced(room: Workroom, message_id: int, reason: str) -> bool:
    """The channel brought the message back after all; False when it was never sent."""

    def work(unit: Unit) -> bool:
        query = select(message).where(message.c.id == message_id).with_for_update()
        row = unit.conn.execute(query).first()
        if row is None or row.state not in {MessageState.SENT.value, MessageState.BOUNCED.value}:
            return False
        if row.state == MessageState.SENT.value:
            _write_end(unit, row, MessageState.BOUNCED, error=reason)
        return True

    return room.database.write(work)


def _nothing(_: Unit) -> None:
    """The message has been dealt with before."""


def _put_off(room: Workroom, job: Job, row: Row[Any], put_off: TryLater) -> None:
    attempts = row.attempts + 1
    pause = pause_after(attempts)
    if pause is None:
        _end(room, job, row, MessageState.FAILED, error=put_off.reason)
        return
    if put_off.seconds is not None:
        pause = max(timedelta(seconds=put_off.seconds), timedelta(seconds=1))
    _later(room, job, row, room.clock() + pause, attempts=attempts, error=put_off.reason)


def _later(
    room: Workroom, job: Job, row: Row[Any], at: datetime, *, attempts: int, error: str
) -> None:
    def work(unit: Unit) -> None:
        unit.conn.execute(
            update(message)
            .where(message.c.id == row.id)
            .values(next_at=at, attempts=attempts, last_error=error[:500])
        )
        if error:
            note_error(unit, MessageChannel(row.channel), error)
        unit.enqueue(SEND_TOPIC, str(row.id), {"message": row.id}, available_at=at)

    finish_with(room, job.id, work)


def _end(
    room: Workroom,
    job: Job,
    row: Row[Any],
    state: MessageState,
    *,
    error: str = "",
    external_id: str = "",
) -> None:
    finish_with(
        room,
        job.id,
        lambda unit: _write_end(unit, row, state, error=error, external_id=external_id),
    )


def _write_end(
    unit: Unit, row: Row[Any], state: MessageState, *, error: str = "", external_id: str = ""
) -> None:
    sent = state is MessageState.SENT
    unit.conn.execute(
        update(message)
        .where(message.c.id == row.id)
        .values(
            state=state.value,
            attempts=row.attempts + int(state is not MessageState.HELD),
            next_at=None,
            sent_at=unit.now if sent else row.sent_at,
            last_error=error[:500],
            external_id=(external_id or row.external_id)[:255],
        )
    )
    channel = MessageChannel(row.channel)
    if sent:
        note_sent(unit, channel)
    elif error:
        note_error(unit, channel, error)
    fact = Fact.of(
        SYSTEM,
        unit.now,
        Subject.MESSAGE,
        row.id,
        EventType.MESSAGE_SENT if sent else EventType.MESSAGE_FAILED,
        from_state=row.state,
        to_state=state.value,
        data={"ticket": row.ticket_id, "kind": row.kind, "channel": row.channel},
    )
    unit.record(fact)


def _capped(room: Workroom, conn: Connection, row: Row[Any]) -> bool:
    """Whether this address has had its automatic messages for today: what ends every mail loop."""
    if not row.automatic or row.address_hash is None:
        return False
    midnight = county_midnight(county_day(room.clock()))
    query = select(func.count()).where(
        message.c.address_hash == row.address_hash,
        message.c.at >= midnight,
        message.c.automatic,
        message.c.direction == Direction.OUT.value,
        message.c.state == MessageState.SENT.value,
    )
    sent: int = conn.execute(query).scalar_one()
    return sent >= room.settings.message_daily_cap


def _letter(room: Workroom, conn: Connection, row: Row[Any]) -> Letter:
    number = ticket_number(row.ticket_id)
    sender = f"{room.settings.county_name}城市管理服务热线"
    secrets = {"查询码": room.query_code(number), "链接": link_address(room, row.id)}
    last = conn.execute(
        select(message.c.external_id)
        .where(message.c.ticket_id == row.ticket_id, message.c.direction == Direction.IN.value)
        .where(message.c.channel == row.channel)
        .order_by(message.c.id.desc())
        .limit(1)
    ).scalar()
    return Letter(
        message_id=row.id,
        key=row.dedupe_key,
        number=number,
        address=room.cipher.open_text(row.address, address_context(row.dedupe_key)),
        subject=f"{sender} {MessageKind(row.kind).label} {number}",
        # The citizen's own words are never read for places: only the house's texts have them.
        text=fill(row.text, secrets) if row.automatic else row.text,
        buttons=tuple(Button(button["label"], button["data"]) for button in row.buttons),
        automatic=row.automatic,
        in_reply_to=last or "",
    )
