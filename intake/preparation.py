"""`minsheng prepare`: from an empty folder to a store that can be served, and again harmless."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from classifiers.training import train_cold
from intake.domain.people import Role
from intake.sample.seed import Credentials, seed_sample
from intake.security import keyring
from intake.settings import Settings
from intake.store.database import Database
from intake.store.engines import is_sqlite, sqlite_path
from intake.store.migrate import upgrade


def prepare_installation(settings: Settings, console: Console) -> None:
    """Folders and keys, migration, cold model, sample county; prints new accounts once.

    Raises SchemaError, KeyringError and StoreUnavailable with what to do next.
    """
    _make_private(settings.data)
    for name in ("incoming", "clean", "thumbs"):
        _make_private(settings.uploads / name)
    keyring.load_or_create(settings.keys)
    if is_sqlite(settings.store_url):
        sqlite_path(settings.store_url).parent.mkdir(parents=True, exist_ok=True)
    upgrade(settings.store_url)
    if settings.model is None and not settings.model_file.exists():
        console.print("Training the first model from lexicon and catalogue …")
        settings.model_file.parent.mkdir(parents=True, exist_ok=True)
        train_cold(settings.model_file)
    database = Database(settings.store_url)
    try:
        people = seed_sample(settings, database, lambda what: console.print(f"Sample: {what} …"))
    finally:
        database.close()
    if people:
        _show(people, console)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _show(people: list[Credentials], console: Console) -> None:
    """Passwords are printed once and stored as hashes only."""
    table = Table("user name", "password", "name", "role", title="Accounts of the sample county")
    for person in people:
        if person.password:
            table.add_row(person.username, person.password, person.name, person.role.label)
    console.print(table)
    collectors = sum(person.role is Role.COLLECTOR for person in people)
    console.print(
        f"{collectors} collectors have no password: their own system comes in by token "
        "(minsheng token create --role COLLECTOR), or: minsheng user password cj01"
    )
    console.print("These passwords are shown once. 示例数据: replace the sample before real use.")
