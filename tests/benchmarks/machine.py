"""What the figures were measured on."""

import os
import platform
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, text


def described(postgres: str = "") -> str:
    """Cores, processor, Python and databases in one line."""
    parts = [
        f"{os.cpu_count()} cores {_processor()}",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    ]
    if postgres:
        parts.append(f"PostgreSQL {_postgres_version(postgres)}")
    load = os.getloadavg()[0]
    return " · ".join([*parts, f"load {load:.1f} at the start"])


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _postgres_version(url: str) -> str:
    engine = create_engine(url)
    try:
        with engine.connect() as conn:
            return str(conn.execute(text("SHOW server_version")).scalar()).split()[0]
    finally:
        engine.dispose()


_TICK = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int, *, ended_children: bool = False) -> float:
    """User and system time a process has used so far, all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11 : 15 if ended_children else 13]) * _TICK


def family_cpu_seconds(parent: int) -> float:
    """The same for a process, its living children, and those that have ended."""
    told = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
    total = cpu_seconds(parent, ended_children=True)
    for child in told.split():
        try:
            total += cpu_seconds(int(child))
        except FileNotFoundError:
            continue
    return total


def resident_megabytes(pid: int) -> float:
    """Memory of a process that is really there."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii", errors="replace").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
