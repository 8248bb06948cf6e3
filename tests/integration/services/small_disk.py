"""Rounds of the recordings on a small disk: run by a test in a mount name space of its own.

usage: small_disk STORE-URL KEY-FOLDER PBX-FOLDER DATA-FOLDER; tells what lies in DATA-FOLDER.
"""

import sys
from pathlib import Path

from telephony.recordings import RecordingRounds
from tests.store_fixtures import make_room


def main(url: str, keys: str, pbx: str, data: str) -> None:
    room = make_room(url, Path(keys), pbx_recordings=Path(pbx))
    room.settings = room.settings.model_copy(update={"data": Path(data)})
    rounds = RecordingRounds(room, low=0)
    done = rounds.once() + rounds.once()
    room.database.close()
    left = [path.name for path in Path(data).rglob("*") if path.is_file()]
    sys.stdout.write(f"{done} recordings, {len(left)} files")


if __name__ == "__main__":
    main(*sys.argv[1:])
