"""Short messages: what the gateway's answers mean."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from channels.sms.reply import ConsoleCourier, GatewayCourier, sms_courier
from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.settings import Settings

LETTER = Letter(
    message_id=1,
    key="fact:1",
    number="SL2026010100001",
    address="13800000000",
    subject="",
    text="您好，\n编号SL2026010100001",
)


class Gateway(HTTPServer):
    """Answers with ``status`` and remembers what it was asked."""

    status = 200
    wait = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str] = []


class Answering(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))
        self.server.tokens.append(self.headers["Authorization"])
        self.send_response(self.server.status)
        if self.server.wait:
            self.send_header("Retry-After", self.server.wait)
        self.end_headers()
        self.wfile.write(b'{"id": "g-1"}')

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway on loopback."""
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def courier(gateway: Gateway) -> GatewayCourier:
    return GatewayCourier(f"http://127.0.0.1:{gateway.server_port}/", "token", "示范县城管")


def test_a_message_is_handed_over(gateway: Gateway) -> None:
    assert courier(gateway).send(LETTER) == "g-1"
    text = "【示范县城管】您好， 编号SL2026010100001"
    assert gateway.asked == [{"to": "13800000000", "text": text, "key": "fact:1"}]
    assert gateway.tokens == ["Bearer token"]


@pytest.mark.parametrize("status", [429, 500, 503, 401])
def test_a_busy_gateway_is_asked_again(gateway: Gateway, status: int) -> None:
    gateway.status = status
    gateway.wait = "30" if status == 429 else ""
    with pytest.raises(TryLater) as put_off:
        courier(gateway).send(LETTER)
    assert put_off.value.seconds == (30.0 if status == 429 else None)


def test_a_refused_number_is_for_good(gateway: Gateway) -> None:
    gateway.status = 422
    with pytest.raises(Undeliverable):
        courier(gateway).send(LETTER)


def test_a_gateway_that_is_away_is_asked_again(gateway: Gateway) -> None:
    away = GatewayCourier("http://127.0.0.1:9/", "token", "示范县城管")
    with pytest.raises(TryLater):
        away.send(LETTER)


def test_the_settings_choose() -> None:
    assert sms_courier(Settings()) is None
    assert isinstance(sms_courier(Settings(sms_gateway="console")), ConsoleCourier)
    assert ConsoleCourier().send(LETTER) == "fact:1"
    with pytest.raises(ValueError, match="https"):
        Settings(sms_gateway="http://gateway.example")
