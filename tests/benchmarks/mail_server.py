"""The mail door, or the jobs, on a store of the benchmark's: ``FOLDER PORT URL door|jobs``."""

import asyncio
import sys
from pathlib import Path

from channels.email.serving import serve
from intake.jobs.loops import run_embedded
from intake.joining import join_doors
from tests.mail.office import with_mail
from tests.store_fixtures import make_room


def main(folder: str, port: str, url: str, part: str) -> None:
    settings = {
        "mail_port": int(port),
        "mail_rate": "10000000/minute",
        "mail_connections_each": 500,
        "mail_daily_cap": 10_000,
    }
    room = with_mail(make_room(url, Path(folder)), **settings)
    if part == "door":
        asyncio.run(serve(room))
    else:
        join_doors()
        run_embedded(room)


if __name__ == "__main__":
    main(*sys.argv[1:])
