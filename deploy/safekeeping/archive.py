"""Archives: a tar file whose last member lists every other with its SHA-256."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import click

MANIFEST = "manifest.json"
FORMAT = 1
TELL_EVERY = 1_000
Members = Iterable[tuple[str, Path]]


class ArchiveError(Exception):
    """The archive cannot be written, read or trusted; the message says what to do."""


def files_below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """Every regular file of a folder with the name it gets in the archive, in a stable order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"{prefix}/{path.relative_to(folder).as_posix()}", path


@contextmanager
def private_file(goal: Path) -> Iterator[io.BufferedWriter]:
    """A new file only its owner may read; it gets its name when it is wholly on disk."""
    if goal.exists():
        raise ArchiveError(f"{goal} exists already: name another place.")
    goal.parent.mkdir(parents=True, exist_ok=True)
    part = goal.with_name(goal.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(goal)
    finally:
        part.unlink(missing_ok=True)


def write_archive(goal: Path, members: Members) -> int:
    """Write the members and their manifest; the number of files."""
    digests: dict[str, str] = {}
    with private_file(goal) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for name, path in members:
            archive.add(path, arcname=name, recursive=False)
            with path.open("rb") as content:
                digests[name] = hashlib.file_digest(content, "sha256").hexdigest()
            if len(digests) % TELL_EVERY == 0:
                click.echo(f"  {len(digests)} files")
        manifest = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "files": digests}
        body = json.dumps(manifest, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    return len(digests)


def unpack_archive(source: Path, goal: Path) -> int:
    """Unpack into an empty folder and check every file; the number of files.

    Raises ArchiveError when the archive is torn, holds anything but plain files below its root,
    or differs from its manifest.
    """
    try:
        with tarfile.open(source, mode="r:") as archive:
            found = {member.name: unpack_member(archive, member, goal) for member in archive}
    except (OSError, tarfile.TarError) as error:
        raise ArchiveError(f"{source} cannot be read ({error}): use another backup.") from None
    found.pop(MANIFEST, None)
    try:
        manifest = json.loads((goal / MANIFEST).read_text("utf-8"))
        (goal / MANIFEST).unlink()
    except (OSError, ValueError):
        raise ArchiveError(f"{source} ends before its list of files: use another backup.") from None
    if manifest.get("format") != FORMAT or found != manifest.get("files"):
        raise ArchiveError(f"{source} does not hold what its list says: use another backup.")
    return len(found)


def unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, goal: Path) -> str:
    """Write one plain file below the goal; its SHA-256.

    Checked by hand, because Python before 3.11.4 (Debian 12 has 3.11.2) knows no extraction filter.
    """
    name = PurePosixPath(member.name)
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or name.is_absolute() or ".." in name.parts:
        raise ArchiveError(f"{member.name} is no plain file of a backup: do not use this archive.")
    path = goal / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with content, path.open("xb") as stream:
        shutil.copyfileobj(content, stream)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
