"""Where a service is, as deploy/test announces it in the environment."""

import os
import shutil
from typing import NoReturn

import pytest

SERVICES = {
    "postgres": "MINSHENG_TEST_POSTGRES",
    "rabbitmq": "MINSHENG_TEST_RABBITMQ",
    "rabbitmq_admin": "MINSHENG_TEST_RABBITMQ_ADMIN",
    "redis": "MINSHENG_TEST_REDIS",
    "chromium": "MINSHENG_TEST_CHROMIUM",
    "asterisk": "MINSHENG_TEST_ASTERISK",
}


def announced_address(name: str) -> str:
    """The service's address (for chromium: its path; for asterisk: its folder).

    Without one the test is skipped, but fails under MINSHENG_TEST_STRICT=1 (deploy/test sets it),
    so that a machine where a server did not start can never pass.
    """
    variable = SERVICES[name]
    address = os.environ.get(variable, "")
    if not address:
        absent(f"{name} is not there: run deploy/test, or set {variable}")
    return address


def require_program(name: str) -> None:
    """As above, for a program of the machine itself."""
    if shutil.which(name) is None:
        absent(f"{name} is not there: run deploy/test as root, or install it")


def absent(message: str) -> NoReturn:
    """Skip, or fail where everything has to be there."""
    if os.environ.get("MINSHENG_TEST_STRICT") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
