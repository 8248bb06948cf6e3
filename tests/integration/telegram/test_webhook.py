"""The webhook: the secret, acknowledged after the commit, bad input refused."""

import json

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from channels.telegram.receive import HEADER, PATH
from intake.domain.contact import Outcome
from intake.services.workroom import Workroom
from intake.store.database import StoreUnavailable
from intake.store.tables import contact
from tests.integration.telegram.conftest import SECRET
from tests.telegram.server import BotApi
from tests.web_app import web_app

GOOD = {HEADER: SECRET, "Content-Type": "application/json"}


@pytest.fixture
async def client(bot_room: Workroom) -> TestClient:
    bot_room.settings.telegram = "webhook"
    made = TestClient(TestServer(web_app(bot_room)))
    await made.start_server()
    yield made
    await made.close()


def outcomes(room: Workroom) -> list[str]:
    with room.database.read() as conn:
        return list(conn.execute(select(contact.c.outcome).order_by(contact.c.id)).scalars())


async def test_an_update_is_stored_once(
    client: TestClient, bot_room: Workroom, api: BotApi
) -> None:
    update = json.dumps(api.say(77, text="路灯不亮"))
    for _ in range(2):
        answer = await client.post(PATH, data=update, headers=GOOD)
        assert answer.status == 200
    assert outcomes(bot_room) == [Outcome.OPEN]


@pytest.mark.parametrize("secret", ["", "wrong", "密"])
async def test_strangers_are_refused(
    client: TestClient, bot_room: Workroom, api: BotApi, secret: str
) -> None:
    headers = {HEADER: secret.encode().decode("latin-1")} if secret else {}
    answer = await client.post(PATH, data=b"{}", headers=headers)
    assert answer.status == 403
    assert outcomes(bot_room) == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"update_id": "x"}', b'{"update_id": true}', b"\xff" * 10]
)
async def test_what_is_no_update_is_refused(client: TestClient, body: bytes) -> None:
    answer = await client.post(PATH, data=body, headers=GOOD)
    assert answer.status == 400


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ({"chat": {"id": -5, "type": "group"}, "text": "大家好"}, Outcome.REFUSED),
        ({"chat": {"id": -5, "type": "channel"}}, Outcome.REFUSED),
        ({"chat": {}}, Outcome.UNREADABLE),
        ({"text": 5}, Outcome.OPEN),
        ({"photo": [{"file_id": 1}]}, Outcome.UNREADABLE),
    ],
)
async def test_odd_updates_are_recorded(
    client: TestClient, bot_room: Workroom, api: BotApi, message: dict, outcome: Outcome
) -> None:
    answer = await client.post(PATH, data=json.dumps(api.say(77, **message)), headers=GOOD)
    assert answer.status == 200
    assert outcomes(bot_room) in ([outcome], [Outcome.UNREADABLE])


async def test_the_store_away_means_come_again(
    client: TestClient, bot_room: Workroom, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(bot_room.database, "submit", away)
    update = json.dumps(api.say(77, text="路灯不亮"))
    answer = await client.post(PATH, data=update, headers=GOOD)
    assert answer.status == 503
    monkeypatch.undo()
    answer = await client.post(PATH, data=update, headers=GOOD)
    assert answer.status == 200


async def test_a_body_too_large_is_refused(client: TestClient) -> None:
    answer = await client.post(PATH, data=b"x" * 300_000, headers=GOOD)
    assert answer.status == 413


async def test_the_count_of_contacts_is_that_of_updates(
    client: TestClient, bot_room: Workroom, api: BotApi
) -> None:
    for turn in range(6):
        update = json.dumps(api.say(turn % 2, text=f"路灯{turn}不亮"))
        assert (await client.post(PATH, data=update, headers=GOOD)).status == 200
    with bot_room.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(contact)).scalar() == 6
