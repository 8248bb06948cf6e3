"""A real Asterisk for tests: one for the session, and private ones that may be killed and frozen.

deploy/test fetches it (deploy/asterisk/get) and announces the folder in MINSHENG_TEST_ASTERISK.
Prompts are replaced by a blink of tone, so that a call takes no longer than its steps.
"""

import contextlib
import math
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest

from telephony.asterisk.plan import Plan
from telephony.asterisk.prompts import prompt_texts
from telephony.asterisk.render import render
from tests.services.address import announced_address
from tests.services.ami import Ami
from tests.services.network import unused_port

START_SECONDS = 30
TRUNK = "127.0.0.2"
AGENTS = "127.0.0.3"
CITIZENS = "127.0.0.4"
RECORDED_SECONDS = 0.1
_ports = count(unused_port() % 5000 + 12000)


def another_port() -> int:
    """A port for one side of a call; another one at every question."""
    return next(_ports)


def small_plan(**changes: Any) -> Plan:
    """Short times, no secrets for telephones on the desk, and ports of its own."""
    plan = Plan(
        name="pbxtest",
        area_code="0351",
        sip_port=another_port(),
        ami_port=unused_port(),
        http_port=unused_port(),
        trunk_address=f"{CITIZENS}:{another_port()}",
        extensions=("8001", "8002", "8003"),
        contacts={
            extension: f"sip:agent-{extension}@{AGENTS}:{another_port()}"
            for extension in ("8001", "8002", "8003")
        },
        ring_seconds=5,
        max_wait_seconds=30,
        announce_seconds=0,
        outbound_ring_seconds=5,
        voicemail_silence_seconds=0,
        voicemail_seconds=20,
        key_seconds=1,
        phone_silence_seconds=0,
        qualify_seconds=0,
    )
    return replace(plan, **changes)


class Asterisk:
    """One instance in a folder of its own. `start` returns when it is fully booted."""

    def __init__(self, program: Path, folder: Path, plan: Plan) -> None:
        self.program, self.folder, self.plan = program, folder, plan
        self.recordings = folder / "recordings"
        self.console = folder / "console.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.keys = render(plan, program, folder, self.recordings)
        self._clients: list[Ami] = []
        write_prompts(folder / "data" / "sounds" / "zh")
        write_tone(folder / "data" / "moh" / "waiting.wav", 5)

    def start(self) -> None:
        with self.console.open("ab") as console:
            said = console.tell()
            self.process = subprocess.Popen(
                [self.program / "asterisk", "-C", self._config, "-f", "-n"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while "fully booted" not in self._ask("core waitfullybooted"):
            assert self.process.poll() is None, f"Asterisk ended at once: {self.last_words()}"
            assert time.monotonic() < deadline, f"Asterisk is not up: {self.last_words()}"
            time.sleep(0.05)
        words = self.console.read_bytes()[said:].decode("utf-8", "replace")
        wrong = [line for line in words.splitlines() if "ERROR" in line]
        assert not wrong, f"Asterisk started with errors: {wrong}"

    def cli(self, command: str) -> str:
        """The console's answer to one command."""
        answer = self._ask(command)
        assert "Unable to connect to remote" not in answer, answer
        return answer

    def ami(self) -> Ami:
        """A new connection of the bridge's own user, closed at the end of the test."""
        client = Ami(self.plan.ami_port, self.plan.ami_user, self.keys.ami)
        self._clients.append(client)
        client.wait(Event="FullyBooted")
        return client

    def put(self, family: str, key: str, value: str) -> None:
        """Write into the PBX's database, as the bridge does."""
        self.cli(f"database put {family} {key} {value}")

    def set_prompt(self, name: str, seconds: float) -> None:
        """Let a prompt take its time, for whoever hangs up in the middle of it."""
        write_tone(self.folder / "data" / "sounds" / "zh" / f"{name}.wav", seconds)

    def kill(self) -> None:
        """As a power cut: no farewell to anybody."""
        self._signal(signal.SIGKILL)
        self._gone()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Whatever state it is in; nothing of it stays."""
        if self.process is not None and self.process.poll() is None:
            self.thaw()
            self._signal(signal.SIGTERM)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
        self._gone()

    def restart(self) -> None:
        self.stop()
        self.start()

    def heard(self, file: str) -> bool:
        """Whether there is any sound in a recording, once Asterisk has closed it."""
        path = self.recordings / file
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, wave.Error, EOFError):
                with wave.open(str(path)) as sound:
                    frames = sound.readframes(sound.getnframes())
                if len(frames) + 44 == path.stat().st_size:
                    return any(frames)
            time.sleep(0.02)
        raise AssertionError(f"{path} was not completed in {START_SECONDS} s")

    def until_voices(self, file: str) -> None:
        """Returns when a running recording holds sound: who hangs up at once leaves none."""
        deadline = time.monotonic() + START_SECONDS
        while not any(any(path.read_bytes()[44:]) for path in self.recordings.rglob(file)):
            assert time.monotonic() < deadline, f"{file} holds no sound"
            time.sleep(0.05)

    def listening(self) -> list[tuple[str, int]]:
        """Address and port of everything that takes connections (TCP) or SIP (UDP)."""
        assert self.process is not None
        sockets = psutil.Process(self.process.pid).net_connections()
        return [
            (s.laddr.ip, s.laddr.port)
            for s in sockets
            if s.status == psutil.CONN_LISTEN or s.laddr.port == self.plan.sip_port
        ]

    def answers(self) -> bool:
        """Whether it runs and is not frozen."""
        return (
            self.process is not None
            and self.process.poll() is None
            and psutil.Process(self.process.pid).status() != psutil.STATUS_STOPPED
        )

    def end_calls(self) -> None:
        """Returns when no call is left."""
        self.cli("channel request hangup all")
        deadline = time.monotonic() + START_SECONDS
        while "0 active channels" not in (shown := self.cli("core show channels")):
            assert time.monotonic() < deadline, shown
            time.sleep(0.02)

    def tidy(self) -> None:
        """For the next test: no call, no member, nothing in the database."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self.end_calls()
        for line in self.cli(f"queue show {self.plan.queue}").splitlines():
            if "(dynamic)" in line:
                interface = line.split("PJSIP/")[1].split()[0].rstrip(")")
                self.cli(f"queue remove member PJSIP/{interface} from {self.plan.queue}")
        kept = self.cli("database show")
        for family in ("minsheng", "minsheng-nuisance", "minsheng-directory", "ps_auths"):
            if f"/{family}/" in kept:
                self.cli(f"database deltree {family}")
        missing = [
            line
            for line in self.console.read_text("utf-8", "replace").splitlines()
            if "does not exist in any format" in line
        ]
        assert not missing, missing

    def last_words(self) -> str:
        return self.console.read_text("utf-8", "replace")[-9000:]

    @property
    def _config(self) -> Path:
        return self.folder / "etc" / "asterisk.conf"

    def _ask(self, command: str) -> str:
        done = subprocess.run(
            [self.program / "asterisk", "-C", self._config, "-rx", command],
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        return done.stdout + done.stderr

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def _gone(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()
        if self.process is not None:
            self.process.wait(START_SECONDS)
            self.process = None


def write_tone(path: Path, seconds: float = RECORDED_SECONDS, hertz: int = 440) -> None:
    """A sound of 8 kHz, 16 bit, one channel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        turns = (math.sin(2 * math.pi * hertz * n / 8000) for n in range(int(8000 * seconds)))
        sound.writeframes(b"".join(struct.pack("<h", int(8000 * turn)) for turn in turns))


def write_prompts(folder: Path) -> None:
    """A short tone for every prompt; what they say has tests of its own."""
    for key in ("beep", *prompt_texts("", "")):
        write_tone(folder / f"{key}.wav")


@pytest.fixture(scope="session")
def asterisk_server() -> Iterator[Asterisk]:
    """The session's instance; tests ask for `asterisk`, which tidies up behind each."""
    folder = Path(tempfile.mkdtemp(prefix="minsheng-pbx-"))
    server = Asterisk(Path(announced_address("asterisk")), folder, small_plan())
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def asterisk(asterisk_server: Asterisk) -> Iterator[Asterisk]:
    """A running Asterisk without calls, members or entries in its database."""
    yield asterisk_server
    asterisk_server.tidy()


@pytest.fixture
def new_asterisk() -> Iterator[Callable[..., Asterisk]]:
    """Private instances, not yet started: to kill, to freeze, or with another plan.

    Keyword arguments are values of the plan.
    """
    made: list[Asterisk] = []

    def another(**changes: Any) -> Asterisk:
        folder = Path(tempfile.mkdtemp(prefix="minsheng-pbx-"))
        made.append(Asterisk(Path(announced_address("asterisk")), folder, small_plan(**changes)))
        return made[-1]

    yield another
    for server in made:
        server.stop()
        shutil.rmtree(server.folder)
