"""The PBX's own event log (CEL) read as the events AMI would have sent.

Each line of cel-custom/Master.csv is one moment of one channel with its linked id. Told
in the words of AMI they go through the same reducer as the live ones, so that a call filled in
later is judged by the same rules.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from telephony.channels import is_outside
from telephony.framing import Headers

LOG = Path("cel-custom") / "Master.csv"
_FIRST_BYTES = 4_000_000
_COLUMNS = 11
_ROTATED = re.compile(r"Master\.csv[-.][0-9]+")


class NoLog(Exception):
    """The log cannot be read; the message says what to look at."""


def read_log(folder: Path, since: float, until: float) -> dict[str, list[Headers]]:
    """Events of every call with a moment in [since, until], by linked id; raises NoLog.

    Calls are whole as far as the log goes: it is read back an hour further than asked, and on into
    the files that were rotated away meanwhile.
    """
    path = folder / LOG
    calls: dict[str, list[Headers]] = {}
    touched: set[str] = set()
    try:
        for line in _lines([path, *_rotated(path)], since - 3_600.0):
            events = list(events_of(line))
            if not events:
                continue
            linkedid = line[3]
            calls.setdefault(linkedid, []).extend(events)
            if since <= float(line[1]) <= until:
                touched.add(linkedid)
    except OSError as error:
        raise NoLog(f"{path}: {error.strerror}; set MINSHENG_PBX_LOGS to the PBX's logs") from error
    return {linkedid: events for linkedid, events in calls.items() if linkedid in touched}


def events_of(line: list[str]) -> Iterator[Headers]:
    """One line of the log as AMI events; none for what tells nothing about a call."""
    kind, at, uniqueid, linkedid, caller, _exten, context, channel = line[:8]
    told = {"Timestamp": at, "Uniqueid": uniqueid, "Linkedid": linkedid, "Channel": channel}
    if kind == "CHAN_START":
        yield told | {"Event": "Newchannel", "CallerIDNum": caller, "Context": context}
    elif kind == "BRIDGE_ENTER":
        yield told | {"Event": "BridgeEnter"}
    elif kind == "ANSWER" and is_outside(channel):
        yield _dial_end(told, "ANSWER")
    elif kind == "HANGUP":
        if is_outside(channel):
            yield _dial_end(told, "")
        cause = _extra(line).get("hangupcause", "")
        yield told | {"Event": "Hangup", "Cause": str(cause)}
    elif kind == "MINSHENG":
        yield from _steps(told, str(_extra(line).get("extra", "")))
    elif kind in {"BLINDTRANSFER", "ATTENDEDTRANSFER"}:
        yield told | {"Event": "BlindTransfer"}


def _steps(told: Headers, words: str) -> Iterator[Headers]:
    step, *values = words.split(" ")
    named = dict(value.partition("=")[::2] for value in values)
    yield told | {
        "Event": "UserEvent",
        "UserEvent": "Minsheng",
        "Step": step,
        "Key": named.get("key", ""),
        "File": named.get("file", ""),
        "Reason": named.get("reason", ""),
    }
    if step == "agent_answered":
        yield told | {"Event": "AgentConnect", "DestChannel": told["Channel"]}


def _dial_end(told: Headers, status: str) -> Headers:
    return told | {
        "Event": "DialEnd",
        "DestUniqueid": told["Uniqueid"],
        "DestChannel": told["Channel"],
        "DialStatus": status,
    }


def _extra(line: list[str]) -> dict[str, object]:
    try:
        extra = json.loads(line[10] or "{}")
    except ValueError:
        return {}
    return extra if isinstance(extra, dict) else {}


def _rotated(path: Path) -> list[Path]:
    """Earlier files of the log, newest first; what was packed is not read."""
    names = (one for one in path.parent.glob(f"{path.name}?*") if _ROTATED.fullmatch(one.name))
    return sorted(names, key=lambda one: one.stat().st_mtime, reverse=True)


def _lines(files: Iterable[Path], since: float) -> Iterator[list[str]]:
    """Whole lines from ``since`` on; as many files, newest first, are read as are needed."""
    parts: list[list[list[str]]] = []
    for path in files:
        rows = _end_of(path, since)
        parts.append([row for row in rows if float(row[1]) >= since])
        if rows and float(rows[0][1]) < since:
            break
    for part in reversed(parts):
        yield from part


def _end_of(path: Path, since: float) -> list[list[str]]:
    """Whole lines of the file's end, from somewhere before ``since`` if it goes back that far."""
    size = path.stat().st_size
    length = _FIRST_BYTES
    while True:
        begin = max(0, size - length)
        with path.open("rb") as file:
            file.seek(begin)
            data = file.read(size - begin)
        if begin:
            data = data.partition(b"\n")[2]
        rows = list(_rows(data.decode("utf-8", "replace").splitlines()))
        if begin == 0 or (rows and float(rows[0][1]) < since):
            return rows
        length *= 4


def _rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """What is torn, as the last line of a PBX that was killed, is passed over."""
    for row in csv.reader(lines):
        if len(row) == _COLUMNS and row[1].replace(".", "", 1).isdigit():
            yield row
