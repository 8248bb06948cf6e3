"""Fill a SQLite store with very many tickets, fast: as they would lie there after some years."""

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.progress import Progress
from sqlalchemy import Column, Table

from classifiers.lexicon import lexicon
from classifiers.text import search_tokens
from intake.domain.numbers import daily_key
from intake.store.tables import suggestion, ticket
from tests.benchmarks.figures import console

A_DAY = 1_000
BATCH = 5_000
OPEN_STATES = (
    ("RECEIVED", 400),
    ("REGISTERED", 300),
    ("AWAITING_INFO", 150),
    ("VERIFYING", 150),
    ("PENDING_FILING", 100),
    ("FILED", 2_000),
    ("IN_HANDLING", 1_500),
    ("AWAITING_VISIT", 400),
)
"""The newest tickets are in hand; everything before them is closed."""

CLOSED_STATES = ("CLOSED",) * 6 + ("ANSWERED",) * 2 + ("DECLINED", "MERGED")
ROADS = ("中山路", "人民路", "解放街", "建设大道", "文化巷", "河滨路", "学府街", "新华路")
ENDINGS = (
    "请尽快处理。",
    "已经三天了。",
    "晚上影响休息。",
    "希望有人来看看。",
    "打过两次电话没人管。",
)
SOURCES = ("WEB", "PHONE", "PHONE", "VIDEO", "EMAIL")
RARE = "穿山甲"
"""A word that one ticket in ten thousand holds."""


def fill(path: Path, tickets: int, last: date) -> None:
    """``tickets`` rows with suggestion and search index, the newest of them on ``last``."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode=OFF")
    store.execute("PRAGMA synchronous=OFF")
    store.execute("PRAGMA cache_size=-262144")
    tallies: Counter[str] = Counter()
    with Progress(console=console) as bar:
        task = bar.add_task(f"{tickets:,} tickets", total=tickets)
        for batch in _batches(tickets, last):
            store.execute("BEGIN")
            _put(store, ticket, [row for row, _, _ in batch])
            _put(store, suggestion, [row for _, row, _ in batch])
            store.executemany(
                "INSERT INTO ticket_search (rowid, tokens) VALUES (?, ?)",
                [(row["id"], words) for row, _, words in batch],
            )
            store.execute("COMMIT")
            tallies.update(row["state"] for row, _, _ in batch)
            bar.advance(task, len(batch))
    store.executemany("INSERT INTO tally (state, value) VALUES (?, ?)", tallies.items())
    store.execute("ANALYZE")
    store.execute("PRAGMA journal_mode=WAL")
    store.close()


def _batches(
    tickets: int, last: date
) -> Iterator[list[tuple[dict[str, Any], dict[str, Any], str]]]:
    chance = random.Random(1)
    said = [
        (one.text, " ".join(dict.fromkeys(search_tokens(one.text)))) for one in lexicon().utterances
    ]
    ends = [(end, " ".join(search_tokens(end))) for end in ENDINGS]
    roads = [(road, " ".join(search_tokens(road))) for road in ROADS]
    states = _states(tickets)
    first_day = last - timedelta(days=(tickets - 1) // A_DAY)
    batch: list[tuple[dict[str, Any], dict[str, Any], str]] = []
    for number in range(tickets):
        day = first_day + timedelta(days=number // A_DAY)
        key = daily_key(day, number % A_DAY + 1)
        parts = [chance.choice(roads), chance.choice(said), chance.choice(ends)]
        if number % 10_000 == 5_000:
            parts.append((RARE, RARE))
        text = "".join(part for part, _ in parts)
        state = next(states)
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
            seconds=number % A_DAY * 60
        )
        batch.append(
            (_ticket(key, state, text, at), _suggestion(key, at), " ".join(w for _, w in parts))
        )
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _states(tickets: int) -> Iterator[str]:
    chance = random.Random(2)
    living = [state for state, number in OPEN_STATES for _ in range(number)]
    chance.shuffle(living)
    living = living[: tickets // 2]
    for _ in range(tickets - len(living)):
        yield chance.choice(CLOSED_STATES)
    yield from living


def _instant(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


def _ticket(key: int, state: str, text: str, at: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "state": state,
        "version": 3,
        "source": SOURCES[key % len(SOURCES)],
        "received_at": _instant(at),
        "text": text,
        "description": text,
        "urgency": "NORMAL",
        "case_class": "ORDINARY",
        "anonymous": key % 7 == 0,
        "needs_reply": key % 7 != 0,
        "address": f"{text[:3]}{key % 500}号",
        "lon": 113.0 + key % 997 / 10_000,
        "lat": 28.0 + key % 991 / 10_000,
        "town_code": "000000000001",
        "unit_grid_code": f"00000000000100{key % 954:04d}",
        "photos": key % 3,
        "respond_by": _instant(at + timedelta(minutes=15)),
        "case_id": key if state in ("FILED", "IN_HANDLING", "CLOSED") else None,
        "head_hash": f"{key:064x}",
    }


def _suggestion(key: int, at: datetime) -> dict[str, Any]:
    guess = {
        "label": "E06010",
        "name": "暴露垃圾",
        "probability": 0.83,
        "evidence": ["垃圾", "无人清运"],
    }
    return {
        "ticket_id": key,
        "ticket_version": 1,
        "made_at": _instant(at),
        "model_version": "lexicon-1",
        "edition": "GB/T 47678.5-2026",
        "guesses": json.dumps([guess, guess, guess], ensure_ascii=False),
        "appeal": "COMPLAINT",
        "urgency": "NORMAL",
        "urgency_reasons": "[]",
        "milliseconds": 1.2,
    }


def _put(store: sqlite3.Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; columns that may not be empty and are not given get nothing, 0 or ''."""
    columns = [column for column in table.columns if column.name in rows[0] or not column.nullable]
    columns = [column for column in columns if not column.primary_key or column.name in rows[0]]
    names = ", ".join(column.name for column in columns)
    marks = ", ".join("?" * len(columns))
    store.executemany(
        f"INSERT INTO {table.name} ({names}) VALUES ({marks})",
        [[row.get(column.name, _nothing(column)) for column in columns] for row in rows],
    )


def _nothing(column: Column[Any]) -> Any:
    return "" if column.type.python_type is str else 0
