"""The inbox and full-text search at 10,000 and at a million tickets on SQLite."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from intake.domain.numbers import daily_key, ticket_number
from intake.domain.people import Actor, Role
from intake.services.ticket_list import TABS, ListQuery, list_tickets, tallies
from intake.services.workroom import Workroom
from intake.store.migrate import upgrade
from tests.benchmarks.bulk import RARE, fill
from tests.benchmarks.figures import Figures, console, percentile
from tests.benchmarks.machine import described
from tests.benchmarks.server import count_statements
from tests.store_fixtures import make_room

FEW, MANY = 10_000, 1_000_000
CALLS = 200
LAST = date(2026, 11, 20)
OPERATOR = Actor(Role.OPERATOR, "王芳", 1)
WORDS = {
    "a rare word": RARE,
    "a frequent word": "垃圾",
    "two words": "路灯 晚上",
    "a frequent and a rare word": f"垃圾 {RARE}",
    "a word nobody wrote": "麒麟",
}
Took = tuple[float, float]
"""Milliseconds of one call: elapsed, and CPU of the calling thread."""
Both = tuple[Took, Took]
Shown = dict[str, Callable[[Workroom], object]]


def run() -> None:
    machine = described()
    counted = count_statements()
    with TemporaryDirectory(prefix="minsheng-benchmark-") as name:
        few = _filled(Path(name) / "few", FEW)
        many = _filled(Path(name) / "many", MANY)
        figures = Figures("Inbox of 50 and search, p95 of one call")
        for what, call in _lists().items():
            before = counted["statements"]
            call(many)
            statements = counted["statements"] - before
            small, large = _p95(few, many, call)
            ratio = large[0] / small[0]
            figures.add(f"{what}: statements", statements, "", 6)
            note = f"{small[0]:.2f} and {large[0]:.2f} ms; CPU alone {large[1] / small[1]:.2f} ×"
            figures.add(f"{what}: a million against ten thousand", ratio, "×", 1.3, note)
            console.print(f"{what}: {note}")
        for what, words in WORDS.items():
            _, large = _p95(few, many, lambda room, words=words: _searched(room, words))
            figures.add(f"search for {what} at {MANY:,}", large[0], "ms", 100)
        few.database.close()
        many.database.close()
    figures.show(machine)


def _filled(folder: Path, tickets: int) -> Workroom:
    folder.mkdir()
    path = folder / "store.db"
    upgrade(f"sqlite:///{path}")
    fill(path, tickets, LAST)
    return make_room(f"sqlite:///{path}", folder)


def _lists() -> Shown:
    shown: Shown = {
        f"tab {key}": lambda room, states=states: list_tickets(
            room, OPERATOR, ListQuery(states=states)
        )
        for key, (_, states) in TABS.items()
    }
    shown["all tickets, first page"] = lambda room: list_tickets(room, OPERATOR, ListQuery())
    shown["all tickets, last page"] = lambda room: list_tickets(
        room, OPERATOR, ListQuery(after=_oldest_but_fifty(room))
    )
    closed = TABS["closed"][1]
    shown["tab closed, last page"] = lambda room: list_tickets(
        room, OPERATOR, ListQuery(states=closed, after=_oldest_but_fifty(room))
    )
    shown["tallies of all tabs"] = tallies
    return shown


def _oldest_but_fifty(room: Workroom) -> str:
    """The number the last page starts behind."""
    days = 10 if room.settings.data.name == "few" else 1_000
    first = date.fromordinal(LAST.toordinal() - days + 1)
    return ticket_number(daily_key(first, 51))


def _searched(room: Workroom, words: str) -> object:
    return list_tickets(room, OPERATOR, ListQuery(words=words))


def _p95(few: Workroom, many: Workroom, call: Callable[[Workroom], object]) -> Both:
    """Each store's calls; they take turns, so that both see the same machine."""
    took: tuple[list[Took], list[Took]] = ([], [])
    for _ in range(CALLS):
        for which, room in enumerate((few, many)):
            began, began_cpu = time.perf_counter(), time.thread_time()
            call(room)
            cpu = (time.thread_time() - began_cpu) * 1e3
            took[which].append(((time.perf_counter() - began) * 1e3, cpu))
    return _summed(took[0][10:]), _summed(took[1][10:])


def _summed(took: list[Took]) -> Took:
    wall, cpu = zip(*took, strict=True)
    return percentile(wall, 95), percentile(cpu, 95)
