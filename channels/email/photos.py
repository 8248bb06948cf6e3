"""Photos of a mail, written to the upload folder like those of a form; they are cleaned later."""

import hashlib
import os
import secrets
from collections.abc import Sequence

from channels.email.letter import Attached
from intake.domain.submission import Upload
from intake.services.photos import INCOMING
from intake.services.workroom import Workroom


def keep_photos(room: Workroom, photos: Sequence[Attached]) -> tuple[Upload, ...]:
    """Write them under names of our own, on disk before any row names them; raises OSError.

    Files of a try that failed afterwards are swept up with the other strays.
    """
    folder = room.settings.uploads / INCOMING
    kept = []
    for photo in photos:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(photo.content)
            stream.flush()
            os.fsync(stream.fileno())
        digest = hashlib.sha256(photo.content).hexdigest()
        kept.append(Upload(f"{INCOMING}/{name}", photo.media_type, photo.size, digest))
    if kept:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return tuple(kept)
