"""Mail: CPU of the door for each mail it takes, memory under large ones, reading, arrival.

Door, worker and client are processes apart. CPU is what the kernel counted for the process.
"""

import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, Select, create_engine, select

from channels.email.read import read
from intake.store.migrate import upgrade
from intake.store.tables import ticket
from tests.benchmarks.figures import Figures, console, middle
from tests.benchmarks.machine import cpu_seconds, described
from tests.mail.client import Client
from tests.mail.mailers import qq
from tests.mail.office import CITIZEN, HOTLINE
from tests.mail.writing import plain_mail
from tests.services.network import unused_port

RUNS = 5
MAILS = 1_000
CONNECTIONS = 16
LARGE = 25_000_000
AT_ONCE = 20
_numbers = itertools.count()


def run() -> None:
    """Measure on SQLite."""
    figures = Figures("Mail")
    _reading(figures)
    with TemporaryDirectory(prefix="minsheng-benchmark-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'store.db'}"
        upgrade(url)
        with _part(folder, url, "door") as (port, pid):
            _taking(figures, port, pid)
            _large_ones(figures, port, pid)
    with TemporaryDirectory(prefix="minsheng-benchmark-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'store.db'}"
        upgrade(url)
        with _part(folder, url, "jobs"), _part(folder, url, "door") as (port, _):
            _arriving(figures, url, port)
    figures.show(described(""))


def _reading(figures: Figures) -> None:
    raw = qq("中山路的路灯坏了，已经三天没有人修理。\n" * 445, "请问在哪个路口？")
    read(raw)
    times = []
    for _ in range(50):
        began = time.process_time()
        read(raw)
        times.append((time.process_time() - began) * 1e3)
    figures.add(f"reading a mail of {len(raw) // 1000} kB: CPU", middle(times), "ms", 5)


def _taking(figures: Figures, port: int, pid: int) -> None:
    asyncio.run(_burst(port, _mails(200)))
    cpu, rate = [], []
    for done in range(1, RUNS + 1):
        mails = _mails(MAILS)
        before, began = cpu_seconds(pid), time.monotonic()
        asyncio.run(_burst(port, mails))
        rate.append(MAILS / (time.monotonic() - began))
        cpu.append((cpu_seconds(pid) - before) / MAILS * 1e3)
        console.print(f"mails of 5 kB: run {done} of {RUNS}, {cpu[-1]:.2f} ms CPU")
    note = f"{1e3 / middle(cpu):.0f} a second on one core; best {min(cpu):.2f} ms"
    figures.add(
        "taking a mail of 5 kB durably: CPU of the door", middle(cpu), "ms", 1e3 / 300, note
    )
    figures.add(f"mails a second, {CONNECTIONS} senders", middle(rate), "")


def _mails(count: int) -> list[bytes]:
    text = "路灯不亮，请尽快派人修理。" * 125
    return [plain_mail(f"第{next(_numbers)}封\n{text}") for _ in range(count)]


async def _burst(port: int, mails: list[bytes]) -> None:
    """All mails over a few connections, commands pipelined as mail servers do."""
    rest = iter(mails)
    begin = f"MAIL FROM:<{CITIZEN}>\r\nRCPT TO:<{HOTLINE}>\r\nDATA\r\n".encode()

    async def sender() -> None:
        client = await Client.connect(port)
        await client.command("EHLO benchmark.example")
        for number, raw in enumerate(rest):
            if number and number % 400 == 0:
                await client.close()
                client = await Client.connect(port)
                await client.command("EHLO benchmark.example")
            await client.raw(begin)
            for _ in range(3):
                await client.answer()
            await client.raw(raw + b".\r\n")
            if not (await client.answer()).startswith("250"):
                raise RuntimeError(client.said)
        await client.close()

    await asyncio.gather(*(sender() for _ in range(CONNECTIONS)))


def _large_ones(figures: Figures, port: int, pid: int) -> None:
    before = _peak_megabytes(pid)

    async def sender(number: int) -> None:
        client = await Client.connect(port)
        line = b"QUJD" * 18 + b"\r\n"
        await client.begin()
        await client.raw(plain_mail(f"大邮件{number}"))
        for _ in range(LARGE // (len(line) * 1_000)):
            await client.raw(line * 1_000)
        await client.raw(b".\r\n")
        if not (await client.answer()).startswith("250"):
            raise RuntimeError(client.said)
        await client.close()

    async def all_at_once() -> None:
        await asyncio.gather(*(sender(number) for number in range(AT_ONCE)))

    began = time.monotonic()
    asyncio.run(all_at_once())
    grown = _peak_megabytes(pid) - before
    note = f"in {time.monotonic() - began:.0f} s; peak {_peak_megabytes(pid):.0f} MB"
    figures.add(f"{AT_ONCE} mails of 25 MB at once: memory grown by", grown, "MB", 200, note)


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _arriving(figures: Figures, url: str, port: int) -> None:
    """From 250 to the committed ticket, which open desks are told of by the event stream."""
    engine = create_engine(url)
    waits = []

    for number in range(20):
        asyncio.run(_send(port, plain_mail(f"到达{number}号。")))
        taken = time.monotonic()
        query = select(ticket.c.id).where(ticket.c.text.contains(f"到达{number}号。"))
        while not _found(engine, query) and time.monotonic() < taken + 30:
            time.sleep(0.01)
        waits.append(time.monotonic() - taken)
    engine.dispose()
    note = f"median {middle(waits[1:]):.2f} s, after the worker's first"
    figures.add("from 250 to the ticket on open desks: worst", max(waits[1:]), "s", 2, note)


def _found(engine: Engine, query: Select[tuple[int]]) -> bool:
    with engine.connect() as conn:
        return conn.execute(query).first() is not None


async def _send(port: int, raw: bytes) -> None:
    client = await Client.connect(port)
    await client.send(raw)
    await client.close()


@contextmanager
def _part(folder: Path, url: str, part: str) -> Iterator[tuple[int, int]]:
    port = unused_port()
    command = [sys.executable, "-m", "tests.benchmarks.mail_server", str(folder), str(port), url]
    process = subprocess.Popen(
        [*command, part], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        if part == "door":
            asyncio.run(_answers(port))
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


async def _answers(port: int) -> None:
    for _ in range(300):
        try:
            await (await Client.connect(port)).close()
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError("the mail door does not open")
