"""deploy/call: a test call on the running hotline, told step by step."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from intake.settings import load_settings
from telephony.asterisk.settings import load_asterisk_settings, plan_of
from tests.services.address import announced_address
from tests.services.asterisk import Asterisk, another_port
from tests.services.network import unused_port

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def hotline(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asterisk]:
    """A hotline as deploy/run starts it: with the secrets of its telephones, from settings."""
    with TemporaryDirectory(prefix="minsheng-data-") as data:
        monkeypatch.setenv("MINSHENG_DATA", data)
        monkeypatch.setenv("MINSHENG_PBX_AMI_PORT", str(unused_port()))
        monkeypatch.setenv("MINSHENG_ASTERISK_HTTP_PORT", str(unused_port()))
        monkeypatch.setenv("MINSHENG_ASTERISK_SIP_PORT", str(another_port()))
        plan = plan_of(load_settings(), load_asterisk_settings())
        server = Asterisk(Path(announced_address("asterisk")), Path(data) / "asterisk", plan)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def call(hotline: Asterisk, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROJECT / "deploy" / "call", *options],
        env={**os.environ, "MINSHENG_ASTERISK_PROGRAM": str(hotline.program)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.services("asterisk")
def test_a_call_that_is_answered(hotline: Asterisk) -> None:
    done = call(hotline, "--answer", "8001", "--seconds", "4")
    told = [line.split("  ")[1] for line in done.stdout.splitlines()[1:]]
    assert told == [
        "heard greeting and recording notice",
        "waits in the queue",
        "is talking with an operator",
        "the call has ended",
    ], done
    assert "agent-8001" not in hotline.cli("queue show hotline")


@pytest.mark.services("asterisk")
def test_a_call_nobody_answers(hotline: Asterisk) -> None:
    done = call(hotline, "--number", "13800000007", "--seconds", "3")
    assert "13800000007 calls 12319" in done.stdout
    assert "was told that no operator is there" in done.stdout


@pytest.mark.services("asterisk")
def test_an_extension_that_is_none_is_refused(hotline: Asterisk) -> None:
    done = call(hotline, "--answer", "9999")
    assert done.returncode == 1
    assert "9999 is no extension" in done.stderr


@pytest.mark.services("asterisk")
def test_without_a_pbx_the_way_is_told(monkeypatch: pytest.MonkeyPatch, hotline: Asterisk) -> None:
    hotline.stop()
    done = call(hotline)
    assert done.returncode == 1
    assert "start deploy/run --with-asterisk first" in done.stderr
