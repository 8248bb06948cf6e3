"""A web process of its own for hostile clients, so that its memory and its life can be watched.

``python -m tests.abuse.server FOLDER PORT URL [PROXIES [RATE]]``
"""

import sys
from pathlib import Path

from aiohttp import web

from tests.store_fixtures import make_room
from tests.web_app import web_app

FREE = "100000000/minute"


def main(folder: str, port: str, url: str, proxies: str = "0", rate: str = FREE) -> None:
    room = make_room(
        url,
        Path(folder),
        port=int(port),
        trusted_proxies=int(proxies),
        report_rate=rate,
        query_rate=FREE,
    )
    settings = room.settings
    web.run_app(web_app(room), host=settings.host, port=settings.port, print=None, access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
