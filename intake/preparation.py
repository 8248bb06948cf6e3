"""`minsheng prepare`: from an empty folder to a store that can be served, and again harmless."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from intake.domain.people import Role
from intake.security import keyring
from intake.settings import Settings
from intake.store.database import Database
from intake.store.engines import is_sqlite, sqlite_path
from intake.store.migrate import upgrade
from intake.store.tables import county

if TYPE_CHECKING:
    from intake.sample.seed import Credentials


def prepare_installation(settings: Settings, console: Console) -> None:
    """Folders and keys, migration, cold model, sample county; prints new accounts once.

    Raises SchemaError, KeyringError and StoreUnavailable with what to do next.
    """
    _make_private(settings.data)
    for name in ("incoming", "clean", "thumbs"):
        _make_private(settings.uploads / name)
    if is_sqlite(settings.store_url):
        sqlite_path(settings.store_url).parent.mkdir(parents=True, exist_ok=True)
    upgrade(settings.store_url)
    if not (settings.models / "models.json").exists():
        console.print("Training the first model from catalogue and lexicon …")
        _train_cold(settings.models)
    database = Database(settings.store_url)
    try:
        if _filled(database):
            keyring.load(settings.keys)
        else:
            # Only an empty store gets new keys: for a filled one they would open nothing.
            keyring.load_or_create(settings.keys)
            _seed(settings, database, console)
    finally:
        database.close()


def _filled(database: Database) -> bool:
    with database.read() as conn:
        return conn.execute(select(county.c.code)).first() is not None


def _seed(settings: Settings, database: Database, console: Console) -> None:
    from intake.sample.seed import seed_sample

    people = seed_sample(settings, database, lambda what: console.print(f"Sample: {what} …"))
    _show(people, console)


def _train_cold(models: Path) -> None:
    from classifiers.catalogue import catalogue
    from classifiers.category import Reader
    from classifiers.examples import own_corpus
    from classifiers.lexicon import lexicon
    from classifiers.registry import Registry, save
    from classifiers.training import train

    models.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = lexicon()
    own = own_corpus(catalogue(), words)
    trained = train(Reader(catalogue(), words), words, own, [], _silent)
    file = models / "cold.npz"
    save(file, trained, "cold", {"own_texts": len(own), "decisions": 0})
    Registry(models).promote(file, {"trained_on": "catalogue and lexicon"})


def _silent(_what: str, _done: int, _whole: int) -> None:
    """The first training takes seconds and needs no bar."""


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _show(people: "list[Credentials]", console: Console) -> None:
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
