"""The writer: groups on SQLite, retries on PostgreSQL, numbers without gaps."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError, IntegrityError

from intake.domain.errors import Invalid
from intake.services.workroom import Workroom
from intake.store.counters import take_numbers
from intake.store.database import Database, StoreUnavailable
from intake.store.tables import counter, cursor
from intake.store.unit import Unit
from intake.store.writer import GroupWriter


def _put(name: str) -> Callable[[Unit], None]:
    def work(unit: Unit) -> None:
        unit.conn.execute(insert(cursor).values(name=name, value=1))

    return work


def _names(room: Workroom) -> set[str]:
    with room.database.read() as conn:
        return set(conn.execute(select(cursor.c.name)).scalars())


def _group(writer: GroupWriter, works: list[Callable[[Unit], object]]) -> list[Future[object]]:
    """Submit everything while the writer is held, so that it becomes one group."""
    gate = Event()
    held = writer.submit(lambda _unit: gate.wait(30))
    futures = [writer.submit(work) for work in works]
    gate.set()
    held.result(30)
    return futures


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_error_in_one_job_leaves_the_others_of_its_group_alone(room: Workroom) -> None:
    writer = room.database._group
    assert writer is not None

    def refuse(unit: Unit) -> None:
        _put("half")(unit)
        raise Invalid("不行。")

    futures = _group(writer, [_put("a"), refuse, _put("b"), _put("a"), _put("c")])
    assert [type(future.exception(30)) for future in futures] == [
        type(None),
        Invalid,
        type(None),
        IntegrityError,
        type(None),
    ]
    assert {"a", "b", "c"} <= _names(room)
    assert "half" not in _names(room)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_job_that_was_given_up_is_not_done(room: Workroom) -> None:
    writer = room.database._group
    assert writer is not None
    gate = Event()
    held = writer.submit(lambda _unit: gate.wait(30))
    dropped, kept = writer.submit(_put("dropped")), writer.submit(_put("kept"))
    assert dropped.cancel()
    gate.set()
    held.result(30)
    kept.result(30)
    assert "kept" in _names(room)
    assert "dropped" not in _names(room)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_was_queued_is_done_before_closing_and_nothing_waits_after(
    room: Workroom, store_url: str
) -> None:
    database = Database(store_url)
    writer = database._group
    assert writer is not None
    futures = [writer.submit(_put(f"last-{position}")) for position in range(20)]
    database.close()
    assert all(future.done() for future in futures)
    assert {f"last-{position}" for position in range(20)} <= _names(room)
    with pytest.raises(StoreUnavailable):
        database.write(_put("late"))


def test_a_refused_transaction_gives_its_numbers_back(room: Workroom) -> None:
    assert room.database.write(lambda unit: take_numbers(unit.conn, "test")) == 1

    def refuse(unit: Unit) -> None:
        assert take_numbers(unit.conn, "test", 5) == 2
        raise Invalid("不行。")

    with pytest.raises(Invalid):
        room.database.write(refuse)
    assert room.database.write(lambda unit: take_numbers(unit.conn, "test", 3)) == 2
    assert room.database.write(lambda unit: take_numbers(unit.conn, "test")) == 5
    with room.database.read() as conn:
        assert conn.execute(select(counter.c.value).where(counter.c.name == "test")).scalar() == 5


def test_a_reader_cannot_write(room: Workroom) -> None:
    with pytest.raises((DBAPIError, StoreUnavailable)), room.database.read() as conn:
        conn.execute(insert(cursor).values(name="by a reader", value=1))
    assert "by a reader" not in _names(room)


def test_a_reader_sees_one_snapshot(room: Workroom) -> None:
    with room.database.read() as conn:
        before = conn.execute(select(cursor.c.name)).all()
        room.database.write(_put("meanwhile"))
        assert conn.execute(select(cursor.c.name)).all() == before
    assert "meanwhile" in _names(room)


@pytest.mark.parametrize(
    "kind", [pytest.param("postgresql", marks=pytest.mark.services("postgres"))]
)
def test_a_lost_link_is_tried_once_more(room: Workroom) -> None:
    tries: list[int] = []

    def lose(unit: Unit) -> None:
        tries.append(1)
        if len(tries) == 1:
            me = unit.conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
            room.database.write(
                lambda other: other.conn.execute(
                    text("SELECT pg_terminate_backend(:pid)"), {"pid": me}
                ).all()
            )
        _put("after the loss")(unit)

    room.database.write(lose)
    assert len(tries) == 2
    assert "after the loss" in _names(room)


def test_a_broken_constraint_is_told_apart_from_an_absent_store(room: Workroom) -> None:
    room.database.write(_put("once"))
    with pytest.raises(IntegrityError):
        room.database.write(_put("once"))
    with pytest.raises(DBAPIError):
        room.database.write(lambda unit: unit.conn.execute(text("SELECT nothing FROM nowhere")))


@pytest.mark.parametrize(
    "kind", [pytest.param("postgresql", marks=pytest.mark.services("postgres"))]
)
def test_a_link_lost_while_committing_is_not_tried_again(room: Workroom) -> None:
    """Nobody knows whether it was committed: done again, it could be done twice."""
    tries: list[int] = []
    engine = room.database._writer_engine

    def cut(conn: Connection) -> None:
        if tries:
            conn.connection.close()
            raise DBAPIError("COMMIT", {}, Exception("link lost"), connection_invalidated=True)

    listen(engine, "commit", cut)

    def work(unit: Unit) -> None:
        tries.append(1)
        _put("perhaps")(unit)

    with pytest.raises((DBAPIError, StoreUnavailable)):
        room.database.write(work)
    assert len(tries) == 1
