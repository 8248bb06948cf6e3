"""The mail server of every citizen at once: slow enough that a sender can be killed meanwhile."""

import asyncio
import email
import email.policy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

SLOW_SECONDS = 0.05


class MailSink:
    """Message-IDs that came, by recipient, one for each time it came."""

    def __init__(self) -> None:
        self.came: dict[str, list[str]] = defaultdict(list)

    async def handle_DATA(self, _s: Any, _c: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        [recipient] = envelope.rcpt_tos
        self.came[recipient].append(mail["Message-ID"])
        await asyncio.sleep(SLOW_SECONDS)
        return "250 OK"


@contextmanager
def mail_sink(port: int) -> Iterator[MailSink]:
    """Takes everything within the block."""
    made = MailSink()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield made
    finally:
        controller.stop()
