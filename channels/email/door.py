"""The SMTP door: who may come in, which addresses are ours, and a mail into the store before 250.

A fault of ours is always 451 or 452: the sender keeps the mail and tries again (RFC 1047).
"""

import asyncio
import contextlib
import hmac
import logging
import ssl
from collections import Counter
from ipaddress import ip_network
from typing import Any

import structlog
from aiosmtpd.smtp import AuthResult, LoginPassword, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope

from channels.email import replies
from channels.email.recipients import is_ours
from channels.email.session import DISK_SECONDS, MailSession
from channels.email.spool import Spool
from intake.domain.mail import Envelope
from intake.security.address import ClientAddress, parse_address
from intake.security.ratelimit import RateLimiter
from intake.services.mail_reception import MailArrival, MailReception
from intake.services.workroom import Workroom

log = structlog.get_logger()

MOST_RECIPIENTS = 100
_COMMANDS = {"*": 50, "MAIL": 1_000, "RCPT": 5_000, "DATA": 1_000, "BDAT": 20_000, "RSET": 1_000}


class MailDoor:
    """One a process and event loop. ``listen`` opens it; the handlers are aiosmtpd's hooks."""

    def __init__(self, room: Workroom) -> None:
        self._room = room
        self._settings = room.settings
        self._reception = MailReception(room)
        self._limiter = RateLimiter({"mail": self._settings.mail_rate}, self._settings.rate_storage)
        self._trusted = [ip_network(part, strict=False) for part in self._settings.trusted_relays]
        self._inside: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()
        self._tls = _tls_context(room)
        # It logs addresses of citizens on the level INFO.
        logging.getLogger("mail.log").setLevel(logging.ERROR)

    @property
    def size_limit(self) -> int:
        """Largest mail in bytes, told to senders as SIZE (RFC 1870)."""
        return self._settings.mail_bytes

    async def listen(self) -> asyncio.Server:
        """Open the door on the address of the settings; raises OSError."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            self._session, self._settings.mail_host, self._settings.mail_port, backlog=200
        )

    def _session(self) -> MailSession:
        user = self._settings.mail_relay_user
        return MailSession(
            self,
            self,
            data_size_limit=self.size_limit,
            enable_SMTPUTF8=True,
            hostname=self._settings.mail_hostname,
            ident="Minsheng",
            tls_context=self._tls,
            require_starttls=self._settings.mail_require_tls,
            authenticator=self._authenticate,
            auth_exclude_mechanism=() if user else ("LOGIN", "PLAIN"),
            command_call_limit=_COMMANDS,
            loop=asyncio.get_running_loop(),
        )

    def admit(self, peer: str) -> bool:
        """Count a connection in, unless the house or its sender's share of it is full."""
        group = ClientAddress(parse_address(peer)).group
        full = self._inside.total() >= self._settings.mail_connections
        crowded = self._inside[group] >= self._settings.mail_connections_each
        if full or (crowded and not self._is_trusted(peer)):
            return False
        self._inside[group] += 1
        self._empty.clear()
        return True

    def leave(self, peer: str) -> None:
        """Count a connection out."""
        group = ClientAddress(parse_address(peer)).group
        self._inside[group] -= 1
        if not self._inside[group]:
            del self._inside[group]
        if not self._inside:
            self._empty.set()

    async def wait_empty(self, seconds: float) -> None:
        """Wait until everybody has left, but not for ever: who is cut off sends again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()

    def spool(self) -> Spool:
        """A place for the next mail."""
        return Spool(self._room)

    async def take(self, smtp: MailSession, spool: Spool) -> str:
        """Store a whole mail; the answer says that it is safe only when it is."""
        try:
            async with asyncio.timeout(DISK_SECONDS):
                raw = await spool.finish()
        except OSError as error:
            log.error("mail cannot be brought to the disk", error=type(error).__name__)
            return replies.DISK_FULL
        identity = spool.identity
        arrival = MailArrival(
            external_id=identity.external_id,
            received_at=self._room.clock(),
            envelope=self._envelope(smtp),
            message_id=identity.message_id,
            content_hash=identity.content_hash,
            raw_hash=identity.raw_hash,
            size=identity.size,
            raw=raw,
            file_key=spool.file_key,
        )
        return await self._store(arrival, spool)

    async def _store(self, arrival: MailArrival, spool: Spool) -> str:
        try:
            receipt = await self._reception.take(arrival)
        except Exception as error:
            # Whether it was written is not known, so its file stays until the sweep for strays.
            spool.release()
            log.error("mail was not taken", error=type(error).__name__)
            return replies.TRY_LATER
        if receipt.repeated:
            await spool.discard()
        else:
            spool.release()
        return replies.TAKEN

    def _envelope(self, smtp: MailSession) -> Envelope:
        session, envelope = smtp.session, smtp.envelope
        peer = session.peer[0] if session and session.peer else ""
        signed_in = bool(session and session.authenticated)
        return Envelope(
            peer=peer,
            helo=_text(session.host_name if session else ""),
            sender=_text(envelope.mail_from if envelope else "").strip("<>"),
            recipients=tuple(_text(one) for one in envelope.rcpt_tos) if envelope else (),
            tls=bool(session and session.ssl),
            user=self._settings.mail_relay_user if signed_in else "",
            trusted=signed_in or self._is_trusted(peer),
        )

    def _is_trusted(self, peer: str) -> bool:
        address = parse_address(peer)
        return address is not None and any(address in network for network in self._trusted)

    def _authenticate(
        self, _smtp: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        user = self._settings.mail_relay_user.encode()
        password = self._settings.mail_relay_password.get_secret_value().encode()
        known = hmac.compare_digest(data.login, user)
        right = hmac.compare_digest(data.password, password)
        return AuthResult(success=bool(user and password) and known and right, handled=False)

    async def handle_EHLO(
        self,
        _smtp: Any,
        session: Session,
        _envelope: SmtpEnvelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        extensions = ["250-PIPELINING", "250-CHUNKING", "250-ENHANCEDSTATUSCODES"]
        return [*responses[:-1], *extensions, responses[-1]]

    async def handle_MAIL(
        self,
        _smtp: Any,
        session: Session,
        envelope: SmtpEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        peer = session.peer[0] if session.peer else ""
        counted = not (session.authenticated or self._is_trusted(peer))
        group = ClientAddress(parse_address(peer)).group
        if counted and not self._limiter.allow("mail", group).allowed:
            return replies.TOO_FAST
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return replies.SENDER_OK

    async def handle_RCPT(
        self,
        _smtp: Any,
        _session: Session,
        envelope: SmtpEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        if not is_ours(address, self._settings.own_addresses):
            return replies.UNKNOWN_RECIPIENT
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return replies.TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return replies.RECIPIENT_OK

    async def handle_exception(self, error: Exception) -> str:
        """Nothing of it goes out; its words may quote an address, so only its kind is logged."""
        log.error("mail session failed", error=type(error).__name__)
        return replies.TRY_LATER


def _text(given: str | None) -> str:
    """What the sender wrote, in letters the store can keep."""
    return (given or "").encode("utf-8", "replace").decode("utf-8")[:320]


def _tls_context(room: Workroom) -> ssl.SSLContext | None:
    """STARTTLS with the configured certificate (RFC 3207), or None without one."""
    certificate = room.settings.mail_certificate
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, room.settings.mail_certificate_key)
    return context
