"""An outgoing mail as bytes: MIME, signed marks for the answer, loop marks, DKIM."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from functools import cache
from pathlib import Path

import dkim

from channels.email.recipients import plain
from channels.email.tokens import message_id_for, tagged_address
from intake.domain.letter import Letter, Undeliverable
from intake.security.keyring import Keyring
from intake.settings import Settings

BAD_ADDRESS = "邮箱地址不对，无法发送。"
_SIGNED = [
    b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
    b"reply-to", b"mime-version", b"content-type", b"content-transfer-encoding",
    b"auto-submitted",
]  # fmt: skip
_LONGEST_SUBJECT = 150


def compose(settings: Settings, keys: Keyring, letter: Letter) -> tuple[str, bytes]:
    """Message-ID and signed mail; the Message-ID is the same at every attempt.

    Raises Undeliverable for an address no mail can be sent to.
    """
    own = settings.own_addresses[0]
    message_id = message_id_for(keys, settings.mail_hostname, letter.message_id, letter.number)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(own, f"{settings.county_name}城市管理服务热线")
    mail["To"] = _address(letter.address)
    mail["Reply-To"] = _address(tagged_address(keys, own, letter.number))
    mail["Subject"] = one_line(letter.subject)[:_LONGEST_SUBJECT]
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = message_id
    mail["X-Loop"] = own
    answered = one_line(letter.in_reply_to)
    if answered.startswith("<") and answered.endswith(">") and " " not in answered:
        mail["In-Reply-To"] = answered
        mail["References"] = answered
    if letter.automatic:
        # RFC 3834 section 5; the second is what Exchange looks at.
        mail["Auto-Submitted"] = "auto-replied" if answered else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text, charset="utf-8", cte="base64")
    return message_id, _signed(settings, own, mail.as_bytes())


def one_line(text: str) -> str:
    """Without line ends and control characters: nothing becomes a header field by itself."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _address(address: str, shown: str = "") -> Address:
    if plain(address) is None or not address.isprintable():
        raise Undeliverable(BAD_ADDRESS)
    local, _, domain = address.strip().rpartition("@")
    try:
        return Address(one_line(shown), local, domain)
    except (ValueError, IndexError):
        raise Undeliverable(BAD_ADDRESS) from None


def _signed(settings: Settings, own: str, raw: bytes) -> bytes:
    """With a DKIM signature in front (RFC 6376) when a key is set; raises OSError without it."""
    if settings.mail_dkim_key is None:
        return raw
    signature: bytes = dkim.sign(
        raw,
        settings.mail_dkim_selector.encode("ascii"),
        own.rpartition("@")[2].encode("idna"),
        _key(settings.mail_dkim_key),
        include_headers=_SIGNED,
        canonicalize=(b"relaxed", b"relaxed"),
    )
    return signature + raw


@cache
def _key(path: Path) -> bytes:
    return path.read_bytes()
