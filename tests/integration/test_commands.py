"""The `minsheng` command as an administrator meets it: real processes, a real store."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared data folder; what `prepare` printed lies in it as prepared.txt."""
    folder = tmp_path_factory.mktemp("installation") / "var"
    done = minsheng(folder, "prepare")
    assert done.returncode == 0, done.stderr
    (folder / "prepared.txt").write_text(done.stdout, "utf-8")
    return folder


def minsheng(data: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its own data folder."""
    return subprocess.run(
        [sys.executable, "-m", "intake.cli", *words],
        env={**os.environ, "MINSHENG_DATA": str(data), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_prepare_prints_accounts_once_and_is_harmless_again(installation: Path) -> None:
    first = (installation / "prepared.txt").read_text("utf-8")
    for username in ("op1", "op2", "op3", "op4", "zhiban", "paiqian", "admin"):
        assert username in first
    assert "示例数据" in first

    again = minsheng(installation, "prepare")

    assert again.returncode == 0
    assert "op1" not in again.stdout + again.stderr


def test_keys_are_private_and_never_made_anew_for_a_filled_store(installation: Path) -> None:
    keys = installation / "keys"
    assert keys.stat().st_mode & 0o077 == 0
    aside = installation / "aside"
    keys.rename(aside)
    try:
        refused = minsheng(installation, "prepare")
    finally:
        aside.rename(keys)

    assert refused.returncode == 2
    assert "master.keys" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_taken_port_is_named_with_a_way_out(installation: Path, taken_port: int) -> None:
    for part in ("web", "run"):
        refused = minsheng(installation, part, MINSHENG_PORT=str(taken_port))
        assert refused.returncode == 2, part
        assert str(taken_port) in refused.stderr
        assert "--port" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MINSHENG_PORT", "seventy"),
        ("MINSHENG_FILING_AUTHORITY", "everybody"),
        ("MINSHENG_DATABASE_URL", "mysql://root@localhost/x"),
        ("MINSHENG_LOG_DAYS", "30"),
    ],
)
def test_a_bad_setting_is_named_and_nothing_starts(
    installation: Path, name: str, value: str
) -> None:
    refused = minsheng(installation, "web", **{name: value})

    assert refused.returncode == 2
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_empty_store_says_what_to_run(tmp_path: Path) -> None:
    refused = minsheng(tmp_path / "nothing", "web")

    assert refused.returncode == 2
    assert "minsheng prepare" in refused.stderr


def test_accounts_and_tokens(installation: Path) -> None:
    made = minsheng(installation, "user", "add", "op9", "测试员", "--role", "OPERATOR")
    assert made.returncode == 0, made.stderr
    assert made.stdout.split()[0] == "op9"

    twice = minsheng(installation, "user", "add", "op9", "测试员", "--role", "OPERATOR")
    assert twice.returncode == 1
    assert "op9" not in twice.stdout

    token = minsheng(installation, "token", "create", "--role", "SUBSYSTEM", "--name", "dispatch")
    assert token.stdout.startswith("mst_")
    assert "dispatch" in minsheng(installation, "token", "list").stdout
    assert minsheng(installation, "token", "revoke", "1").returncode == 0
    assert "revoked" in minsheng(installation, "token", "list").stdout
    assert minsheng(installation, "user", "disable", "op9").returncode == 0
    assert "disabled" in minsheng(installation, "user", "list").stdout


def test_history_and_balance_are_sound_after_all_that(installation: Path) -> None:
    assert minsheng(installation, "audit", "verify").returncode == 0
    assert minsheng(installation, "contacts", "balance").returncode == 0


def test_a_receipt_is_verified_and_a_changed_one_is_not(installation: Path, tmp_path: Path) -> None:
    from intake.security import keyring
    from intake.security.receipts import sign_receipt

    keys = keyring.load(installation / "keys")
    text = sign_receipt({"number": "SL2026112200001"}, *keys.receipt_key)
    good = tmp_path / "receipt.json"
    good.write_text(text, "utf-8")
    changed = tmp_path / "changed.json"
    changed.write_text(text.replace("SL2026112200001", "SL2026112200002"), "utf-8")

    assert json.loads(text)
    assert minsheng(installation, "receipt", "verify", str(good)).returncode == 0
    assert minsheng(installation, "receipt", "verify", str(changed)).returncode == 1
