"""The bridge's figures: events a second with state kept, a busy hour's calls, resync, screen pop.

Needs MINSHENG_TEST_ASTERISK (deploy/asterisk/get) and SIPp.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from intake.domain.call import CallOutcome, LinkState
from intake.sample.seed import seed_sample
from intake.services.call_books import save_calls
from intake.services.pbx_link import read_link
from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.migrate import upgrade
from intake.store.tables import call, event
from telephony.bridge import WANTED
from telephony.connection import Address, Link
from telephony.exchange import Exchange
from telephony.framing import Framer
from telephony.inbox import LinkUp
from telephony.queue import QueueMirror
from telephony.snapshot import take_snapshot
from telephony.verdict import Rules
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import cpu_seconds, described
from tests.benchmarks.pbx import LoadedPbx, Tap, loaded_pbx
from tests.store_fixtures import make_room

PROJECT = Path(__file__).parents[2]
RATE = 110
SECONDS = 30
POP_RATE = 20
POP_SECONDS = 20


def run() -> None:
    """All figures of the bridge, one table."""
    figures = Figures("telephony")
    with loaded_pbx() as pbx:
        reading(figures, record(pbx, rate=40, seconds=10))
    load(figures)
    pop(figures)
    figures.show(described())


def record(pbx: LoadedPbx, rate: int, seconds: int) -> bytes:
    """What the PBX tells of real calls through the queue."""
    tap = Tap(pbx.asterisk)
    heard: list[bytes] = []
    thread = threading.Thread(target=lambda: heard.append(tap.until_quiet(5.0)))
    thread.start()
    pbx.calls(rate, seconds).result(seconds + 60)
    thread.join()
    return heard[0]


def reading(figures: Figures, recorded: bytes) -> None:
    """Framing, reading and reducing of recorded bytes, several times over, in one thread."""
    events = recorded.count(b"\r\nEvent: ") + recorded.startswith(b"Event: ")
    size = len(recorded)
    rounds = max(1, 400_000 // max(1, events))
    spent, calls = 0.0, 0
    for _ in range(rounds):
        exchange = Exchange(Rules("pbx1"))
        mirror = QueueMirror("hotline")
        framer = Framer(WANTED)
        now = time.time()
        began = time.process_time()
        for first in range(0, size, 65_536):
            for one in framer.feed(recorded[first : first + 65_536]):
                if "Event" not in one:
                    continue
                at = float(one.get("Timestamp", now))
                exchange.hear(one, at, now)
                mirror.hear(one, at)
            exchange.told(exchange.due(now))
        spent += time.process_time() - began
        calls = len(exchange.calls)
    rate = events * rounds / spent
    figures.add(
        "microseconds an event, state kept", 1e6 / rate, "µs", 62.5, f"{rate:,.0f} events/s"
    )
    figures.add(
        "events of one call", events / max(1, calls), "events", note=f"{calls} calls recorded"
    )


def load(figures: Figures) -> None:
    """Callers at RATE for SECONDS; every one in the books as the PBX logged it."""
    with loaded_pbx() as pbx, tempfile.TemporaryDirectory() as name:
        room = _room(Path(name))
        process = _bridge(room, pbx)
        try:
            _until(lambda: _live(room))
            before, began = cpu_seconds(process.pid), time.monotonic()
            pbx.calls(RATE, SECONDS).result(SECONDS + 120)
            lasted = time.monotonic() - began
            spent = cpu_seconds(process.pid) - before
            _until(lambda: _all_ended(room), 60)
            _report(figures, pbx, room, spent, lasted)
            resync(figures, pbx, room)
        finally:
            process.terminate()
            process.wait(20)
            room.database.close()


def _report(figures: Figures, pbx: LoadedPbx, room: Workroom, spent: float, lasted: float) -> None:
    logged = pbx.logged()
    with room.database.read() as conn:
        rows = {row.linkedid: row for row in conn.execute(select(call))}
    right = {
        "CONNECT": {CallOutcome.ANSWERED.value},
        "ABANDON": {CallOutcome.ABANDONED.value, CallOutcome.OVERFLOW.value},
        "EXITWITHTIMEOUT": {CallOutcome.OVERFLOW.value, CallOutcome.VOICEMAIL.value},
    }
    wrong = [
        key
        for key, word in logged.items()
        if key in rows and rows[key].outcome not in right.get(word, set())
    ]
    missing = set(logged) - set(rows)
    answered = sum(word == "CONNECT" for word in logged.values())
    told = f"{len(logged)} in the queue log, {answered} connected, {len(rows)} in the books"
    figures.add("calls a second offered", len(logged) / lasted, "calls/s", note=told)
    figures.add("calls missing in the books", len(missing), "calls", 0)
    figures.add("calls with another outcome than logged", len(wrong), "calls", 0)
    figures.add("CPU of the bridge", 100 * spent / lasted, "% of a core", 25)


def pop(figures: Figures) -> None:
    """From the ring of an operator's telephone to the committed fact that the desk follows."""
    with loaded_pbx(desk=True) as pbx, tempfile.TemporaryDirectory() as name:
        room = _room(Path(name))
        process = _bridge(room, pbx)
        try:
            _until(lambda: _live(room))
            seen: dict[int, float] = {}
            stop = threading.Event()
            watching = threading.Thread(target=_watch, args=(room, seen, stop))
            watching.start()
            pbx.calls(POP_RATE, POP_SECONDS).result(POP_SECONDS + 60)
            time.sleep(1.0)
            stop.set()
            watching.join()
            waits = _waits(room, seen)
            figures.add("ring to committed fact, p95", percentile(waits, 95), "ms", 300.0)
            figures.add(
                "ring to committed fact, middle",
                percentile(waits, 50),
                "ms",
                note=f"{len(waits)} rings at {POP_RATE}/s",
            )
        finally:
            process.terminate()
            process.wait(20)
            room.database.close()


def _watch(room: Workroom, seen: dict[int, float], stop: threading.Event) -> None:
    """When each fact could be read for the first time, to a few milliseconds."""
    last = 0
    while not stop.wait(0.005):
        with room.database.read() as conn:
            rows = conn.execute(select(event.c.id).where(event.c.id > last).order_by(event.c.id))
            now = time.time()
            for key in rows.scalars():
                seen[key] = now
                last = key


def _waits(room: Workroom, seen: dict[int, float]) -> list[float]:
    """Milliseconds; the first ring of each call, whose moment the call keeps."""
    query = (
        select(event.c.id, event.c.subject_id, call.c.ringing_at)
        .select_from(event.join(call, call.c.id == event.c.subject_id))
        .where(event.c.type == "CallRang", event.c.subject == "CALL")
        .order_by(event.c.id)
    )
    first: dict[int, float] = {}
    with room.database.read() as conn:
        for row in conn.execute(query):
            rang = row.ringing_at.timestamp()
            first.setdefault(row.subject_id, (seen[row.id] - rang) * 1000)
    return list(first.values())


def resync(figures: Figures, pbx: LoadedPbx, room: Workroom) -> None:
    """Two hundred live channels, the link cut, and how long until they are known again."""
    pbx.calls(50, 3, stay_ms=40_000)
    _until(lambda: _channels(pbx) >= 200, 30)
    channels = _channels(pbx)
    took = asyncio.run(_resync_once(pbx, room))
    figures.add("resync after a lost link", took, "s", 1.0, f"{channels} channels")


async def _resync_once(pbx: LoadedPbx, room: Workroom) -> float:
    plan, keys = pbx.asterisk.plan, pbx.asterisk.keys
    link = Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, keys.ami), WANTED)
    task = asyncio.create_task(link.run())
    while not any(isinstance(one, LinkUp) for one in await link.inbox.take()):
        continue
    exchange, now = Exchange(Rules("pbx1")), time.time()
    began = time.perf_counter()
    snapshot = await take_snapshot(link, plan.queue)
    exchange.adopt(snapshot.channels, now)
    exchange.sweep(snapshot.uniqueids, now, now, now)
    changes = exchange.due(now)
    await asyncio.to_thread(save_calls, room, changes)
    took = time.perf_counter() - began
    link.close()
    await task
    return took


def _room(folder: Path) -> Workroom:
    os.environ["MINSHENG_DATA"] = str(folder)
    url = f"sqlite:///{folder / 'minsheng.db'}"
    upgrade(url)
    room = make_room(url, folder)
    seed_sample(room.settings, room.database, lambda _what: None)
    return room


def _bridge(room: Workroom, pbx: LoadedPbx) -> "subprocess.Popen[bytes]":
    settings: Settings = room.settings
    told = {
        "MINSHENG_DATA": str(settings.data),
        "MINSHENG_DATABASE_URL": room.database.url,
        "MINSHENG_PBX_NAME": "pbxtest",
        "MINSHENG_PBX_AMI_PORT": str(pbx.asterisk.plan.ami_port),
        "MINSHENG_PBX_AMI_USER": pbx.asterisk.plan.ami_user,
        "MINSHENG_PBX_AMI_SECRET": pbx.asterisk.keys.ami,
        "MINSHENG_PBX_ALWAYS_OPEN": "true",
        "MINSHENG_PBX_LOGS": str(pbx.asterisk.folder / "log"),
        "MINSHENG_AREA_CODE": pbx.asterisk.plan.area_code,
    }
    log = (settings.data / "telephony.log").open("ab")
    command = [sys.executable, "-m", "intake.cli", "telephony"]
    return subprocess.Popen(command, cwd=PROJECT, env=os.environ | told, stdout=log, stderr=log)


def _live(room: Workroom) -> bool:
    row = read_link(room, "pbxtest")
    return row is not None and row.state is LinkState.LIVE


def _all_ended(room: Workroom) -> bool:
    with room.database.read() as conn:
        return conn.execute(select(call.c.id).where(call.c.ended_at.is_(None))).first() is None


def _channels(pbx: LoadedPbx) -> int:
    words = pbx.asterisk.cli("core show channels count").split()
    return int(words[0]) if words and words[0].isdigit() else 0


def _until(holds: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come to that in {seconds} s")
        time.sleep(0.1)
