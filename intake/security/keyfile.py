"""Files that hold secrets: written once and whole, readable by their owner alone."""

import errno
import os
import secrets
import stat
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
LARGEST_FILE = 64 * 1024


class KeyringError(Exception):
    """The keys cannot be used; the message says what to do next and never shows a key."""


def create_once(path: Path, text: str) -> bool:
    """Write a secret file unless it exists; True if this call made it.

    The text is complete and on disk before the name appears, so a crash or a second process
    starting at the same moment can never leave or see half a file.
    """
    folder = path.parent
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        check_folder(folder)
        if path.exists():
            return False
        draft = _write_draft(folder, text)
        try:
            os.link(draft, path, follow_symlinks=False)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
            _sync_folder(folder)
    except OSError as failure:
        raise _cannot("create", path, failure) from failure
    return True


def replace(path: Path, text: str) -> None:
    """Exchange the text of a secret file in one step."""
    try:
        check_folder(path.parent)
        draft = _write_draft(path.parent, text)
        draft.replace(path)
        _sync_folder(path.parent)
    except OSError as failure:
        raise _cannot("replace", path, failure) from failure


def read_private(path: Path) -> str:
    """The text of a secret file. Raises KeyringError unless only its owner can read it."""
    try:
        check_folder(path.parent)
        # O_NOFOLLOW: a link could point the reader at a file with other rights.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            _check_owner_only(path, os.fstat(handle), FILE_MODE)
            content = os.read(handle, LARGEST_FILE)
        finally:
            os.close(handle)
    except FileNotFoundError as failure:
        raise KeyringError(
            f"{path} does not exist. Restore the key folder from its backup; only a new "
            "installation without data may start with new keys."
        ) from failure
    except OSError as failure:
        if failure.errno == errno.ELOOP:
            raise KeyringError(f"{path} is a link. Put the file itself there.") from failure
        raise _cannot("read", path, failure) from failure
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as failure:
        raise KeyringError(
            f"{path} is damaged (not a text file). Restore it from the backup of the key folder."
        ) from failure


def check_folder(folder: Path) -> None:
    """Raise KeyringError unless the folder belongs to this account and to nobody else."""
    _check_owner_only(folder, folder.stat(), FOLDER_MODE)


def _check_owner_only(path: Path, found: os.stat_result, mode: int) -> None:
    kind, fits = ("folder", stat.S_ISDIR) if mode == FOLDER_MODE else ("plain file", stat.S_ISREG)
    if not fits(found.st_mode):
        raise KeyringError(f"{path} is not a {kind}. Move it away, then start again.")
    if found.st_uid != os.geteuid():
        raise KeyringError(
            f"{path} belongs to user id {found.st_uid}, the service runs as {os.geteuid()}. "
            f"Run: chown {os.geteuid()} {path}"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringError(
            f"{path} can be reached by other accounts (mode {stat.S_IMODE(found.st_mode):04o}). "
            f"Run: chmod {mode:04o} {path}; if strangers use this machine, rotate the keys too."
        )


def _write_draft(folder: Path, text: str) -> Path:
    draft = folder / f".draft-{secrets.token_hex(8)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot(verb: str, path: Path, failure: OSError) -> KeyringError:
    return KeyringError(
        f"Cannot {verb} {path}: {failure.strerror}. Check the disk and the rights of its folder."
    )
