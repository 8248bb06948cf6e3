"""What Bot API answers mean for a letter, and files brought home."""

import pytest

from channels.telegram.reply import LONGEST, TelegramCourier
from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.domain.message import Button
from intake.services.workroom import Workroom
from tests.telegram.server import BotApi


def letter(text: str = "您好", buttons: tuple[Button, ...] = ()) -> Letter:
    return Letter(
        message_id=1, key="k", number="", address="77", subject="", text=text, buttons=buttons
    )


@pytest.fixture
def courier(bot_room: Workroom) -> TelegramCourier:
    return TelegramCourier(bot_room.settings)


def test_a_message_with_buttons_arrives(courier: TelegramCourier, api: BotApi) -> None:
    assert courier.send(letter(buttons=(Button("提交", "submit"),))) == "1"
    [sent] = api.sent
    assert sent["text"] == "您好"
    assert '"callback_data": "submit"' in sent["reply_markup"]


def test_a_long_message_arrives_in_parts(courier: TelegramCourier, api: BotApi) -> None:
    courier.send(letter("长" * (LONGEST + 10)))
    assert [len(text) for text in api.said(77)] == [LONGEST, 10]


def test_who_blocked_the_bot_is_left_alone(courier: TelegramCourier, api: BotApi) -> None:
    api.blocked.add("77")
    with pytest.raises(Undeliverable) as refused:
        courier.send(letter())
    assert refused.value.blocked


def test_too_many_requests_say_when(courier: TelegramCourier, api: BotApi) -> None:
    api.fail(429, "Too Many Requests: retry after 7", retry_after=7)
    with pytest.raises(TryLater) as busy:
        courier.send(letter())
    assert busy.value.seconds == 7.0


@pytest.mark.parametrize("status", [500, 502])
def test_a_broken_server_is_asked_again(courier: TelegramCourier, api: BotApi, status: int) -> None:
    api.fail(status, "Bad Gateway")
    with pytest.raises(TryLater):
        courier.send(letter())


def test_an_unknown_chat_is_for_good(courier: TelegramCourier, api: BotApi) -> None:
    api.fail(400, "Bad Request: chat not found")
    with pytest.raises(Undeliverable):
        courier.send(letter())


def test_a_wrong_token_is_the_administrators(bot_room: Workroom, api: BotApi) -> None:
    update = {"telegram_token": type(bot_room.settings.telegram_token)("1:wrong")}
    courier = TelegramCourier(bot_room.settings.model_copy(update=update))
    with pytest.raises(TryLater, match="telegram_token"):
        courier.send(letter())


def test_a_file_comes_home(courier: TelegramCourier, api: BotApi) -> None:
    api.files["f1"] = b"\xff\xd8 photo"
    assert courier.fetch("f1") == (b"\xff\xd8 photo", "image/jpeg")
    with pytest.raises(Undeliverable):
        courier.fetch("f2")


def test_a_file_too_large_is_left_there(courier: TelegramCourier, api: BotApi) -> None:
    api.files["f1"] = b"x" * (courier.settings.photo_bytes + 1)
    with pytest.raises(Undeliverable, match="MB"):
        courier.fetch("f1")
