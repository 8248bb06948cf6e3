"""What the platform's answers mean for a letter."""

import pytest

from channels.wechat.reply import LONGEST, WeChatCourier
from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.domain.message import Button
from intake.services.workroom import Workroom
from tests.wechat.server import Platform

LETTER = Letter(message_id=1, key="k", number="", address="o-ming", subject="", text="您好")


@pytest.fixture
def mode() -> str:
    return "plain"


@pytest.fixture
def courier(account: Workroom) -> WeChatCourier:
    return WeChatCourier(account.settings)


def test_an_expired_token_is_renewed_once(courier: WeChatCourier, platform: Platform) -> None:
    courier.send(LETTER)
    platform.tokens += 1
    courier.send(LETTER)
    assert len(platform.sent) == 2


@pytest.mark.parametrize(("code", "blocked"), [(43004, True), (40003, True), (45015, False)])
def test_what_will_never_arrive(
    courier: WeChatCourier, platform: Platform, code: int, blocked: bool
) -> None:
    platform.faults.append({"errcode": code})
    with pytest.raises(Undeliverable) as refused:
        courier.send(LETTER)
    assert refused.value.blocked is blocked


@pytest.mark.parametrize("code", [-1, 45009, 48001])
def test_what_may_arrive_later(courier: WeChatCourier, platform: Platform, code: int) -> None:
    platform.faults.append({"errcode": code})
    with pytest.raises(TryLater):
        courier.send(LETTER)


def test_a_broken_platform_is_asked_again(courier: WeChatCourier, platform: Platform) -> None:
    platform.broken = True
    with pytest.raises(TryLater):
        courier.send(LETTER)


def test_wrong_keys_are_the_administrators(account: Workroom) -> None:
    settings = account.settings.model_copy(update={"wechat_appid": "wx-other"})
    with pytest.raises(TryLater, match="wechat_appid"):
        WeChatCourier(settings).send(LETTER)


def test_a_long_letter_has_its_buttons_at_the_end(
    courier: WeChatCourier, platform: Platform
) -> None:
    letter = Letter(
        message_id=1,
        key="k",
        number="",
        address="o-ming",
        subject="",
        text="长" * (LONGEST + 1),
        buttons=(Button("提交", "submit"),),
    )
    courier.send(letter)
    assert [one["msgtype"] for one in platform.sent] == ["text", "msgmenu"]


def test_a_file_comes_home(courier: WeChatCourier, platform: Platform) -> None:
    platform.files["m1"] = b"\xff\xd8 photo"
    assert courier.fetch("m1") == (b"\xff\xd8 photo", "image/jpeg")
    with pytest.raises(Undeliverable):
        courier.fetch("m2")
