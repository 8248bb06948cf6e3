"""A room whose WeChat door is open towards a platform of our own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.wechat.reply import WeChatCourier
from intake.domain.message import MessageChannel
from intake.services.workroom import Workroom
from tests.store_fixtures import make_room
from tests.wechat.server import APPID, SECRET, Platform, serving

TOKEN = "a-token-of-a-test"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture
def platform() -> Iterator[Platform]:
    """The platform."""
    with serving() as made:
        yield made


@pytest.fixture(params=["plain", "encrypted"])
def mode(request: pytest.FixtureRequest) -> str:
    """Both ways the platform delivers."""
    name: str = request.param
    return name


@pytest.fixture
def account(
    migrated_file: Path, tmp_path: Path, platform: Platform, mode: str
) -> Iterator[Workroom]:
    """A room with an official account, on its own SQLite store."""
    path = tmp_path / "store.db"
    shutil.copy(migrated_file, path)
    room = make_room(
        f"sqlite:///{path}",
        tmp_path,
        wechat=True,
        wechat_appid=APPID,
        wechat_secret=SECRET,
        wechat_token=TOKEN,
        wechat_aes_key=AES_KEY if mode == "encrypted" else "",
        wechat_api=platform.address,
    )
    courier = WeChatCourier(room.settings)
    room.couriers = {MessageChannel.WECHAT: courier}
    yield room
    room.database.close()
