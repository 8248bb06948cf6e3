"""WeChat's platform on loopback: access tokens that run out, messages, files, and its faults."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

APPID = "wx0123456789abcdef"
SECRET = "a-secret-of-a-test"


@dataclass
class Platform:
    """``faults`` are answered first, one a call. ``tokens`` counts how many were given."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    broken: bool = False
    address: str = ""

    def answer(self, path: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        """One call; bytes are a file."""
        if path == "/cgi-bin/stable_token":
            if (body.get("appid"), body.get("secret")) != (APPID, SECRET):
                return {"errcode": 40125, "errmsg": "invalid appsecret"}
            self.tokens += 1
            return {"access_token": f"token-{self.tokens}", "expires_in": 7200}
        if self.faults:
            return self.faults.pop(0)
        if query.get("access_token") != f"token-{self.tokens}":
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if path == "/cgi-bin/media/get":
            return self.files.get(query["media_id"], {"errcode": 40007, "errmsg": "invalid"})
        self.sent.append(body)
        return {"errcode": 0, "errmsg": "ok"}


@contextmanager
def serving() -> Iterator[Platform]:
    """The platform on a free port until the end of the block."""
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._handle({})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._handle(json.loads(raw))

        def _handle(self, body: dict[str, Any]) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            told = platform.answer(parts.path, query, body)
            image = isinstance(told, bytes)
            content = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(502 if platform.broken else 200)
            self.send_header("Content-Type", "image/jpeg" if image else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    platform.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
