"""One SMTP session: aiosmtpd's protocol, with mails spooled to disk instead of held in memory."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Protocol

import structlog
from aiosmtpd.smtp import SMTP, Session

from channels.email import replies
from channels.email.spool import Spool
from channels.email.wire import sized_mail, stuffed_mail

log = structlog.get_logger()

PIECE_SECONDS = 60.0
MAIL_SECONDS = 1_800.0
DISK_SECONDS = 20.0
COMMAND_SECONDS = 120.0
LONGEST_LINE = 64 * 1024
MOST_PASSED_BY = 2_000_000


class Door(Protocol):
    """What a session needs of the door it belongs to."""

    @property
    def size_limit(self) -> int: ...

    def admit(self, peer: str) -> bool: ...

    def leave(self, peer: str) -> None: ...

    def spool(self) -> Spool: ...

    async def take(self, smtp: "MailSession", spool: Spool) -> str: ...


class Unfinished(Exception):
    """The mail was not read to its end: after the answer nothing else can be understood."""


class MailSession(SMTP):
    """aiosmtpd's session with connection caps, BDAT (RFC 3030) and a DATA that spools."""

    line_length_limit = LONGEST_LINE

    def __init__(self, door: Door, handler: Any, **options: Any) -> None:
        self._chunks: Spool | None = None
        super().__init__(handler, timeout=COMMAND_SECONDS, **options)
        self._door = door
        self._peer = ""
        self._admitted = False
        self._cleaning: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Turn away who is one too many, before anything else is set up for him."""
        if self._original_transport is None:
            peer = transport.get_extra_info("peername")
            self._peer = str(peer[0]) if peer else ""
            self._admitted = self._door.admit(self._peer)
            if not self._admitted:
                self.session = Session(self.loop)
                if isinstance(transport, asyncio.WriteTransport):
                    transport.write(replies.BUSY.encode() + b"\r\n")
                    transport.close()
                return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._admitted:
            return
        self._admitted = False
        self._door.leave(self._peer)
        self._forget_chunks()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._admitted:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._admitted else False

    def _set_post_data_state(self) -> None:
        self._forget_chunks()
        super()._set_post_data_state()

    async def smtp_VRFY(self, arg: str) -> None:
        """Tells nobody which addresses there are (RFC 5321 section 7.3)."""
        del arg
        await self.push(replies.NO_VERIFYING)

    async def smtp_DATA(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.4."""
        if arg or not self._ready():
            await self.push(replies.NO_ARGUMENT if arg else replies.NEED_RECIPIENT)
            return
        if self._chunks is not None:
            await self.push(replies.NO_MIXING)
            return
        await self.push(replies.GO_AHEAD)
        spool = self._door.spool()
        await self._answer(spool, stuffed_mail(self._reader), last=True)

    async def smtp_BDAT(self, arg: str) -> None:
        """RFC 3030 section 2: a chunk of a given size; the last one ends the mail."""
        size, last = _chunk(arg or "")
        if size < 0:
            # Its bytes follow and nobody knows how many: they must not be taken for commands.
            await self.push(replies.BAD_CHUNK)
            self._hang_up()
            return
        chunk = sized_mail(self._reader, size)
        if not self._ready():
            async for _ in chunk:
                self._reset_timeout(PIECE_SECONDS)
            await self.push(replies.NEED_RECIPIENT)
            return
        spool = self._chunks or self._door.spool()
        self._chunks = None if last else spool
        await self._answer(spool, chunk, last=last)

    def _ready(self) -> bool:
        return bool(self.envelope and self.envelope.rcpt_tos)

    async def _answer(self, spool: Spool, pieces: AsyncIterator[bytes], *, last: bool) -> None:
        """Read what comes, hand a whole mail over, and say what became of it."""
        status, unfinished = replies.CHUNK_OK, False
        try:
            status = await self._read(spool, pieces) or status
            if last and status == replies.CHUNK_OK:
                self._reset_timeout(MAIL_SECONDS)
                status = await self._door.take(self, spool)
        except Unfinished as broken_off:
            status, unfinished = str(broken_off), True
        except BaseException:
            self._later(spool.discard())
            raise
        failed = status not in (replies.CHUNK_OK, replies.TAKEN)
        if failed:
            await spool.discard()
        if last or failed:
            self._set_post_data_state()
        self._reset_timeout()
        await self.push(status)
        if unfinished:
            self._hang_up()

    async def _read(self, spool: Spool, pieces: AsyncIterator[bytes]) -> str:
        """Spool what comes; what cannot be kept is read past, so that the answer is heard.

        Returns the answer that stands against it, or nothing.
        """
        fault = ""
        passed_by = 0
        self._reset_timeout(MAIL_SECONDS)
        while True:
            piece = await _in_time(pieces)
            if piece is None:
                return fault
            if not fault:
                fault = await self._keep(spool, piece)
            if fault:
                passed_by += len(piece)
            if passed_by > max(self._door.size_limit, MOST_PASSED_BY):
                raise Unfinished(fault)

    async def _keep(self, spool: Spool, piece: bytes) -> str:
        if spool.size + len(piece) > self._door.size_limit:
            return replies.TOO_LARGE
        try:
            async with asyncio.timeout(DISK_SECONDS):
                await spool.write(piece)
        except OSError as error:  # a TimeoutError is one
            log.error("mail cannot be spooled", error=type(error).__name__)
            return replies.DISK_FULL
        return ""

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def _forget_chunks(self) -> None:
        if self._chunks is not None:
            self._later(self._chunks.discard())
            self._chunks = None

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it although this session's own task is being cancelled."""
        task = self.loop.create_task(work)
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)


async def _in_time(pieces: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(PIECE_SECONDS):
            return await anext(pieces, None)
    except TimeoutError:
        raise Unfinished(replies.TOO_SLOW) from None


def _chunk(arg: str) -> tuple[int, bool]:
    """Size and whether it is the last; a negative size when it is not to be understood."""
    size, _, last = arg.strip().partition(" ")
    good = size.isascii() and size.isdigit() and len(size) <= 12
    if not good or last.strip().upper() not in ("", "LAST"):
        return -1, False
    return int(size), bool(last.strip())
