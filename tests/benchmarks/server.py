"""The web process that is measured: ``python -m tests.benchmarks.server FOLDER PORT URL [count]``.

With ``count``, GET /counted tells how many statements and transactions there were so far.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import Engine, event

from intake.settings import Settings
from tests.integration.survival.parts import open_room
from tests.web_app import web_app

FREE = "100000000/minute"


def main(folder: str, port: str, url: str, *count: str) -> None:
    settings = Settings(
        data=Path(folder), database_url=url, port=int(port), report_rate=FREE, query_rate=FREE
    )
    counted = count_statements() if count else None
    app = web_app(open_room(settings))
    if counted is not None:

        async def show(_request: web.Request) -> web.Response:
            return web.json_response(counted)

        app.router.add_get("/counted", show)
    web.run_app(app, host=settings.host, port=settings.port, print=None, access_log=None)


def count_statements() -> Counter[str]:
    """Counts what every engine of this process sends; BEGIN and COMMIT apart."""
    counted: Counter[str] = Counter(statements=0, transactions=0)

    def statement(
        _conn: Any, _cursor: Any, sql: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        if not sql.startswith("BEGIN"):
            counted["statements"] += 1

    def commit(_conn: Any) -> None:
        counted["transactions"] += 1

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    return counted


if __name__ == "__main__":
    main(*sys.argv[1:])
