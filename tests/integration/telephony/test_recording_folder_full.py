"""The PBX's recording folder is really full: calls go on, the desk is told, nothing is invented.

Asterisk runs with its recordings on a small disk of its own (tmpfs in a private mount name space).
"""

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from intake.domain.call import CallOutcome
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.domain.recording import RecordingState
from intake.services.recordings import recordings_of
from intake.services.workroom import Workroom
from intake.store.tables import event
from telephony.recordings import RecordingRounds
from tests.integration.telephony.bridging import point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"
LISTENER = Actor(Role.SHIFT_LEADER, "值班长", 900)
ON_A_SMALL_DISK = """#!/bin/sh
exec unshare {become} --mount sh -c 'mount -t tmpfs -o size=400k none "$0" && exec "$@"' \\
    "{folder}" "{program}/asterisk" "$@"
"""


def on_a_small_disk(asterisk: Asterisk, folder: Path) -> Path:
    """Start it with its recordings on a disk of 400 KB; that disk as seen from here."""
    become = "--map-root-user" if os.geteuid() else ""
    script = folder / "asterisk"
    script.write_text(
        ON_A_SMALL_DISK.format(become=become, folder=asterisk.recordings, program=asterisk.program)
    )
    script.chmod(0o700)
    asterisk.program = folder
    asterisk.start()
    assert asterisk.process is not None
    return Path(f"/proc/{asterisk.process.pid}/root{asterisk.recordings}")


def fill(disk: Path) -> None:
    """Take all that is left, to the last page."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


def test_calls_go_on_and_the_next_recording_is_kept(
    room: Workroom,
    tmp_path: Path,
    new_asterisk: Callable[..., Asterisk],
    telephones_for: Callable[[Asterisk], Telephones],
) -> None:
    asterisk = new_asterisk()
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    disk = on_a_small_disk(asterisk, scripts)
    room.settings.pbx_recordings = disk
    rounds = RecordingRounds(room)
    telephones = telephones_for(asterisk)
    with running(point_at(room, asterisk)) as bridge:
        asterisk.ami().action(
            "QueueAdd", Queue="hotline", Interface="PJSIP/agent-8001", MemberName="8001"
        )

        def conversation(count: int) -> int:
            telephones.agent()
            telephones.call(CALLER, voice=True, stay_ms=2_500).went_well()
            return int(bridge.books.until_ended(count)[-1].id)

        def state_of(key: int) -> RecordingState:
            def over() -> RecordingState | None:
                rounds.once()
                rows = recordings_of(room, LISTENER, key)
                found = rows[0].state if rows else RecordingState.WAITING
                return None if found is RecordingState.WAITING else found

            state: RecordingState = bridge.books.until(over)
            return state

        fill(disk)
        first = conversation(1)
        assert bridge.books.calls()[0].outcome == CallOutcome.ANSWERED
        assert state_of(first) is RecordingState.SILENT
        with room.database.read() as conn:
            told = select(event.c.to_state).where(
                event.c.type == EventType.RECORDINGS_STOPPED.value
            )
            assert list(conn.execute(told).scalars()) == ["LOW"]
        (disk / "ballast").unlink()
        assert state_of(conversation(2)) is RecordingState.KEPT
