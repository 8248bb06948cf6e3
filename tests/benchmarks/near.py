"""Suggestion with place and duplicates at a million tickets (SQLite) and 100,000 (PostgreSQL).

No key is forgotten here, so the index is far larger than the sixty days a living county keeps.
"""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from rich.progress import track
from sqlalchemy import create_engine, insert, make_url, select

from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import own_corpus
from classifiers.lexicon import lexicon
from classifiers.near_text import index_keys
from classifiers.registry import Registry, save
from classifiers.training import train
from intake.domain.numbers import daily_key, ticket_number
from intake.domain.people import Actor, Role
from intake.services.live_suggestion import suggest_live
from intake.services.model_in_force import ModelInForce
from intake.services.near import find_near
from intake.services.workroom import Workroom
from intake.store.engines import reader_engine
from intake.store.migrate import upgrade
from intake.store.tables import suggestion, ticket
from tests.benchmarks.bulk import fill
from tests.benchmarks.figures import Figures, console, percentile
from tests.benchmarks.machine import described
from tests.services.postgres import fresh_database
from tests.store_fixtures import make_room

MANY, FEWER = 1_000_000, 100_000
CALLS = 600
LAST = date(2026, 11, 20)
OPERATOR = Actor(Role.OPERATOR, "王芳", 1)
PLACES = ("人民路与解放街交叉口东50米", "世纪广场旁边", "北关菜市场门口", "中山街12号", "中山路")
_CHUNK = 50_000


def run() -> None:
    """PostgreSQL is measured when MINSHENG_TEST_POSTGRES names one."""
    postgres = os.environ.get("MINSHENG_TEST_POSTGRES", "")
    machine = described(postgres)
    figures = Figures("Suggestion with place and duplicates")
    with TemporaryDirectory(prefix="minsheng-benchmark-") as name:
        folder = Path(name)
        _train(folder / "models")
        room = _filled(folder, MANY)
        _measure(figures, f"SQLite, {MANY:,} tickets", room)
        room.database.close()
        if postgres:
            small = _filled(folder / "small", FEWER)
            with fresh_database(make_url(postgres)) as url:
                upgrade(url)
                _copy(small.settings.data / "store.db", url)
                room = _room(url, folder)
                _measure(figures, f"PostgreSQL, {FEWER:,} tickets", room)
                room.database.close()
            small.database.close()
    figures.show(machine)


def _train(models: Path) -> None:
    words = lexicon()
    cold = train(Reader(catalogue(), words), words, own_corpus(catalogue(), words), [])
    save(models / "cold.npz", cold, "cold", {})
    Registry(models).promote(models / "cold.npz", {})


def _room(url: str, folder: Path) -> Workroom:
    room = make_room(url, folder)
    room._suggester = ModelInForce(folder / "models")
    noon = datetime(LAST.year, LAST.month, LAST.day, 20, tzinfo=UTC)
    room.clock = lambda: noon
    return room


def _filled(folder: Path, tickets: int) -> Workroom:
    folder.mkdir(exist_ok=True)
    path = folder / "store.db"
    upgrade(f"sqlite:///{path}")
    fill(path, tickets, LAST)
    _index(path)
    return _room(f"sqlite:///{path}", folder)


@cache
def _keys(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(index_keys(text))


def _index(path: Path) -> None:
    """Keys of every ticket, in the order of the index, so that the file grows at its end."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode=OFF")
    store.execute("PRAGMA synchronous=OFF")
    store.execute("CREATE TEMP TABLE loose (band INTEGER, key INTEGER, ticket_id INTEGER)")
    # Descriptions repeat in the filled store; addresses hardly do, and a million take long to read.
    tickets = store.execute("SELECT id, description FROM ticket").fetchall()
    rows: list[tuple[int, int, int]] = []
    store.execute("BEGIN")
    for key, text in track(tickets, "keys", console=console):
        rows += [(band, word, key) for band, word in _keys(text)]
        if len(rows) > _CHUNK * 20:
            store.executemany("INSERT INTO loose VALUES (?, ?, ?)", rows)
            rows.clear()
    store.executemany("INSERT INTO loose VALUES (?, ?, ?)", rows)
    store.execute("COMMIT")
    console.print("putting the keys in order …")
    store.execute("INSERT INTO near_band SELECT * FROM loose ORDER BY band, key, ticket_id")
    store.execute("DROP TABLE loose")
    store.execute("ANALYZE")
    store.execute("PRAGMA journal_mode=WAL")
    store.close()


def _copy(path: Path, url: str) -> None:
    """The same tickets, suggestions and keys on PostgreSQL."""
    source = reader_engine(f"sqlite:///{path}")
    target = create_engine(url)
    with source.connect() as reading, target.begin() as writing:
        for table in (ticket, suggestion):
            rows = reading.execute(select(table)).mappings()
            for chunk in rows.partitions(5_000):
                writing.execute(insert(table), [dict(row) for row in chunk])
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string()) as link:
        keys = sqlite3.connect(path).execute("SELECT band, key, ticket_id FROM near_band")
        with link.cursor().copy("COPY near_band FROM STDIN") as copy:
            for row in keys:
                copy.write_row(row)
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as link:
        link.exec_driver_sql("ANALYZE")


def _measure(figures: Figures, where: str, room: Workroom) -> None:
    room.suggester.suggest("路灯不亮")
    chance = random.Random(3)
    said = [one.text for one in lexicon().utterances]

    def live() -> object:
        text = f"{chance.choice(PLACES)}，{chance.choice(said)}"
        return suggest_live(room, OPERATOR, text, "", None)

    newest = [daily_key(LAST, number) for number in range(1, 900)]

    def panel() -> object:
        return find_near(room, OPERATOR, ticket_number(chance.choice(newest)))

    calls: dict[str, Callable[[], object]] = {
        "suggestion with place and near tickets": live,
        "panel of near tickets": panel,
    }
    for what, call in calls.items():
        wall, cpu = zip(*_times(call), strict=True)
        note = f"p50 {percentile(wall, 50):.1f}, CPU p50 {percentile(cpu, 50):.1f} p99 "
        target = 20.0 if call is live else None
        note += f"{percentile(cpu, 99):.1f}"
        figures.add(f"{where}: {what}, p99", percentile(wall, 99), "ms", target, note)


def _times(call: Callable[[], object]) -> Iterator[tuple[float, float]]:
    for _ in range(30):
        call()
    for _ in range(CALLS):
        began, began_cpu = time.perf_counter(), time.thread_time()
        call()
        cpu = (time.thread_time() - began_cpu) * 1e3
        yield (time.perf_counter() - began) * 1e3, cpu
