"""People with telephones, played by SIPp: citizens who call, and those who are called.

Each lives in one SIPp process with one loopback address and port of its own. `hang_up` ends a
caller's call at once; `result` waits until SIPp has ended.
"""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from jinja2 import Environment, FileSystemLoader, select_autoescape

from tests.services.asterisk import AGENTS, CITIZENS, TRUNK, Asterisk, another_port

SCENARIOS = Path(__file__).parent / "sipp"
SPOKEN_SECONDS = 2
STRANGER = "127.0.0.9"
MANY = 20  # calls of one process; beyond, keeping every message would be the larger load
HANG_UP = (
    "MESSAGE sip:test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1\r\nFrom: <sip:test>;tag=1\r\n"
    "To: <sip:test>\r\nCall-ID: {call}\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
)


class Sipp:
    """One SIPp process at work on one scenario."""

    def __init__(self, folder: Path, scenario: str, address: str, port: int, **values: Any) -> None:
        self.folder, self.scenario, self.address, self.port = folder, scenario, address, port
        self.remote = values.pop("remote", "")
        self.service = values.pop("service", "s")
        self.calls = values.pop("calls", 1)
        self.rate = values.pop("rate", 10)
        if values.get("voice"):
            values["voice"] = write_voice(folder / "voice.alaw")
        texts = Environment(
            loader=FileSystemLoader(SCENARIOS), trim_blocks=True, autoescape=select_autoescape(())
        )
        file = folder / f"{scenario}-{port}.xml"
        file.write_text(texts.get_template(f"{scenario}.xml").render(values), "utf-8")
        self.output = folder / f"{scenario}-{port}.log"
        command = ["sipp", "-sf", file, "-i", address, "-mi", address, "-p", str(port)]
        command += ["-mp", str(30000 + port % 1000 * 20), "-cp", str(another_port())]
        command += ["-m", str(self.calls), "-r", str(self.rate), "-s", self.service, "-nostdin"]
        command += ["-cid_str", f"%u-{port}", "-default_behaviors", "all,-abortunexp"]
        command += ["-trace_err", "-error_file", folder / f"{scenario}-{port}.err"]
        self.messages = folder / f"{scenario}-{port}.txt"
        if self.calls < MANY:
            command += ["-trace_msg", "-message_file", self.messages]
        command += ["-timeout", "60s", "-timeout_error"]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, *([self.remote] if self.remote else [])],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "TERM": "dumb"},
                start_new_session=True,
            )

        if not self.remote:
            self._wait_until_listening()

    def _wait_until_listening(self) -> None:
        """Whoever is called before the socket is open is called again later: in the next test."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            sockets = psutil.Process(self.process.pid).net_connections("udp4")
            if (self.address, self.port) in {tuple(one.laddr) for one in sockets}:
                return
            time.sleep(0.02)
        raise AssertionError(f"SIPp does not listen on {self.address}:{self.port}: {self.words()}")

    def hang_up(self) -> None:
        """The caller hangs up now: a word from outside, understood once the call is up."""
        deadline = time.monotonic() + 5
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
            while self.process.poll() is None and time.monotonic() < deadline:
                for number in range(1, self.calls + 1):
                    word = HANG_UP.format(call=f"{number}-{self.port}").encode()
                    outside.sendto(word, (self.address, self.port))
                time.sleep(0.1)

    def vanish(self) -> None:
        """As a telephone whose battery is empty: not a word more."""
        self.process.kill()
        self.process.wait(30)

    def put_down(self) -> None:
        """At the end of a test: a call just ended may still have a word to say."""
        try:
            self.process.wait(1 if self.was_used() else 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(30)

    def was_used(self) -> bool:
        """Whether anything was received so far (or the call was placed)."""
        return bool(self.remote) or self.calls >= MANY or self.received() != ""

    def received(self) -> str:
        """Every SIP message so far, both ways."""
        return self.messages.read_text("utf-8", "replace") if self.messages.exists() else ""

    def result(self, timeout: float = 40) -> int:
        """SIPp's exit code: 0 when every call went as the scenario says."""
        return self.process.wait(timeout)

    def went_well(self, timeout: float = 40) -> None:
        assert self.result(timeout) == 0, self.words()

    def words(self) -> str:
        error = self.folder / f"{self.scenario}-{self.port}.err"
        told = error.read_text("utf-8", "replace") if error.exists() else ""
        return told + self.output.read_text("utf-8", "replace")[-3000:]


class Telephones:
    """Everybody who can be on the line with one Asterisk."""

    def __init__(self, asterisk: Asterisk, folder: Path) -> None:
        self.asterisk, self.folder = asterisk, folder
        self.all: list[Sipp] = []

    def call(
        self,
        number: str = "13800000000",
        *,
        name: str = "",
        dialled: str = "",
        stay_ms: int = 30_000,
        voice: bool = False,
        withheld: bool = False,
        calls: int = 1,
        rate: int = 10,
    ) -> Sipp:
        """A citizen calls the hotline (or `dialled`), and hangs up after `stay_ms`."""
        plan = self.asterisk.plan
        return self._start(
            "caller",
            TRUNK,
            another_port(),
            remote=f"127.0.0.1:{plan.sip_port}",
            service=dialled or plan.hotline,
            number=number,
            name=f'"{name}" ' if name else "",
            stay_ms=stay_ms,
            voice=voice,
            withheld=withheld,
            calls=calls,
            rate=rate,
        )

    def strange_call(self) -> Sipp:
        """Somebody who is not the carrier tries the hotline's number."""
        return self._start(
            "caller",
            STRANGER,
            another_port(),
            remote=f"127.0.0.1:{self.asterisk.plan.sip_port}",
            service=self.asterisk.plan.hotline,
            number="13800000000",
            name="",
            stay_ms=1_000,
        )

    def dial(self, extension: str, number: str, *, stay_ms: int = 5_000) -> Sipp:
        """An operator dials on the telephone on the desk."""
        return self._start(
            "caller",
            AGENTS,
            another_port(),
            remote=f"127.0.0.1:{self.asterisk.plan.sip_port}",
            service=number,
            number=f"agent-{extension}",
            name="",
            stay_ms=stay_ms,
        )

    def agent(self, extension: str = "8001", **ways: Any) -> Sipp:
        """The telephone on an operator's desk answers, as `answer` says."""
        address, _, port = self.asterisk.plan.contacts[extension].partition("@")[2].partition(":")
        assert address == AGENTS
        return self._answer(AGENTS, int(port), **ways)

    def citizen(self, **ways: Any) -> Sipp:
        """Whoever is called through the trunk answers, as `answer` says.

        `ring_ms` until the answer, `digits` pressed every `digit_ms`, `stay_ms` until hanging up;
        or `response`, a SIP refusal such as "486 Busy Here"; or `silent`: it rings and rings.
        """
        return self._answer(
            CITIZENS, int(self.asterisk.plan.trunk_address.partition(":")[2]), **ways
        )

    def _answer(
        self,
        address: str,
        port: int,
        *,
        response: str = "",
        silent: bool = False,
        ring_ms: int = 100,
        digits: str = "",
        digit_ms: int = 600,
        stay_ms: int = 30_000,
        voice: bool = False,
        calls: int = 1,
    ) -> Sipp:
        if response:
            return self._start("refuser", address, port, response=response, calls=calls)
        if silent:
            return self._start("ringer", address, port, stay_ms=stay_ms, calls=calls)
        return self._start(
            "answerer",
            address,
            port,
            ring_ms=ring_ms,
            digits=digits,
            digit_ms=digit_ms,
            stay_ms=stay_ms,
            voice=voice,
            calls=calls,
        )

    def _start(self, scenario: str, address: str, port: int, **values: Any) -> Sipp:
        self.all.append(Sipp(self.folder, scenario, address, port, **values))
        return self.all[-1]

    def hung_up_by_hand(self) -> None:
        """Everybody puts the receiver down: the line is dead, nobody is told."""
        for telephone in self.all:
            telephone.vanish()

    def end(self) -> None:
        """Calls first: a farewell to a telephone that is gone would reach its next owner."""
        if self.asterisk.answers():
            self.asterisk.end_calls()
        for telephone in self.all:
            telephone.put_down()


def write_voice(path: Path) -> Path:
    """Two seconds of a tone in A-law, which SIPp repeats: 440 Hz, a whole number of turns."""
    if not path.exists():
        square = bytes(0xB5 if n * 440 // 4000 % 2 else 0x35 for n in range(8000 * SPOKEN_SECONDS))
        path.write_bytes(square)
    return path


@pytest.fixture
def telephones_for(tmp_path: Path) -> Iterator[Callable[[Asterisk], Telephones]]:
    """Telephones of a private Asterisk; all of them are gone at the end of the test."""
    made: list[Telephones] = []

    def connect(server: Asterisk) -> Telephones:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        made.append(Telephones(server, folder))
        return made[-1]

    yield connect
    for telephones in made:
        telephones.end()


@pytest.fixture
def telephones(asterisk: Asterisk, telephones_for: Callable[[Asterisk], Telephones]) -> Telephones:
    """Telephones of the session's Asterisk."""
    return telephones_for(asterisk)
