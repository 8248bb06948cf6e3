"""Work that comes round by the clock: each piece is a function, when it is due is in the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from intake.security.sessions import ABSOLUTE_TIMEOUT
from intake.services import outbox
from intake.services.agent_calls import release_disabled
from intake.services.call_retention import forget_callers
from intake.services.callers import end_nuisance
from intake.services.chats import submit_left_alone
from intake.services.dial_upkeep import settle_dials, settle_missed
from intake.services.doors import watch_doors
from intake.services.evidence import gather_some
from intake.services.hot_spots import find_hot_spots
from intake.services.mail_retention import forget_mails, remove_stray_mails
from intake.services.near_index import forget_far
from intake.services.pbx_commands import expire
from intake.services.photos import remove_strays
from intake.services.recordings import purge_recordings
from intake.services.retention import forget_deliveries, forget_reporters
from intake.services.retraining import plan_training
from intake.services.return_sample import draw_sample
from intake.services.workroom import Workroom
from intake.store import schedule, seals, tallies
from intake.store.cursors import behind
from intake.store.tables import presence, session
from intake.store.unit import Unit

_CLAIM_SECONDS = 600.0
_PRESENCE_KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """One piece of periodic work and its pace in seconds."""

    every: int
    run: Callable[[Workroom], object]


def fold_tallies(room: Workroom) -> None:
    """Bring the tickets-by-state tallies up to the newest event."""
    with room.database.read() as conn:
        more = behind(conn, tallies.NAME)
    while more and room.database.write(tallies.fold):
        continue


def seal_events(room: Workroom) -> None:
    """Seal everything that happened since the last seal."""
    while room.database.write(seals.seal_next) is not None:
        continue


def end_sessions(room: Workroom) -> None:
    """Forget sessions that nobody can use any more."""
    idle = timedelta(minutes=room.settings.idle_minutes)
    now = room.clock()
    ended = (session.c.created_at < now - ABSOLUTE_TIMEOUT) | (session.c.last_seen < now - idle)
    room.database.write(lambda unit: unit.conn.execute(delete(session).where(ended)).rowcount)


def forget_presence(room: Workroom) -> None:
    """Forget who looked at what long ago."""
    long_ago = presence.c.seen_at < room.clock() - _PRESENCE_KEPT
    room.database.write(lambda unit: unit.conn.execute(delete(presence).where(long_ago)).rowcount)


def expire_commands(room: Workroom) -> None:
    """End late commands also while no telephony process runs: they are seen to have failed."""
    expire(room, room.settings.pbx_name)


DUTIES: Mapping[str, Duty] = {
    "seal-events": Duty(60, seal_events),
    "settle-dials": Duty(15, settle_dials),
    "settle-missed-calls": Duty(60, settle_missed),
    "draw-visit-sample": Duty(604_800, draw_sample),
    "expire-commands": Duty(10, expire_commands),
    "end-nuisance": Duty(60, end_nuisance),
    "release-disabled-agents": Duty(60, release_disabled),
    "purge-recordings": Duty(86_400, purge_recordings),
    "forget-callers": Duty(86_400, forget_callers),
    "watch-doors": Duty(300, watch_doors),
    "submit-left-alone": Duty(60, submit_left_alone),
    "forget-presence": Duty(300, forget_presence),
    "end-sessions": Duty(600, end_sessions),
    "prune-outbox": Duty(3_600, outbox.prune),
    "find-hot-spots": Duty(60, find_hot_spots),
    "gather-evidence": Duty(60, gather_some),
    "plan-training": Duty(3_600, plan_training),
    "forget-near-keys": Duty(86_400, forget_far),
    "remove-stray-files": Duty(3_600, remove_strays),
    "forget-reporters": Duty(86_400, forget_reporters),
    "forget-deliveries": Duty(86_400, forget_deliveries),
    "forget-mails": Duty(86_400, forget_mails),
    "remove-stray-mails": Duty(86_400, remove_stray_mails),
}


def plan_duties(room: Workroom) -> None:
    """Write the duties into the schedule; known ones keep their next time."""

    def work(unit: Unit) -> None:
        for name, duty in DUTIES.items():
            schedule.plan(unit, name, duty.every)

    room.database.write(work)


def run_due_duties(room: Workroom) -> list[str]:
    """Run whatever is due and nobody else has claimed; returns the names of those that failed.

    A failure is noted in the schedule, and the duty comes round again at its own pace.
    """
    with room.database.read() as conn:
        due = schedule.any_due(conn, room.clock())
    if not due:
        return []
    names = room.database.write(lambda unit: schedule.claim(unit, seconds=_CLAIM_SECONDS))
    return [name for name in names if name in DUTIES and not _ran(room, name)]


def _ran(room: Workroom, name: str) -> bool:
    told = ""
    try:
        DUTIES[name].run(room)
    except Exception as error:
        told = outbox.describe(error)
    room.database.write(lambda unit: schedule.ran(unit, name, told))
    return not told
