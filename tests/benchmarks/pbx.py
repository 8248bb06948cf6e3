"""A real Asterisk under load: callers and sixty members played by SIPp, its log to compare with."""

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from telephony.asterisk.plan import LoadLine
from tests.services.address import announced_address
from tests.services.asterisk import AGENTS, Asterisk, another_port, small_plan
from tests.services.sipp import Sipp, Telephones

MEMBERS = 60


@dataclass(slots=True)
class LoadedPbx:
    """One instance with a queue of MEMBERS lines that answer at once."""

    asterisk: Asterisk
    telephones: Telephones
    line: str

    def calls(self, rate: int, seconds: int, stay_ms: int = 1_000) -> Sipp:
        """Start the callers; they hang up by themselves. SIPp's patience is a minute a run."""
        self._answer()
        return self.telephones.call("13800000000", stay_ms=stay_ms, calls=rate * seconds, rate=rate)

    def _answer(self) -> None:
        """All members' telephones in one process, a fresh one for each run."""
        self.telephones.end()
        self.telephones._start(
            "answerer",
            AGENTS,
            int(self.line.partition(":")[2]),
            ring_ms=10,
            digits="",
            digit_ms=300,
            stay_ms=60_000,
            voice=False,
            calls=1_000_000,
        )
        time.sleep(0.5)

    def log(self, name: str) -> str:
        return (self.asterisk.folder / "log" / name).read_text("utf-8", "replace")

    def logged(self) -> dict[str, str]:
        """What the PBX's queue log says of each caller: the last word about it."""
        words: dict[str, str] = {}
        rank = {"ENTERQUEUE": 0, "ABANDON": 1, "EXITWITHTIMEOUT": 1, "CONNECT": 2}
        for line in self.log("queue_log").splitlines():
            _, linkedid, _, _, word, *_ = [*line.split("|"), "", "", "", "", ""]
            if word in rank and rank[word] >= rank.get(words.get(linkedid, ""), -1):
                words[linkedid] = word
        return words


@contextmanager
def loaded_pbx(*, desk: bool = False) -> Iterator[LoadedPbx]:
    """Started, with its members in the queue; gone at the end.

    The members are one line that takes any number of calls, or with ``desk`` extensions that take
    one each, as operators do.
    """
    with tempfile.TemporaryDirectory(prefix="minsheng-load-") as name:
        folder = Path(name)
        line = f"{AGENTS}:{another_port()}"
        extensions = tuple(str(8001 + number) for number in range(MEMBERS))
        members = (
            {
                "extensions": extensions,
                "contacts": {one: f"sip:agent-{one}@{line}" for one in extensions},
            }
            if desk
            else {"load": LoadLine(members=MEMBERS, address=line)}
        )
        plan = small_plan(
            greeting=False,
            recording=False,
            max_waiting=2_000,
            strategy="rrmemory",
            rtp_ports=(21000, 24999),
            **members,
        )
        (folder / "pbx").mkdir()
        asterisk = Asterisk(Path(announced_address("asterisk")), folder / "pbx", plan)
        telephones = Telephones(asterisk, folder)
        try:
            asterisk.start()
            for one in extensions if desk else ():
                asterisk.cli(f"queue add member PJSIP/agent-{one} to hotline")
            yield LoadedPbx(asterisk, telephones, line)
        finally:
            telephones.end()
            asterisk.stop()


class Tap:
    """Everything the bridge's own AMI user is told, byte for byte."""

    def __init__(self, asterisk: Asterisk) -> None:
        self._socket = socket.create_connection(("127.0.0.1", asterisk.plan.ami_port))
        login = f"Action: Login\r\nUsername: {asterisk.plan.ami_user}\r\n"
        login += f"Secret: {asterisk.keys.ami}\r\n\r\n"
        self._socket.sendall(login.encode())

    def until_quiet(self, seconds: float) -> bytes:
        """What comes until nothing came for ``seconds``."""
        self._socket.settimeout(seconds)
        pieces = []
        try:
            while piece := self._socket.recv(262_144):
                pieces.append(piece)
        except TimeoutError:
            pass
        self._socket.close()
        return b"".join(pieces)
