"""What the jobs do meanwhile: run everything that waits in the outbox."""

from intake.jobs.tasks import TASKS, run_job
from intake.services import outbox
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
