"""The commands behind deploy/backup and deploy/restore."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from intake.settings import Settings, SettingsError, load_settings
from safekeeping.archive import ArchiveError, files_below, unpack_archive, write_archive
from safekeeping.database import (
    POSTGRES_COPY,
    SQLITE_COPY,
    DatabaseCopyError,
    check_sqlite,
    copy_in,
    copy_out,
)

KEYS_WARNING = (
    "This archive does not hold the keys ({keys}).\n"
    "Without them no name, phone number or address in it can ever be read again.\n"
    "Keep them at another place: deploy/backup FOLDER --keys OTHER_FOLDER"
)
PLACE = click.Path(file_okay=False, path_type=Path)
ARCHIVE = click.Path(exists=True, dir_okay=False, path_type=Path)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what can go wrong into one sentence and exit code 1."""
    try:
        yield
    except (ArchiveError, DatabaseCopyError, SettingsError, OSError) as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        raise click.ClickException(f"The database does not answer: {error}") from None


@click.group()
def main() -> None:
    """Copy the store away, and bring it back."""


@main.command()
@click.argument("folder", type=PLACE)
@click.option("--keys", "key_folder", type=PLACE, help="Also write the keys, to another place.")
def backup(folder: Path, key_folder: Path | None) -> None:
    """Write minsheng-TIME.tar into FOLDER: database, uploads, recordings, models."""
    with plain_errors():
        settings = load_settings()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        if key_folder and key_folder.resolve() == folder.resolve():
            raise ArchiveError("Keys beside the data protect nothing: name another --keys folder.")
        folder.mkdir(parents=True, exist_ok=True)
        goal = folder / f"minsheng-{stamp}.tar"
        with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as workplace:
            click.echo("Copying the database")
            copy = copy_out(settings.store_url, Path(workplace))
            # The database goes first: a file that arrives meanwhile is then one too many, which
            # harms nothing, and never one too few.
            click.echo("Copying uploads and recordings")
            count = write_archive(goal, members(copy, settings))
        click.echo(f"{goal}: {count} files, {goal.stat().st_size:,} bytes")
        if key_folder is None:
            click.echo(KEYS_WARNING.format(keys=settings.keys), err=True)
            return
        goal = key_folder / f"minsheng-keys-{stamp}.tar"
        count = write_archive(goal, secrets(settings))
        click.echo(f"{goal}: {count} files. Whoever has both archives can read everything.")


def members(copy: Path, settings: Settings) -> Iterator[tuple[str, Path]]:
    """The database copy, the uploads, the recordings and the trained models."""
    yield copy.name, copy
    yield from files_below(settings.uploads, "uploads")
    yield from files_below(settings.recordings, "recordings")
    yield from files_below(settings.models, "models")


def secrets(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The keys and the settings file (which may name passwords)."""
    yield from files_below(settings.keys, "keys")
    file = settings.data / "minsheng.toml"
    if file.is_file():
        yield file.name, file


@main.command()
@click.argument("archive", type=ARCHIVE)
@click.option("--keys", "key_archive", type=ARCHIVE, help="The archive of the keys.")
def restore(archive: Path, key_archive: Path | None) -> None:
    """Fill the empty data folder (MINSHENG_DATA) from ARCHIVE."""
    with plain_errors():
        settings = load_settings()
        data = settings.data
        if data.exists() and any(data.iterdir()):
            raise ArchiveError(
                f"{data} is not empty: stop the service, move the folder away, then run this again."
            )
        data.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data.parent, prefix=".restore-") as workplace:
            content = Path(workplace) / "content"
            content.mkdir(mode=0o700)
            count = unpack_archive(archive, content)
            if key_archive:
                kept = Path(workplace) / "kept"
                unpack_archive(key_archive, kept)
                shutil.copytree(kept, content, dirs_exist_ok=True)
            place_database(content, settings)
            for folder in ("keys", "uploads"):
                (content / folder).mkdir(mode=0o700, exist_ok=True)
            if data.exists():
                data.rmdir()
            shutil.move(content, data)
        click.echo(
            f"{data}: {count} files restored. Start the service, then: minsheng audit verify"
        )
        if not any(settings.keys.iterdir()):
            click.echo(f"Put the keys into {settings.keys} before the first start.", err=True)


def place_database(content: Path, settings: Settings) -> None:
    """Check the SQLite copy, or play the PostgreSQL dump into the database of the settings."""
    sqlite, dump = content / SQLITE_COPY, content / POSTGRES_COPY
    is_sqlite = settings.store_url.startswith("sqlite")
    if sqlite.exists() and is_sqlite:
        check_sqlite(sqlite)
        return
    if dump.exists() and not is_sqlite:
        copy_in(settings.store_url, dump)
        dump.unlink()
        return
    kind = "SQLite" if sqlite.exists() else "PostgreSQL"
    raise ArchiveError(f"This is a {kind} backup: set MINSHENG_DATABASE_URL to match.")


if __name__ == "__main__":
    main()
