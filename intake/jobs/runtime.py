"""The one Workroom of a worker process, built when its first task needs it.

Worker processes are forked; threads and connections made before would not survive that. So the
parent installs only the way to build a room, and every child builds its own.
"""

from collections.abc import Callable
from functools import cache

from intake.services.workroom import Workroom

_factories: list[Callable[[], Workroom]] = []


def install(factory: Callable[[], Workroom]) -> None:
    """Say how a room is built in this process; the last one counts."""
    _factories[:] = [factory]
    room.cache_clear()


@cache
def room() -> Workroom:
    """The process's room. Raises RuntimeError when nobody said how to build one."""
    if not _factories:
        raise RuntimeError("no room: call intake.jobs.runtime.install before the worker starts")
    return _factories[0]()
