"""A Bot API server on loopback: updates, messages, files; and everything that may go wrong.

Telegram's own servers cannot be had in a test. This one keeps their promises as documented: an
update is delivered until a higher offset confirms it, numbers grow, 429 carries retry_after, a
citizen who blocked the bot is told as 403.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "123456:a-token-of-a-test"
_WAIT = 0.02


@dataclass
class BotApi:
    """``faults`` are answered first, one a call: (status, body). ``delay`` comes before all."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    offsets: list[int] = field(default_factory=list)
    delay: float = 0.0
    shuffled: bool = False
    address: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next: int = 1000

    def say(self, chat: int, /, **message: Any) -> dict[str, Any]:
        """A citizen sends a message; returns the update."""
        with self._lock:
            self._next += 1
            told = {
                "message_id": self._next,
                "date": 1_767_225_600,
                "chat": {"id": chat, "type": "private"},
                "from": {"id": chat, "is_bot": False, "first_name": "测试"},
            } | message
            update = {"update_id": self._next, "message": told}
            self.updates.append(update)
        return update

    def press(self, chat: int, data: str) -> dict[str, Any]:
        """A citizen presses a button."""
        with self._lock:
            self._next += 1
            person = {"id": chat, "is_bot": False, "first_name": "测试"}
            message = {
                "message_id": 1,
                "date": 1_767_225_600,
                "chat": {"id": chat, "type": "private"},
            }
            query = {
                "id": str(self._next),
                "from": person,
                "chat_instance": "1",
                "data": data,
                "message": message,
            }
            update = {"update_id": self._next, "callback_query": query}
            self.updates.append(update)
        return update

    def fail(self, status: int, description: str, **parameters: Any) -> None:
        """The next call is answered with this."""
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        if parameters:
            body["parameters"] = parameters
        self.faults.append((status, body))

    def call(self, method: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One method of the Bot API."""
        time.sleep(self.delay)
        with self._lock:
            if self.faults:
                return self.faults.pop(0)
        match method.lower():
            case "getme":
                return _ok({"id": 1, "is_bot": True, "first_name": "民声", "username": "test_bot"})
            case "getupdates":
                return _ok(self._fetch(int(told.get("offset", 0)), float(told.get("timeout", 0))))
            case "sendmessage":
                return self._send(told)
            case "getfile":
                return self._file(str(told["file_id"]))
            case _:
                return 404, {"ok": False, "error_code": 404, "description": "Not Found"}

    def _fetch(self, offset: int, wait: float) -> list[dict[str, Any]]:
        self.offsets.append(offset)
        until = time.monotonic() + min(wait, 0.3)
        while True:
            with self._lock:
                # A higher offset confirms everything below it.
                self.updates = [one for one in self.updates if one["update_id"] >= offset]
                found = list(self.updates)
            if found or time.monotonic() >= until:
                return found[::-1] if self.shuffled else found
            time.sleep(_WAIT)

    def _send(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat = str(told["chat_id"])
        if chat in self.blocked:
            said = "Forbidden: bot was blocked by the user"
            return 403, {"ok": False, "error_code": 403, "description": said}
        with self._lock:
            self.sent.append(told)
            number = len(self.sent)
        message = {
            "message_id": number,
            "date": 1_767_225_600,
            "chat": {"id": int(chat), "type": "private"},
        }
        return _ok(message)

    def _file(self, name: str) -> tuple[int, dict[str, Any]]:
        if name not in self.files:
            said = "Bad Request: file is temporarily unavailable"
            return 400, {"ok": False, "error_code": 400, "description": said}
        found = {"file_id": name, "file_unique_id": name, "file_path": f"photos/{name}.jpg"}
        return _ok(found | {"file_size": len(self.files[name])})

    def said(self, chat: int) -> list[str]:
        """Texts this citizen was sent."""
        return [one["text"] for one in self.sent if str(one["chat_id"]) == str(chat)]


def _ok(result: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"ok": True, "result": result}


@contextmanager
def serving() -> Iterator[BotApi]:
    """A server on a free port until the end of the block."""
    api = BotApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            name, method = urlsplit(self.path).path.strip("/").split("/")
            if name != f"bot{TOKEN}":
                self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
                return
            kind = self.headers.get("Content-Type", "")
            told = json.loads(raw) if "json" in kind else dict(parse_qsl(raw.decode()))
            self._answer(*api.call(method, told))

        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[1].removesuffix(".jpg")
            content = api.files.get(name)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
