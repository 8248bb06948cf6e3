"""Fixtures every test may use; each comes from the module that is named after what it offers."""

import pytest

from tests.services.address import SERVICES, announced_address

pytest_plugins = [
    "tests.services.browser",
    "tests.services.network",
    "tests.services.asterisk",
    "tests.services.postgres",
    "tests.services.rabbitmq",
    "tests.services.redis",
    "tests.services.sipp",
    "tests.store_fixtures",
]


NEEDS = {
    "postgres_url": "postgres",
    "empty_postgres_url": "postgres",
    "rabbitmq_url": "rabbitmq",
    "redis_url": "redis",
    "chromium": "chromium",
    "asterisk_server": "asterisk",
    "new_asterisk": "asterisk",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses a fixture of a service, directly or not, carries the mark `services`."""
    for item in items:
        names = {NEEDS[name] for name in getattr(item, "fixturenames", ()) if name in NEEDS}
        if names:
            item.add_marker(pytest.mark.services(*sorted(names)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test of a service stops here, by name of what is missing, before its fixtures run."""
    for marker in item.iter_markers("services"):
        for name in marker.args or SERVICES:
            announced_address(name)
