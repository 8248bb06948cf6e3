"""What the doors bring to the jobs: topics that only they know how to work off."""

from intake.jobs.tasks import Queue, Task, join


def join_doors() -> None:
    """Call once in every process that runs or rings jobs, before the first row is taken."""
    from channels.email.decide import mail_received
    from intake.services.mail_reception import MAIL_TOPIC

    join(MAIL_TOPIC, Task(Queue.INTAKE, mail_received))
