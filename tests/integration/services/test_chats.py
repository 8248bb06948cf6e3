"""Conversations of messengers in the store: once each, nothing lost, nothing of others."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select, update

from intake.domain import chat_words as words
from intake.domain.chat import Heard, Media
from intake.domain.contact import Outcome
from intake.domain.errors import KeyReused, NotAllowed
from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.domain.message import MessageChannel
from intake.domain.numbers import ticket_number
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.chat_media import read_voice
from intake.services.chats import Update, submit_left_alone, take_updates
from intake.services.conversation import read_conversation
from intake.services.workroom import utc_now
from intake.store.tables import attachment, chat, chat_media, contact, message, outbox, ticket
from tests.integration.services.background import work_off
from tests.integration.services.desk import IN_AREA, Desk

PHOTO = Media("photo", "file-1")


@dataclass
class Messenger:
    """Carries what is said and holds files; ``fault`` comes first."""

    letters: list[Letter] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    fault: Exception | None = None

    def send(self, letter: Letter) -> str:
        if self.fault is not None:
            raise self.fault
        self.letters.append(letter)
        return str(len(self.letters))

    def fetch(self, ref: str) -> tuple[bytes, str]:
        if self.fault is not None:
            raise self.fault
        return self.files[ref], "image/jpeg"

    @property
    def said(self) -> list[str]:
        return [letter.text for letter in self.letters]


@pytest.fixture
def messenger(desk: Desk) -> Messenger:
    """The other side of the door."""
    other = Messenger()
    desk.room.couriers = {MessageChannel.TELEGRAM: other}
    return other


class Citizen:
    """Somebody with a phone."""

    _numbers = count(1)

    def __init__(self, desk: Desk, address: str = "77") -> None:
        self.desk = desk
        self.address = address

    def update(self, **heard: Any) -> Update:
        number = next(self._numbers)
        told = Heard(message=str(number), **heard)
        raw = json.dumps({"update_id": number, "address": self.address}).encode()
        return Update(
            channel=MessageChannel.TELEGRAM,
            external_id=f"telegram:{number}",
            received_at=utc_now(),
            raw=raw,
            address=self.address,
            heard=told,
        )

    def sends(self, *heard: dict[str, Any]) -> None:
        answers = take_updates(self.desk.room, [self.update(**one) for one in heard])
        assert answers == [False] * len(heard)


def outcomes(desk: Desk) -> list[str]:
    query = select(contact.c.outcome).order_by(contact.c.id)
    with desk.room.database.read() as conn:
        return list(conn.execute(query).scalars())


def only_ticket(desk: Desk) -> Ticket:
    with desk.room.database.read() as conn:
        [key] = conn.execute(select(ticket.c.id)).scalars()
    return desk.ticket(ticket_number(key))


def test_a_report_becomes_a_ticket_with_its_receipt(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    citizen.sends({"text": "路灯不亮"}, {"position": IN_AREA})
    citizen.sends({"pressed": "submit"})
    work_off(desk.room)
    sheet = only_ticket(desk)
    assert sheet.text == "路灯不亮"
    assert sheet.in_area
    assert outcomes(desk) == [Outcome.TICKET, Outcome.SUPPLEMENT, Outcome.SUPPLEMENT]
    assert sheet.number in messenger.said[-1]
    assert {letter.address for letter in messenger.letters} == {"77"}


def test_an_update_delivered_again_does_nothing(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    first, second = citizen.update(text="路灯不亮"), citizen.update(pressed="submit")
    assert take_updates(desk.room, [first, first, second]) == [False, True, False]
    assert take_updates(desk.room, [first, second]) == [True, True]
    work_off(desk.room)
    only_ticket(desk)
    assert len(outcomes(desk)) == 2


def test_a_number_used_for_something_else_is_refused(desk: Desk, messenger: Messenger) -> None:
    update_ = Citizen(desk).update(text="路灯不亮")
    take_updates(desk.room, [update_])
    other = Update(
        channel=update_.channel,
        external_id=update_.external_id,
        received_at=update_.received_at,
        raw=b"{}",
    )
    [answer] = take_updates(desk.room, [other])
    assert isinstance(answer, KeyReused)


def test_what_is_typed_is_sealed(desk: Desk, messenger: Messenger) -> None:
    Citizen(desk, "99887766").sends({"text": "张三家门口堆了垃圾"})
    with desk.room.database.read() as conn:
        rows = [tuple(row) for table in (chat, contact) for row in conn.execute(select(table))]
    assert "张三" not in repr(rows)
    assert b"\xe5\xbc\xa0\xe4\xb8\x89" not in b"".join(
        value for row in rows for value in row if isinstance(value, bytes)
    )
    assert "99887766" not in repr(rows)


def test_an_earlier_report_is_supplemented(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    citizen.sends({"text": "路灯不亮"}, {"pressed": "submit"})
    sheet = only_ticket(desk)
    citizen.sends({"text": "在学校东门"}, {"pressed": f"about:{sheet.number}"})
    work_off(desk.room)
    assert words.SUPPLEMENTED.format(number=sheet.number) in messenger.said
    assert outcomes(desk)[2:] == [Outcome.SUPPLEMENT, Outcome.SUPPLEMENT]


def test_a_filed_report_takes_no_more(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    citizen.sends({"text": "路灯不亮"}, {"pressed": "submit"})
    sheet = only_ticket(desk)
    change = update(ticket).values(state=TicketState.IN_HANDLING.value)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)
    citizen.sends({"text": "还没修"}, {"pressed": f"about:{sheet.number}"})
    citizen.sends({"pressed": "submit"})
    work_off(desk.room)
    assert words.GONE_ON.format(number=sheet.number) in messenger.said
    with desk.room.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(ticket)).scalar() == 2
    assert Outcome.OPEN not in outcomes(desk)


def test_nobody_reads_or_answers_for_another(desk: Desk, messenger: Messenger) -> None:
    Citizen(desk, "1").sends({"text": "路灯不亮"}, {"pressed": "submit"})
    sheet = only_ticket(desk)
    stranger = Citizen(desk, "2")
    stranger.sends({"command": "status"}, {"pressed": f"solved:{sheet.number}:SOLVED"})
    work_off(desk.room)
    assert [letter.text for letter in messenger.letters if letter.address == "2"] == [
        words.NO_REPORTS,
        words.NOT_ASKED,
    ]


def test_satisfaction_by_button(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    citizen.sends({"text": "路灯不亮"}, {"pressed": "submit"})
    sheet = only_ticket(desk)
    change = update(ticket).values(state=TicketState.AWAITING_VISIT.value)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)
    press = f"solved:{sheet.number}:UNSOLVED"
    citizen.sends({"pressed": press}, {"pressed": press}, {"pressed": f"why:{sheet.number}:0"})
    work_off(desk.room)
    said = [text for text in messenger.said if text in {words.WHY, words.NOTED}]
    assert words.WHY in said
    assert words.NOTED in said
    assert words.ANSWERED_BEFORE in messenger.said


def test_photos_are_fetched_later_and_again(desk: Desk, messenger: Messenger) -> None:
    messenger.files["file-1"] = b"\xff\xd8not really a photo"
    citizen = Citizen(desk)
    citizen.sends({"text": "积水", "media": (PHOTO,)}, {"pressed": "submit"})
    messenger.fault = TryLater("messenger is away")
    work_off(desk.room)
    messenger.fault = None
    with desk.room.database.read() as conn:
        assert conn.execute(select(chat_media.c.state)).scalars().all() == ["WAITING"]
    due(desk)
    work_off(desk.room)
    with desk.room.database.read() as conn:
        assert conn.execute(select(chat_media.c.state)).scalars().all() == ["READY"]
        assert conn.execute(select(func.count()).select_from(attachment)).scalar() == 1


def test_a_file_that_is_gone_is_said_so(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    citizen.sends({"text": "积水", "media": (PHOTO,)}, {"pressed": "submit"})
    messenger.fault = Undeliverable("文件已过期")
    work_off(desk.room)
    with desk.room.database.read() as conn:
        row = conn.execute(select(chat_media.c.state, chat_media.c.trouble)).one()
    assert tuple(row) == ("GONE", "文件已过期")


def test_who_leaves_is_not_lost(desk: Desk, messenger: Messenger) -> None:
    Citizen(desk, "1").sends({"text": "路灯不亮"})
    Citizen(desk, "2").sends({"media": (PHOTO,)})
    long_ago = utc_now() - timedelta(hours=1)
    change = update(chat).values(touched_at=long_ago)
    submit_left_alone(desk.room)
    assert outcomes(desk) == [Outcome.OPEN, Outcome.OPEN]
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)
    submit_left_alone(desk.room)
    submit_left_alone(desk.room)
    work_off(desk.room)
    assert only_ticket(desk).text == "路灯不亮"
    assert outcomes(desk) == [Outcome.TICKET, Outcome.REFUSED]


def test_cancelling_and_forgetting(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    citizen.sends({"text": "不要了"}, {"command": "cancel"})
    citizen.sends({"text": "路灯不亮"}, {"pressed": "submit"}, {"command": "delete"})
    work_off(desk.room)
    assert outcomes(desk)[:2] == [Outcome.REFUSED, Outcome.AUTOMATIC]
    assert Outcome.OPEN not in outcomes(desk)
    assert words.FORGOTTEN in messenger.said
    with desk.room.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(chat)).scalar() == 0
        assert conn.execute(select(message.c.address)).scalars().first() is None


def test_a_flood_is_bounded(desk: Desk, messenger: Messenger) -> None:
    citizen = Citizen(desk)
    citizen.sends(*({"command": "help"} for _ in range(40)))
    work_off(desk.room)
    assert outcomes(desk).count(Outcome.REFUSED) == 10
    assert messenger.said.count(words.TOO_FAST) == 1


def due(desk: Desk) -> None:
    """Time passes for what waits."""
    change = update(outbox).values(available_at=utc_now())
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)


def test_a_voice_is_kept_sealed_and_played(desk: Desk, messenger: Messenger) -> None:
    messenger.files["v1"] = b"OggS and a voice"
    citizen = Citizen(desk)
    citizen.sends({"text": "听我说", "media": (Media("voice", "v1"),)}, {"pressed": "submit"})
    work_off(desk.room)
    lines = read_conversation(desk.room, desk.operator, only_ticket(desk).number).lines
    [voice] = [line.voice for line in lines if line.voice]
    assert read_voice(desk.room, desk.operator, voice) == (
        b"OggS and a voice",
        "application/octet-stream",
    )
    kept = b"".join(path.read_bytes() for path in (desk.room.settings.uploads / "voices").iterdir())
    assert b"voice" not in kept
    with pytest.raises(NotAllowed):
        read_voice(desk.room, desk.dispatcher, voice)
