"""One test call to the hotline, played by SIPp, told from the PBX's own event log.

The caller is 127.0.0.2, which the PBX takes for the carrier; with ``--answer`` the telephone of an
extension on 127.0.0.3 registers, waits in the queue and answers as an operator would.
"""

import csv
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, select_autoescape

from intake.settings import SettingsError, load_settings
from telephony.asterisk.keys import load_keys
from telephony.asterisk.plan import Plan, PlanError
from telephony.asterisk.settings import load_asterisk_settings, plan_of

PROJECT = Path(__file__).resolve().parents[2]
SCENARIOS = PROJECT / "tests" / "services" / "sipp"
SAID = {
    "greeted": "heard greeting and recording notice",
    "nuisance": "is on the list of nuisance numbers and heard the notice",
    "queued": "waits in the queue",
    "agent_answered": "is talking with an operator",
    "queue_done": "left the queue unanswered",
    "overflow": "was told that all operators are busy",
    "no_agent": "was told that no operator is there",
    "after_hours": "was told that it is after hours",
    "voicemail": "left a message",
    "hangup": "the call has ended",
}


def free_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


@contextmanager
def sipp(
    folder: Path, scenario: str, address: str, port: int, plan: Plan, **values: Any
) -> Iterator[Any]:
    """SIPp at work on one of our scenarios, gone at the end."""
    texts = Environment(
        loader=FileSystemLoader(SCENARIOS), trim_blocks=True, autoescape=select_autoescape(())
    )
    file = folder / f"{scenario}.xml"
    file.write_text(texts.get_template(file.name).render(values), "utf-8")
    command = ["sipp", "-sf", str(file), "-i", address, "-mi", address, "-p", str(port)]
    command += ["-m", str(values.get("calls", 1))]
    command += ["-mp", str(free_port(address)), "-cp", str(free_port("127.0.0.1")), "-nostdin"]
    command += ["-s", values.get("service", plan.hotline)]
    if "ring_ms" not in values:
        command.append(f"{plan.sip_host}:{plan.sip_port}")
    with (folder / f"{scenario}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class EventLog:
    """The lines of the PBX's event log that were added since this was made, by our own steps."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log" / "cel-custom" / "Master.csv"
        self.start = self.path.stat().st_size if self.path.exists() else 0

    def steps(self, number: str) -> list[tuple[float, str]]:
        """Moment and step of the call from this number."""
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            file.seek(self.start)
            rows = [row for row in csv.reader(file) if len(row) > 9]
        ours = {row[3] for row in rows if row[0] == "CHAN_START" and row[4] == number}
        return [
            (float(row[1]), row[9].removeprefix("MINSHENG,"))
            for row in rows
            if row[0] == "MINSHENG" and row[3] in ours
        ]


def pbx(program: Path, folder: Path, command: str) -> str:
    """What the PBX's console answers."""
    asked = [program / "asterisk", "-C", folder / "etc" / "asterisk.conf", "-rx", command]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


@contextmanager
def operator(program: Path, folder: Path, work: Path, plan: Plan, extension: str) -> Iterator[None]:
    """An operator's telephone: registered, in the queue, answering."""
    if extension not in plan.extensions:
        raise click.ClickException(f"{extension} is no extension of this PBX: {plan.extensions}.")
    port = free_port("127.0.0.3")
    secret = load_keys(folder, plan.extensions).phones[extension]
    user = f"agent-{extension}"
    with sipp(
        work, "registrar", "127.0.0.3", port, plan, user=user, secret=secret, service=user
    ) as registering:
        if registering.wait(10) != 0:
            raise click.ClickException(f"{user} could not register; is the PBX running?")
    with sipp(
        work,
        "answerer",
        "127.0.0.3",
        port,
        plan,
        calls=1000,  # being asked whether it is there counts as one
        ring_ms=1000,
        digits="",
        stay_ms=600_000,
        voice="",
    ):
        pbx(program, folder, f"queue add member PJSIP/{user} to {plan.queue}")
        try:
            yield
        finally:
            pbx(program, folder, f"queue remove member PJSIP/{user} from {plan.queue}")


def follow(log: EventLog, number: str, until: float, process: Any) -> int:
    """Tell each step as it comes; returns how many were told."""
    told = 0
    while time.monotonic() < until:
        steps = log.steps(number)
        for moment, step in steps[told:]:
            name, _, more = step.partition(" ")
            shown = time.strftime("%H:%M:%S", time.localtime(moment))
            click.echo(f"{shown}  {SAID.get(name, name)}{f'  ({more})' if more else ''}")
        told = len(steps)
        if any(step.startswith("hangup") for _, step in steps):
            return told
        if process.poll() is not None and process.returncode != 0 and not steps:
            return 0
        time.sleep(0.1)
    return told


@click.command()
@click.option("--number", default="13800000000", help="the caller's number")
@click.option("--seconds", default=30, help="how long the caller stays on the line")
@click.option("--answer", default="", help="an extension whose telephone shall answer")
def call(number: str, seconds: int, answer: str) -> None:
    """Call the hotline as a citizen and tell what happened."""
    settings = load_settings()
    plan = plan_of(settings, load_asterisk_settings())
    folder = settings.data / "asterisk"
    program = Path(os.environ.get("MINSHENG_ASTERISK_PROGRAM", PROJECT / "build" / "asterisk"))
    if "fully booted" not in pbx(program, folder, "core waitfullybooted"):
        raise click.ClickException(
            f"No PBX of {folder} is running: start deploy/run --with-asterisk first."
        )
    log = EventLog(folder)
    with ExitStack() as stack:
        work = Path(stack.enter_context(TemporaryDirectory(prefix="minsheng-call-")))
        if answer:
            stack.enter_context(operator(program, folder, work, plan, answer))
        click.echo(f"{number} calls {plan.hotline}")
        calling = stack.enter_context(
            sipp(
                work,
                "caller",
                "127.0.0.2",
                free_port("127.0.0.2"),
                plan,
                number=number,
                name="",
                stay_ms=seconds * 1000,
                voice="",
                withheld=False,
            )
        )
        told = follow(log, number, time.monotonic() + seconds + 10, calling)
    if not told:
        raise click.ClickException(
            f"The PBX did not take the call; see {folder / 'log' / 'console.log'}."
        )


if __name__ == "__main__":
    try:
        call()
    except (SettingsError, PlanError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
