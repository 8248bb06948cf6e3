"""The PBX's own log: read back as far as needed, across the night it was rotated."""

import csv
import os
from pathlib import Path

import pytest

from telephony.event_log import LOG, NoLog, read_log

NIGHT = 1_795_000_000.0


def line(at: float, linkedid: str, kind: str = "CHAN_START") -> list[str]:
    return [
        kind,
        f"{at:.6f}",
        linkedid,
        linkedid,
        "13800000000",
        "s",
        "",
        "PJSIP/trunk-1",
        "",
        "",
        "{}",
    ]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / LOG).parent.mkdir()
    return tmp_path / LOG


def write(path: Path, lines: list[list[str]], age: float) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    os.utime(path, (NIGHT - age, NIGHT - age))


def test_a_call_on_both_sides_of_the_rotation_is_whole(log: Path) -> None:
    write(log.with_name("Master.csv-20261121"), [line(NIGHT - 60, "a"), line(NIGHT - 5, "b")], 5)
    write(log.with_name("Master.csv-20261114"), [line(NIGHT - 900_000, "old")], 900_000)
    write(log, [line(NIGHT + 5, "b", "HANGUP"), line(NIGHT + 9, "c")], -9)
    found = read_log(log.parents[1], NIGHT - 30, NIGHT + 30)
    assert {key: len(events) for key, events in found.items()} == {"b": 3, "c": 1}


def test_a_log_just_rotated_away_is_read(log: Path) -> None:
    write(log.with_name("Master.csv.1"), [line(NIGHT - 5, "b")], 5)
    log.touch()
    assert set(read_log(log.parents[1], NIGHT - 30, NIGHT)) == {"b"}


def test_what_is_no_log_of_calls_is_left_alone(log: Path) -> None:
    write(log, [line(NIGHT, "a")], 0)
    for name in ("Master.csv-20261121.gz", "Master.csv.swp"):
        log.with_name(name).write_bytes(b"\x1f\x8b")
    assert set(read_log(log.parents[1], NIGHT - 30, NIGHT)) == {"a"}


def test_no_log_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoLog, match="MINSHENG_PBX_LOGS"):
        read_log(tmp_path, NIGHT, NIGHT)
