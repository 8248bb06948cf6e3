"""Say something in a conversation that has no report yet: questions, help, progress."""

from datetime import timedelta

from sqlalchemy import select

from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.domain.message import Button, MessageChannel, pause_after
from intake.services.chat_rows import held_of
from intake.services.chats import SAY_TOPIC
from intake.services.door_health import note_error, note_sent
from intake.services.outbox import Job, finish_with
from intake.services.workroom import Workroom
from intake.store.tables import chat
from intake.store.unit import Unit

_MOST_TRIES = 3
"""What is said in a conversation is stale after minutes: then the citizen writes again."""


def say(room: Workroom, job: Job) -> None:
    """Carry one answer; given up after a few tries, which the door's health shows."""
    told = job.payload
    channel = MessageChannel(told["channel"])
    courier = room.couriers.get(channel)
    address = _address(room, job)
    if courier is None or not address:
        finish_with(room, job.id, lambda unit: note_error(unit, channel, "no way to answer"))
        return
    letter = Letter(
        message_id=job.id,
        key=f"say:{job.id}",
        number="",
        address=address,
        subject="",
        text=told["text"],
        buttons=tuple(Button(label, data) for label, data in told["buttons"]),
        automatic=True,
    )
    try:
        courier.send(letter)
    except Undeliverable as refused:
        reason = refused.reason
        finish_with(room, job.id, lambda unit: note_error(unit, channel, reason))
    except TryLater as put_off:
        _again(room, job, channel, put_off)
    else:
        finish_with(room, job.id, lambda unit: note_sent(unit, channel))


def _again(room: Workroom, job: Job, channel: MessageChannel, put_off: TryLater) -> None:
    tried = int(job.payload.get("tried", 0)) + 1
    pause = timedelta(seconds=put_off.seconds) if put_off.seconds else pause_after(tried)

    def work(unit: Unit) -> None:
        note_error(unit, channel, put_off.reason)
        if tried < _MOST_TRIES and pause is not None:
            again = {**job.payload, "tried": tried}
            unit.enqueue(SAY_TOPIC, job.key, again, available_at=unit.now + pause)

    finish_with(room, job.id, work)


def _address(room: Workroom, job: Job) -> str:
    key = int(job.payload["chat"])
    if sealed := job.payload.get("address"):
        return room.cipher.open_text(bytes.fromhex(sealed), f"chat.say:{key}")
    with room.database.read() as conn:
        row = conn.execute(select(chat).where(chat.c.id == key)).first()
    return "" if row is None else held_of(room, row).address
