"""An HTTP client that costs little: kept connections, requests built beforehand."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any


@dataclass(frozen=True, slots=True)
class Burst:
    """How one burst went: seconds in all, and seconds of each request."""

    seconds: float
    each: list[float]


def post_request(path: str, key: str, told: dict[str, Any]) -> bytes:
    """One POST of JSON with its Idempotency-Key, ready to be sent."""
    body = json.dumps(told, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def burst(port: int, requests: Sequence[bytes], connections: int, status: int = 201) -> Burst:
    """Send all requests over so many connections; every answer must have this status."""
    return asyncio.run(_burst(port, requests, connections, b"HTTP/1.1 %d " % status))


async def _burst(port: int, requests: Sequence[bytes], connections: int, wanted: bytes) -> Burst:
    waiting = iter(requests)
    each: list[float] = []

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
            each.append(time.perf_counter() - began)
            if not head.startswith(wanted):
                raise AssertionError(head.decode() + body.decode(errors="replace"))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return Burst(time.perf_counter() - began, each)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise AssertionError(f"an answer without a length: {head!r}")


def get_json(port: int, path: str) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return json.loads(answer.read())
    finally:
        connection.close()
