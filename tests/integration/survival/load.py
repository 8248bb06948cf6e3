"""Clients that do what good clients do: they send a report until it is acknowledged."""

import asyncio
import io
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData
from PIL import Image

WORDS = (
    "中山路路口垃圾成堆，三天没有人清运。",
    "人民路路灯不亮，晚上走路看不见。",
    "小区门口窨井盖破了，怕小孩掉下去。",
    "楼下烧烤摊占道经营，油烟很大。",
    "河边有人偷倒建筑垃圾。",
)


@cache
def small_photo() -> bytes:
    """A photo of a few hundred bytes."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(stream, "JPEG")
    return stream.getvalue()


@dataclass(slots=True)
class Acknowledged:
    """What the service promised: key to number, and what else was heard."""

    numbers: dict[str, str] = field(default_factory=dict)
    photos: dict[str, int] = field(default_factory=dict)
    broken: int = 0
    busy: int = 0
    faults: list[str] = field(default_factory=list)

    def take(self, key: str, status: int, answer: Any) -> bool:
        """Note an answer; True when the report is acknowledged."""
        if status == 503:
            self.busy += 1
            return False
        if status != 201:
            self.faults.append(f"{key}: {status} {answer}")
            return True
        first = self.numbers.setdefault(key, answer["number"])
        if first != answer["number"]:
            self.faults.append(f"{key}: {first}, then {answer['number']}")
        return True


class Load:
    """``clients`` asyncio clients in a thread of their own, until ``stop``."""

    def __init__(self, addresses: list[str], *, clients: int = 6, pause: float = 0.08) -> None:
        self.heard = Acknowledged()
        self._addresses = addresses
        self._clients = clients
        self._pause = pause
        self._stopping = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 60.0) -> Acknowledged:
        """Let every client bring its last report home."""
        self._stopping = True
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "a report was never acknowledged"
        return self.heard

    async def _run(self) -> None:
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            await asyncio.gather(*(self._client(session, name) for name in range(self._clients)))

    async def _client(self, session: ClientSession, name: int) -> None:
        chance = random.Random(name)
        count = 0
        while not self._stopping:
            count += 1
            key = f"client-{name}-{count:06d}"
            again = 2 if chance.random() < 0.1 else 1
            for _ in range(again):
                await self._until_acknowledged(session, key, chance.random() < 0.1 and again == 1)
            await asyncio.sleep(chance.uniform(0.5, 1.5) * self._pause)

    async def _until_acknowledged(self, session: ClientSession, key: str, photo: bool) -> None:
        if photo:
            self.heard.photos[key] = 1
        while True:
            address = random.choice(self._addresses)
            try:
                async with session.post(
                    f"{address}/api/v1/complaints",
                    headers={"Idempotency-Key": key},
                    **_content(key, photo),
                ) as answer:
                    if self.heard.take(key, answer.status, await answer.json()):
                        return
            except (ClientError, TimeoutError, ConnectionError):
                self.heard.broken += 1
            await asyncio.sleep(0.02)


def _content(key: str, photo: bool) -> dict[str, Any]:
    words = f"{WORDS[hash(key) % len(WORDS)]}（{key}）"
    told = {"text": words, "phone": "13800000000", "name": "测试", "address": "中山路1号"}
    if not photo:
        return {"json": told}
    form = FormData(told)
    form.add_field("photos", small_photo(), filename="a.jpg", content_type="image/jpeg")
    return {"data": form}


@contextmanager
def loading(addresses: list[str], **how: Any) -> Iterator[Load]:
    """A load that is stopped in any case."""
    load = Load(addresses, **how)
    load.start()
    try:
        yield load
    finally:
        load._stopping = True


def wait_until(condition: Any, seconds: float, what: str) -> None:
    """Fail unless ``condition`` comes true in ``seconds``; a bound, not a measurement."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
