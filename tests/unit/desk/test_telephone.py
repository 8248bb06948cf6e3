"""Which WebSocket the telephone window may open, beside its own address."""

import pytest

from intake.desk.telephone import line_origin


@pytest.mark.parametrize(
    ("configured", "host", "behind_tls", "origin"),
    [
        ("wss://pbx.example.org:8089/ws", "desk.example.org", True, "wss://pbx.example.org:8089"),
        ("ws://127.0.0.1:8088/ws", "127.0.0.1:8319", False, "ws://127.0.0.1:8088"),
        ("", "desk.example.org", True, "wss://desk.example.org"),
        ("", "127.0.0.1:8319", False, "ws://127.0.0.1:8319 wss://127.0.0.1:8319"),
        ("", "[::1]:8319", True, "wss://[::1]:8319"),
        ("", "a; script-src *", True, ""),
        ("", "a b", False, ""),
    ],
)
def test_one_line_and_no_other(configured: str, host: str, behind_tls: bool, origin: str) -> None:
    assert line_origin(configured, host, behind_tls) == origin
