"""Mutated updates of the messengers: no crash, and every one that was taken is in the balance.

MINSHENG_TEST_INPUTS sets how many, MINSHENG_TEST_SEED the randomness.
"""

import json
import os
import random
from typing import Any

from sqlalchemy import func, select

from channels.telegram.parse import NotAnUpdate, read_update
from channels.wechat.parse import NotAMessage, read_message
from intake.services.chats import Update, take_updates
from intake.services.workroom import Workroom
from intake.store.tables import contact

INPUTS = int(os.environ.get("MINSHENG_TEST_INPUTS", "2000"))
SEED = int(os.environ.get("MINSHENG_TEST_SEED", "20261122"))
_AT_ONCE = 50
_PERSON = {"id": 77, "is_bot": False, "first_name": "测试"}
_CHAT = {"id": 77, "type": "private"}
_MESSAGE = {"message_id": 5, "date": 1_767_225_600, "chat": _CHAT, "from": _PERSON}
_SEEDS: tuple[dict[str, Any], ...] = (
    {"message": _MESSAGE | {"text": "路灯不亮"}},
    {"message": _MESSAGE | {"photo": [{"file_id": "f", "width": 9, "height": 9}], "caption": "看"}},
    {"message": _MESSAGE | {"location": {"longitude": 113.6, "latitude": 33.2}}},
    {"edited_message": _MESSAGE | {"text": "路灯不亮了", "edit_date": 1}},
    {"callback_query": {"id": "1", "from": _PERSON, "chat_instance": "1", "data": "submit"}},
)
_SALT = ("", 0, -1, 2**70, 1e308, True, None, [], {}, "\x00", "\ud800", "长" * 9_000, [[]] * 50)
_XML = (
    "<xml><FromUserName>o</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>"
    "<Content>路灯不亮</Content><MsgId>5</MsgId></xml>"
)


def mutant(number: int) -> bytes:
    """An update bent out of shape, by its number."""
    chance = random.Random(number)
    told = json.loads(json.dumps(chance.choice(_SEEDS)))
    told["update_id"] = number
    for _ in range(chance.randrange(4)):
        _bend(chance, told)
    raw = json.dumps(told).encode()
    if chance.random() < 0.2:
        cut = chance.randrange(len(raw))
        raw = raw[:cut] + bytes([chance.randrange(256)]) + raw[cut + 1 :]
    return raw


def _bend(chance: random.Random, told: dict[str, Any]) -> None:
    """Replace, remove or double one value somewhere inside."""
    inside: Any = told
    while True:
        name = chance.choice(list(inside))
        if not isinstance(inside[name], dict) or not inside[name] or chance.random() < 0.3:
            break
        inside = inside[name]
    if chance.random() < 0.3:
        del inside[name]
    else:
        inside[name] = chance.choice(_SALT)
    if not inside:
        inside["x"] = 1


def test_updates_of_the_bot_api(room: Workroom) -> None:
    taken: dict[str, Update] = {}
    group: list[Update] = []
    for number in range(SEED, SEED + INPUTS):
        try:
            update = read_update(mutant(number), room.clock())
        except NotAnUpdate:
            continue
        if taken.setdefault(update.external_id, update) is update:
            group.append(update)
        if len(group) == _AT_ONCE:
            assert take_updates(room, group) == [False] * len(group)
            group = []
    take_updates(room, group)
    with room.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(contact)).scalar() == len(taken)
    assert len(taken) > INPUTS / 4


def test_callbacks_of_an_official_account(room: Workroom) -> None:
    taken: set[str] = set()
    for number in range(SEED, SEED + INPUTS // 4):
        chance = random.Random(number)
        text = _XML.replace("5", str(number))
        at = chance.randrange(len(text))
        raw = (
            text[:at] + chance.choice(("<", "&", "\x00", "]]>", "长", "")) + text[at + 1 :]
        ).encode()
        try:
            update = read_message(raw, room.clock())
        except NotAMessage:
            continue
        if update.external_id not in taken:
            taken.add(update.external_id)
            assert take_updates(room, [update]) == [False]
    with room.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(contact)).scalar() == len(taken)
    assert taken
