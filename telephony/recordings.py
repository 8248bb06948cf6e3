"""Recordings out of the PBX's folder, by the process that can read it (architecture §3).

One task beside the bridge: it looks every two seconds, seals in a thread, and never ends the
bridge. A full disk stops nothing but the fetching: files wait at the PBX, the desk is told.
"""

import asyncio
import errno
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import structlog

from intake.services.outbox import StoreUnavailable
from intake.services.recording_pickup import awaited, expect_recordings, fetch, tell_full
from intake.services.workroom import Workroom

log = structlog.get_logger()

LOW_DISK = 200_000_000
_PACE_SECONDS = 2.0
_TOLD_SECONDS = 600.0
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(slots=True)
class RecordingRounds:
    """``low`` is the free space in bytes below which the alarm goes off."""

    room: Workroom
    low: int = LOW_DISK
    _told_at: float = -_TOLD_SECONDS

    async def run(self) -> None:
        """Look round until cancelled."""
        while True:
            await asyncio.sleep(_PACE_SECONDS)
            try:
                await asyncio.to_thread(self.once)
            except StoreUnavailable as error:
                log.warning("recordings wait, the store is away", error=str(error))
            except Exception as error:
                log.exception("a round of recordings failed", error=type(error).__name__)

    def once(self) -> int:
        """One look; returns how many recordings came to their end."""
        folder = self.room.settings.pbx_recordings
        if folder is None:
            return 0
        self._watch([folder, self.room.settings.data])
        expect_recordings(self.room)
        done = 0
        for wanted in awaited(self.room):
            try:
                done += fetch(self.room, wanted)
            except OSError as error:
                if error.errno in _FULL:
                    self._tell("full")
                    break
                log.error("a recording cannot be read", recording=wanted.id, error=error.strerror)
        return done

    def _watch(self, folders: Sequence[Path]) -> None:
        for folder in folders:
            if not folder.is_dir():
                continue
            if shutil.disk_usage(folder).free < self.low:
                self._tell("low")

    def _tell(self, what: str) -> None:
        if monotonic() - self._told_at < _TOLD_SECONDS:
            return
        self._told_at = monotonic()
        log.error("no room for recordings; free some disk space", state=what)
        tell_full(self.room, what)
