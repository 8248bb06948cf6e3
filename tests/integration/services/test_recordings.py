"""Recordings: from the PBX's folder to an operator's ear, to their end; and messages left."""

import os
import shutil
import subprocess
import sys
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from intake.domain.agent import Device
from intake.domain.call import CallOutcome, Direction, Purpose
from intake.domain.contact import Outcome
from intake.domain.errors import Incomplete, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.people import SYSTEM, Actor, Role
from intake.domain.recording import RecordingKind, RecordingState
from intake.security.cipher import CipherError
from intake.security.sealed_stream import PIECE_BYTES
from intake.services.agents import make_ready, sign_in_agent
from intake.services.audit import verify
from intake.services.call_ticket import make_ticket
from intake.services.recordings import (
    RecordingGone,
    RecordingLine,
    hold_recording,
    play,
    purge_recordings,
    recording_facts,
    recordings_of,
)
from intake.services.void import void
from intake.store.tables import call, contact, event, recording
from intake.store.unit import Unit
from telephony.recordings import RecordingRounds
from tests.integration.services.desk import PHONE, Desk
from tests.integration.services.telephone import Telephone


class Recorder(Telephone):
    """The exchange with a recorder that writes WAVE files where the dialplan does."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        super().__init__(desk)
        self.folder = folder
        self.set(pbx_recordings=folder)
        self.rounds = RecordingRounds(self.room, low=0)

    def place(self, key: int, end: str = ".wav") -> Path:
        with self.room.database.read() as conn:
            row = conn.execute(select(call).where(call.c.id == key)).one()
        path = self.folder / f"{row.started_at:%Y/%m/%d}" / f"{row.linkedid}{end}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def records(self, key: int, end: str = ".wav", seconds: float = 2.0) -> bytes:
        """A finished recording; returns its bytes."""
        path = self.place(key, end)
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(index % 251 for index in range(int(seconds * 16000))))
        long_ago = path.stat().st_mtime - 60
        os.utime(path, (long_ago, long_ago))
        return path.read_bytes()

    def over(self, key: int, outcome: CallOutcome | None = None) -> None:
        """The call ends, and its fact is written as the telephony process does."""
        self.ends(key, outcome)

        def work(unit: Unit) -> None:
            told = outcome or CallOutcome.ANSWERED
            kind = EventType.CALL_ENDED
            fact = Fact.of(SYSTEM, unit.now, Subject.CALL, key, kind, to_state=told.value)
            unit.record(fact)

        self.room.database.write(work)

    def conversation(self, number: str = PHONE) -> int:
        key = self.rings("8001", number)
        self.answers(key)
        self.over(key)
        return key

    def message(self, number: str = PHONE) -> int:
        key = self.comes(number)
        self.over(key, CallOutcome.VOICEMAIL)
        return key

    def line(self, key: int) -> RecordingLine:
        [found] = recordings_of(self.room, self.operator, key)
        return found

    def contact_of(self, key: int) -> tuple[str, int | None]:
        number = select(call.c.contact_id).where(call.c.id == key).scalar_subquery()
        query = select(contact.c.outcome, contact.c.ticket_id).where(contact.c.id == number)
        with self.room.database.read() as conn:
            row = conn.execute(query).one()
        return row.outcome, row.ticket_id


@pytest.fixture
def phone(desk: Desk, tmp_path: Path) -> Recorder:
    made = Recorder(desk, tmp_path / "pbx")
    made.folder.mkdir()
    sign_in_agent(made.room, desk.operator, "8001", Device.BROWSER)
    make_ready(made.room, desk.operator)
    return made


MOUNT = 'mount -t tmpfs -o size=400k none "$0" && exec "$@"'


def rounds_on_a_small_disk(phone: Recorder, folder: Path) -> str:
    """Two rounds whose data folder is a disk of 400 KB."""
    folder.mkdir()
    become = ["--map-root-user"] if os.geteuid() else []
    rounds = [sys.executable, "-m", "tests.integration.services.small_disk"]
    where = [phone.room.database.url, phone.room.settings.data, phone.folder, folder]
    done = subprocess.run(
        ["unshare", *become, "--mount", "sh", "-c", MOUNT, folder, *rounds, *where],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def whole(phone: Recorder, actor: Actor, key: int) -> bytes:
    sound = play(phone.room, actor, key)
    return b"".join(sound.read(0, sound.size))


def test_a_recording_is_fetched_sealed_and_removed_at_the_pbx(phone: Recorder) -> None:
    key = phone.conversation()
    sound = phone.records(key)
    assert phone.rounds.once() == 1
    line = phone.line(key)
    assert (line.state, line.kind) == (RecordingState.KEPT, RecordingKind.CALL)
    assert (line.seconds, line.size) == (2.0, len(sound))
    kept = phone.room.settings.recordings / line.key
    assert sound[100:200] not in kept.read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not phone.place(key).exists()
    assert whole(phone, phone.operator, line.id) == sound
    assert phone.rounds.once() == 0
    assert verify(phone.room).fault == ""


def test_any_part_of_a_long_recording_can_be_read(phone: Recorder) -> None:
    key = phone.conversation()
    sound = phone.records(key, seconds=60)
    assert len(sound) > 3 * PIECE_BYTES
    phone.rounds.once()
    opened = play(phone.room, phone.operator, phone.line(key).id)
    for start, end in (
        (0, 10),
        (PIECE_BYTES - 5, PIECE_BYTES + 5),
        (PIECE_BYTES, 2 * PIECE_BYTES),
        (len(sound) - 3, len(sound) + 50),
        (7, 3 * PIECE_BYTES + 7),
    ):
        assert b"".join(opened.read(start, end)) == sound[start:end]


def test_a_file_that_grows_is_left_alone(phone: Recorder) -> None:
    key = phone.conversation()
    phone.records(key)
    os.utime(phone.place(key))
    assert phone.rounds.once() == 0
    assert phone.line(key).state is RecordingState.WAITING
    with phone.desk.refused(WrongState):
        play(phone.room, phone.operator, phone.line(key).id)


def test_what_never_comes_is_missing_and_said_so(phone: Recorder) -> None:
    key = phone.conversation()
    assert phone.rounds.once() == 0
    phone.later(timedelta(seconds=601))
    assert phone.rounds.once() == 1
    assert phone.line(key).state is RecordingState.MISSING
    with phone.room.database.read() as conn:
        kinds = conn.execute(select(event.c.type).where(event.c.subject_id == key)).scalars()
        assert EventType.RECORDING_MISSING in list(kinds)


def test_a_header_alone_is_silence(phone: Recorder) -> None:
    key = phone.conversation()
    phone.records(key, seconds=0)
    phone.rounds.once()
    assert phone.line(key).state is RecordingState.SILENT


def test_calls_nobody_answered_and_automatic_ones_leave_none(phone: Recorder) -> None:
    lost = phone.comes()
    phone.over(lost, CallOutcome.ABANDONED)
    asked = phone.comes(direction=Direction.OUT.value, purpose=Purpose.AUTO_RETURN.value)
    phone.answers(asked)
    phone.over(asked, CallOutcome.OUT_ANSWERED)
    odd = phone.comes(linkedid="../../etc/passwd")
    phone.answers(odd)
    phone.over(odd)
    phone.rounds.once()
    with phone.room.database.read() as conn:
        assert conn.execute(select(recording)).all() == []


def test_a_message_becomes_a_ticket_with_its_recording(phone: Recorder) -> None:
    key = phone.message()
    phone.records(key, "-voicemail.wav")
    phone.rounds.once()
    line = phone.line(key)
    assert (line.kind, line.state) == (RecordingKind.VOICEMAIL, RecordingState.KEPT)
    sheet = phone.desk.ticket(line.ticket)
    assert sheet.text == "（语音留言，请听录音）"
    assert phone.contact_of(key) == (Outcome.VOICEMAIL, sheet.id)
    assert whole(phone, phone.desk.colleague, line.id)
    phone.rounds.once()
    assert phone.line(key).ticket == sheet.number


def test_a_message_that_was_lost_is_a_ticket_all_the_same(phone: Recorder) -> None:
    key = phone.message()
    phone.rounds.once()
    phone.later(timedelta(seconds=601))
    phone.rounds.once()
    assert phone.desk.ticket(phone.line(key).ticket).text == "（语音留言，录音缺失，请回拨了解）"


def test_a_silent_message_is_no_ticket(phone: Recorder) -> None:
    """Who can be called back is; who withheld the number as well left nothing to work on."""
    for number, outcome in ((PHONE, Outcome.CALLBACK), ("", Outcome.REFUSED)):
        key = phone.message(number)
        phone.records(key, "-voicemail.wav", seconds=0)
        phone.rounds.once()
        assert phone.line(key).state is RecordingState.SILENT
        assert phone.line(key).ticket == ""
        assert phone.contact_of(key) == (outcome, None)


def test_every_listening_is_on_record_once_a_sitting(phone: Recorder) -> None:
    key = phone.conversation()
    phone.records(key)
    phone.rounds.once()
    line = phone.line(key)
    whole(phone, phone.operator, line.id)
    whole(phone, phone.operator, line.id)
    whole(phone, phone.desk.leader, line.id)
    with phone.room.database.read() as conn:
        query = select(event.c.actor_name, event.c.data).where(
            event.c.type == EventType.RECORDING_PLAYED.value
        )
        heard = conn.execute(query.order_by(event.c.id)).all()
    assert [row.actor_name for row in heard] == [phone.operator.name, phone.desk.leader.name]
    assert all(row.data == {"recording": line.id} for row in heard)


def test_who_may_listen(phone: Recorder) -> None:
    key = phone.conversation()
    phone.records(key)
    phone.rounds.once()
    line = phone.line(key)
    for who in (phone.desk.colleague, phone.desk.dispatcher, Actor(Role.AUDITOR, "审计", 700)):
        with phone.desk.refused(NotAllowed):
            play(phone.room, who, line.id)
    assert whole(phone, Actor(Role.ASSESSOR, "考评", 701), line.id)
    with phone.desk.refused(NotFound):
        play(phone.room, phone.operator, 999_999)


def test_a_file_that_was_altered_or_vanished_is_not_played(phone: Recorder) -> None:
    key = phone.conversation()
    phone.records(key)
    phone.rounds.once()
    line = phone.line(key)
    path = phone.room.settings.recordings / line.key
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    for spoil in (path.touch, path.unlink):
        spoil()
        with pytest.raises(RecordingGone):
            play(phone.room, phone.operator, line.id)
        with phone.room.database.read() as conn:
            last = select(event.c.type).order_by(event.c.id.desc()).limit(1)
            assert conn.execute(last).scalar_one() == EventType.RECORDING_MISSING


def test_what_was_altered_further_on_is_not_heard(phone: Recorder) -> None:
    key = phone.conversation()
    phone.records(key, seconds=60)
    phone.rounds.once()
    line = phone.line(key)
    path = phone.room.settings.recordings / line.key
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CipherError):
        whole(phone, phone.operator, line.id)


def aged(phone: Recorder, key: int) -> None:
    """The recording was taken three years ago."""
    change = update(recording).where(recording.c.id == key)
    phone.room.database.write(
        lambda unit: (
            unit.conn.execute(change.values(reported_at=unit.now - timedelta(days=1_100))).rowcount
        )
    )


def test_recordings_go_in_time_unless_held_or_still_needed(phone: Recorder) -> None:
    keys = [phone.conversation() for _ in range(4)]
    number, _ = make_ticket(phone.room, phone.operator, keys[2])
    for key in keys:
        phone.records(key)
    phone.rounds.once()
    gone, held, needed, young = (phone.line(key) for key in keys)
    with phone.desk.refused(NotAllowed):
        hold_recording(phone.room, phone.operator, held.id, True, "争议")
    with phone.desk.refused(Incomplete):
        hold_recording(phone.room, phone.desk.leader, held.id, True, " ")
    assert hold_recording(phone.room, phone.desk.leader, held.id, True, "争议").legal_hold
    for line in (gone, held, needed):
        aged(phone, line.id)
    assert purge_recordings(phone.room) == 1
    assert recording_facts(phone.room, phone.operator, gone.id).state is RecordingState.PURGED
    assert not (phone.room.settings.recordings / gone.key).exists()
    with phone.desk.refused(WrongState):
        play(phone.room, phone.operator, gone.id)
    for line in (held, needed, young):
        assert whole(phone, phone.operator, line.id)
    sheet = phone.desk.ticket(number)
    void(phone.room, phone.desk.leader, number, sheet.version, "误录")
    hold_recording(phone.room, phone.desk.leader, held.id, False, "争议已了结")
    assert purge_recordings(phone.room) == 2


def test_traces_of_a_broken_try_are_swept_up(phone: Recorder) -> None:
    key = phone.conversation()
    phone.records(key)
    phone.rounds.once()
    kept = phone.room.settings.recordings / phone.line(key).key
    stray = kept.with_name("0" * 32)
    shutil.copy(kept, stray)
    for path in (kept, stray):
        os.utime(path, (path.stat().st_mtime - 100_000,) * 2)
    purge_recordings(phone.room)
    assert kept.exists()
    assert not stray.exists()


def test_a_full_disk_leaves_the_file_at_the_pbx_and_raises_an_alarm(
    phone: Recorder, tmp_path: Path
) -> None:
    key = phone.conversation()
    sound = phone.records(key, seconds=60)
    assert rounds_on_a_small_disk(phone, tmp_path / "small") == "0 recordings, 0 files"
    assert phone.line(key).state is RecordingState.WAITING
    assert phone.place(key).read_bytes() == sound
    with phone.room.database.read() as conn:
        query = select(event.c.to_state).where(event.c.type == EventType.RECORDINGS_STOPPED.value)
        assert list(conn.execute(query).scalars()) == ["FULL"]
    assert phone.rounds.once() == 1
    assert whole(phone, phone.operator, phone.line(key).id) == sound


def test_little_room_is_told_before_there_is_none(phone: Recorder) -> None:
    phone.rounds.low = 1 << 62
    phone.rounds.once()
    phone.rounds.once()
    with phone.room.database.read() as conn:
        query = select(event.c.to_state).where(event.c.type == EventType.RECORDINGS_STOPPED.value)
        assert list(conn.execute(query).scalars()) == ["LOW"]
