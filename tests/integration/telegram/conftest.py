"""A room whose Telegram door is open towards a Bot API server of our own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.telegram.reply import TelegramCourier
from intake.domain.message import MessageChannel
from intake.services.workroom import Workroom
from tests.store_fixtures import make_room
from tests.telegram.server import TOKEN, BotApi, serving

SECRET = "a-secret-of-a-test-0001"


@pytest.fixture
def api() -> Iterator[BotApi]:
    """The server."""
    with serving() as made:
        yield made


@pytest.fixture
def bot_room(migrated_file: Path, tmp_path: Path, api: BotApi) -> Iterator[Workroom]:
    """A room on its own SQLite store."""
    path = tmp_path / "store.db"
    shutil.copy(migrated_file, path)
    room = make_room(
        f"sqlite:///{path}",
        tmp_path,
        telegram="polling",
        telegram_token=TOKEN,
        telegram_secret=SECRET,
        telegram_api=api.address,
    )
    courier = TelegramCourier(room.settings)
    room.couriers = {MessageChannel.TELEGRAM: courier}
    yield room
    room.database.close()
