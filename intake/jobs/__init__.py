"""Work after the commit: the relay, the tasks, the Celery workers, and the clock."""
