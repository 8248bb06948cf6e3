"""Tallies follow the history exactly, whoever folds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from intake.domain.numbers import ticket_number
from intake.services.ask import withdraw
from intake.services.upkeep import fold_tallies
from intake.services.workroom import Workroom
from intake.store import tallies
from intake.store.cursors import behind

Report = Callable[..., int]


def read(room: Workroom) -> dict[str, int]:
    with room.database.read() as conn:
        return tallies.read(conn)


def unfolded(room: Workroom) -> bool:
    with room.database.read() as conn:
        return behind(conn, tallies.NAME)


def test_an_empty_store_has_no_tallies(room: Workroom) -> None:
    assert not unfolded(room)
    assert room.database.write(tallies.fold) == 0
    assert read(room) == {}


def test_tickets_move_from_state_to_state(room: Workroom, report: Report) -> None:
    keys = [report(str(number)) for number in range(3)]
    assert unfolded(room)
    fold_tallies(room)
    assert read(room) == {"RECEIVED": 3}
    withdraw(room, ticket_number(keys[0]))
    fold_tallies(room)
    assert read(room) == {"RECEIVED": 2, "CLOSED": 1}
    assert not unfolded(room)


def test_folding_together_counts_nothing_twice(room: Workroom, report: Report) -> None:
    for number in range(10):
        report(str(number))
    with ThreadPoolExecutor(4) as pool:
        for folded in [pool.submit(fold_tallies, room) for _ in range(8)]:
            folded.result()
    assert read(room) == {"RECEIVED": 10}


def test_rebuild_counts_what_is_there(room: Workroom, report: Report) -> None:
    keys = [report(str(number)) for number in range(3)]
    withdraw(room, ticket_number(keys[0]))
    assert room.database.write(tallies.rebuild) == {"RECEIVED": 2, "CLOSED": 1}
    fold_tallies(room)
    assert read(room) == {"RECEIVED": 2, "CLOSED": 1}
