"""Plain mails by hand: header lines and a body, byte for byte what a test wants to send."""

import hashlib

from tests.mail.office import CITIZEN, HOTLINE


def raw_mail(body: bytes, *fields: str | bytes) -> bytes:
    """Header lines as given, an empty line, the body."""
    lines = [field if isinstance(field, bytes) else field.encode() for field in fields]
    return b"\r\n".join([*lines, b"", body])


def plain_mail(
    words: str,
    *fields: str,
    subject: str = "反映问题",
    sender: str = CITIZEN,
    to: str = HOTLINE,
    message_id: str | None = None,
) -> bytes:
    """A text mail in UTF-8; ``fields`` are further header lines.

    The same words make the same mail, Message-ID and all.
    """
    name = hashlib.sha256(f"{subject}{words}{sender}{to}{fields}".encode()).hexdigest()[:16]
    named = f"<{name}@mail.example>" if message_id is None else message_id
    return raw_mail(
        words.replace("\n", "\r\n").encode() + b"\r\n",
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        "Date: Sun, 22 Nov 2026 10:00:00 +0800",
        *([f"Message-ID: {named}"] if named else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *fields,
    )
