"""The telephone window on a real Asterisk: calls both ways, keys, sound, and what goes wrong."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.phone.conftest import loudness
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

Window = Callable[[], Page]


def test_a_call_is_answered_heard_and_recorded(
    asterisk: Asterisk, telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    ami = asterisk.ami()
    caller = telephones.call(voice=True, stay_ms=60_000)
    expect(window.locator("#stage")).to_have_text("来电振铃", timeout=15_000)
    window.keyboard.press("F2")
    expect(window.locator("#stage")).to_have_text("通话中")
    queued = ami.step("queued")
    window.wait_for_function("document.getElementById('level-voice').value > 0.05")
    window.wait_for_timeout(3000)
    window.keyboard.press("F4")
    expect(window.locator("#stage")).to_have_text("没有通话")
    caller.went_well()
    ami.wait(Event="Hangup", Uniqueid=queued["Uniqueid"])
    assert loudness(asterisk.recordings / queued["File"]) > 0.02
