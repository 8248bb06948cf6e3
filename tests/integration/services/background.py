"""What the jobs do meanwhile: run everything that waits in the outbox."""

from intake.jobs.tasks import TASKS, run_job
from intake.services import outbox
from intake.services.notices import plan_notices
from intake.services.workroom import Workroom
from tests.integration.services.desk import Desk


def run_jobs(desk: Desk) -> int:
    """Run every due row; those whose topic has no task here are left. Returns how many ran."""
    ran = 0
    while jobs := outbox.take_due(desk.room, 100, 60):
        for job in jobs:
            assert job.topic in TASKS
            run_job(desk.room, job.id, job.attempts)
        ran += len(jobs)
    assert not outbox.parked(desk.room)
    return ran


def work_off(room: Workroom) -> None:
    """What relay and workers do until nothing is due: notices are planned, every job runs once
    more. A job that fails is left to its next time, as there."""
    while True:
        plan_notices(room)
        jobs = outbox.take_due(room, 50, 60)
        if not jobs:
            return
        for job in jobs:
            run_job(room, job.id, job.attempts)
