"""The relay runs what is due, once, and tries again what failed."""

from collections.abc import Callable

from intake.services.workroom import Workroom
from intake.store import search
from tests.integration.jobs.watching import counted, open_jobs, running, suggestions, wait_until

Report = Callable[..., int]


def test_a_report_is_suggested_indexed_and_counted(room: Workroom, report: Report) -> None:
    with running(room):
        key = report("one")
        wait_until(lambda: open_jobs(room) == 0)
        wait_until(lambda: counted(room) == {"RECEIVED": 1})
    assert suggestions(room) == [(key, 1)]
    with room.database.read() as conn:
        assert search.search(conn, ["垃圾"]) == [key]
