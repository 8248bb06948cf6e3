"""Messenger updates taken durably: CPU for each, in groups as the door takes them."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from channels.telegram.parse import read_update
from intake.services.chats import take_updates
from intake.store.migrate import upgrade
from tests.benchmarks.figures import Figures, middle
from tests.benchmarks.machine import described
from tests.store_fixtures import make_room

RUNS = 5
UPDATES = 2_000
CITIZENS = 200
AT_ONCE = 64


def run() -> None:
    """Measure on SQLite."""
    figures = Figures("Messenger updates")
    cpu: list[float] = []
    wall: list[float] = []
    for turn in range(RUNS):
        with TemporaryDirectory(prefix="minsheng-benchmark-") as name:
            one_cpu, one_wall = _run(Path(name), turn)
            cpu.append(one_cpu)
            wall.append(one_wall)
    figures.add("CPU for each update", middle(cpu) / UPDATES * 1000, "ms", 2.0)
    figures.add("wall clock for each update", middle(wall) / UPDATES * 1000, "ms", 2.0)
    figures.show(described(""))


def _run(folder: Path, turn: int) -> tuple[float, float]:
    url = f"sqlite:///{folder / 'store.db'}"
    upgrade(url)
    room = make_room(url, folder)
    raws = [_update(turn * UPDATES + number) for number in range(UPDATES)]
    cpu, wall = time.process_time(), time.perf_counter()
    for begin in range(0, UPDATES, AT_ONCE):
        now = room.clock()
        take_updates(room, [read_update(raw, now) for raw in raws[begin : begin + AT_ONCE]])
    spent = time.process_time() - cpu, time.perf_counter() - wall
    room.database.close()
    return spent


def _update(number: int) -> bytes:
    chat = {"id": number % CITIZENS, "type": "private"}
    turn = number // CITIZENS % 3
    message = {"message_id": number, "date": 1_767_225_600, "chat": chat}
    told = message | ({"text": "/help"} if turn == 2 else {"text": f"第{turn}句：路灯不亮"})
    return json.dumps({"update_id": number, "message": told}).encode()
