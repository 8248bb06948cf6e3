"""`minsheng prepare`: from an empty folder to a store that can be served, and again harmless."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import own_corpus
from classifiers.lexicon import lexicon
from classifiers.registry import Registry, save
from classifiers.training import train
from intake.domain.people import Role
from intake.sample.seed import Credentials, seed_sample
from intake.security import keyring
from intake.settings import Settings
from intake.store.database import Database
from intake.store.engines import is_sqlite, sqlite_path
from intake.store.migrate import upgrade
from intake.store.tables import county


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
    if Registry(settings.models).active() is None:
        console.print("Training the first model from catalogue and lexicon …")
        _train_cold(settings.models)
    database = Database(settings.store_url)
    try:
        _open_keys(settings, database)
        people = seed_sample(settings, database, lambda what: console.print(f"Sample: {what} …"))
    finally:
        database.close()
    if people:
        _show(people, console)


def _open_keys(settings: Settings, database: Database) -> None:
    """Make keys for an empty store only: for a filled one a new key would open nothing."""
    with database.read() as conn:
        filled = conn.execute(select(county.c.code)).first() is not None
    if filled:
        keyring.load(settings.keys)
    else:
        keyring.load_or_create(settings.keys)


def _train_cold(models: Path) -> None:
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
