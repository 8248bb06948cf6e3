"""The served OpenAPI document is true: a property-based client finds nothing it does not tell."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from aiohttp import ClientSession, web
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from channels.web.api import add_public_api
from intake.desk.api.api import add_staff_api
from intake.domain.people import Role
from intake.http.room import furnish
from intake.services import accounts
from tests.store_fixtures import make_room

load_all_checks()
EXAMPLES = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


class Server(threading.Thread):
    """The API in a thread of its own, because the property-based client blocks."""

    def __init__(self, app: web.Application) -> None:
        super().__init__(daemon=True)
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._ended: asyncio.Event | None = None
        self.port: Future[int] = Future()

    def run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        runner = web.AppRunner(self._app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port.set_result(runner.addresses[0][1])
        await self._ended.wait()
        await runner.cleanup()

    def close(self) -> None:
        if self._ended is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
        self.join(timeout=10)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[tuple[str, str]]:
    """Base address and a shift leader's token, on SQLite."""
    folder = tmp_path_factory.mktemp("openapi")
    store = folder / "store.db"
    store.write_bytes(migrated_file.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINSHENG_DATA", str(folder))
        room = make_room(
            f"sqlite:///{store}",
            folder,
            report_rate="100000/minute",
            query_rate="100000/minute",
        )
    token = accounts.create_token(room, accounts.CONSOLE, "test", Role.SHIFT_LEADER).secret
    app = web.Application()
    furnish(app, room)
    add_public_api(app)
    add_staff_api(app)
    server = Server(app)
    server.start()
    yield f"http://127.0.0.1:{server.port.result(timeout=10)}", token
    server.close()
    room.database.close()


@pytest.fixture(scope="module")
def schema(api: tuple[str, str]) -> Any:
    base, _ = api
    loaded = schemathesis.openapi.from_url(f"{base}/api/v1/openapi.json")
    loaded.config.update(base_url=base)
    return loaded


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_endpoint_keeps_its_word(
    schema: Any, api: tuple[str, str], mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {api[1]}"}
    broken: dict[str, str] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        try:
            _try(operation, mode, headers)
        except (Exception, BaseExceptionGroup) as failure:
            broken[operation.label] = str(failure)
    assert not broken, "\n\n".join(f"{label}\n{told}" for label, told in broken.items())


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps_its_word(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    keeps_its_word()


async def test_the_page_names_every_endpoint(
    api: tuple[str, str], schema: Any, session: ClientSession
) -> None:
    async with session.get(f"{api[0]}/api/v1/") as answer:
        page = await answer.text()
    for path in schema.raw_schema["paths"]:
        assert path in page
