"""The telephone window on a real Asterisk: calls both ways, keys, sound, and what goes wrong."""

import json
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Error, Page, Route, expect

from tests.e2e.desk.conftest import Site
from tests.e2e.phone.conftest import SECRET, loudness, tell_secret
from tests.services.asterisk import Asterisk
from tests.services.sipp import Sipp, Telephones

Window = Callable[[], Page]
LISTEN_TO_TONES = """() => {
  const send = RTCDTMFSender.prototype.insertDTMF;
  document.body.dataset.tones = "";
  RTCDTMFSender.prototype.insertDTMF = function (tones, ...more) {
    document.body.dataset.tones += tones;
    return send.call(this, tones, ...more);
  };
}"""


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
    hears(window)
    window.wait_for_timeout(3000)
    window.keyboard.press("F4")
    expect(window.locator("#stage")).to_have_text("没有通话")
    caller.went_well()
    ami.wait(Event="Hangup", Uniqueid=queued["Uniqueid"])
    assert loudness(asterisk.recordings / queued["File"]) > 0.02


def hears(window: Page) -> None:
    """The other side is heard: the level moves."""
    for _ in range(100):
        if window.locator("#level-voice").evaluate("meter => meter.value") > 0.05:
            return
        window.wait_for_timeout(100)
    raise AssertionError("nothing is heard")


def talking(window: Page, telephones: Telephones) -> Sipp:
    """A caller in conversation with the window; returns the caller."""
    caller = telephones.call(voice=True, stay_ms=60_000)
    expect(window.locator("#stage")).to_have_text("来电振铃", timeout=15_000)
    window.keyboard.press("F2")
    expect(window.locator("#stage")).to_have_text("通话中")
    hears(window)
    return caller


def test_hold_mute_and_keypad_by_keys(
    asterisk: Asterisk, telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    ami = asterisk.ami()
    talking(window, telephones)
    window.keyboard.press("F8")
    expect(window.locator("#stage")).to_have_text("保持中")
    ami.wait(Event="Hold")
    window.keyboard.press("F8")
    expect(window.locator("#stage")).to_have_text("通话中")
    ami.wait(Event="Unhold")
    window.keyboard.press("F9")
    expect(window.locator("#mute")).to_have_attribute("aria-pressed", "true")
    expect(window.locator("#mute")).to_contain_text("取消静音")
    window.keyboard.press("F9")
    expect(window.locator("#mute")).to_have_attribute("aria-pressed", "false")
    window.evaluate(LISTEN_TO_TONES)
    window.locator("#keypad summary").click()
    window.keyboard.press("5")
    expect(window.locator("body")).to_have_attribute("data-tones", "5")
    window.wait_for_timeout(500)
    window.keyboard.press("#")
    expect(window.locator("body")).to_have_attribute("data-tones", "5#")


def test_a_refused_call_goes_back_to_the_queue_and_a_caller_may_hang_up(
    asterisk: Asterisk, telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    ami = asterisk.ami()
    caller = telephones.call(stay_ms=60_000)
    expect(window.locator("#stage")).to_have_text("来电振铃", timeout=15_000)
    window.keyboard.press("F4")
    ami.wait(Event="AgentRingNoAnswer")
    expect(window.locator("#stage")).to_have_text("来电振铃", timeout=15_000)
    window.keyboard.press("F2")
    expect(window.locator("#stage")).to_have_text("通话中")
    caller.hang_up()
    expect(window.locator("#stage")).to_have_text("没有通话")


def test_a_call_the_operator_asked_for_is_answered_by_itself(
    asterisk: Asterisk, telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    ami = asterisk.ami()
    telephones.citizen(voice=True)
    ami.action(
        "Originate",
        Channel="PJSIP/web-8001",
        Context="minsheng-outbound",
        Exten="s",
        Priority="1",
        Async="true",
        Variable="PJSIP_HEADER(add,X-Minsheng-Purpose)=CLICK\nMS_NUMBER=13900000000",
    )
    expect(window.locator("#stage")).to_have_text("通话中", timeout=15_000)
    hears(window)


def test_automatic_answer_is_a_setting_of_the_person(
    telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    window.get_by_text("设置").click()
    window.get_by_label("来电自动接听").check()
    window.reload()
    expect(window.locator("body")).to_have_attribute("data-registration", "ready")
    expect(window.locator("#microphone option")).not_to_have_count(1)
    telephones.call(stay_ms=60_000)
    expect(window.locator("#stage")).to_have_text("通话中", timeout=15_000)


def test_a_closed_window_ends_the_call_at_once(
    asterisk: Asterisk, telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    ami = asterisk.ami()
    caller = talking(window, telephones)
    window.close(run_before_unload=False)
    assert ami.wait(3, Event="AgentComplete")["Reason"] == "agent"
    caller.went_well()


def test_a_crashed_window_leaves_nobody_in_silence(
    asterisk: Asterisk, telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    ami = asterisk.ami()
    caller = talking(window, telephones)
    with suppress(Error):
        window.goto("chrome://crash", wait_until="commit", timeout=2000)
    silence = asterisk.plan.browser_silence_seconds
    assert ami.wait(silence + 10, Event="AgentComplete")["Reason"] == "agent"
    caller.went_well()


def test_dead_sound_on_a_healthy_line_is_told(
    asterisk: Asterisk, telephones: Telephones, phone_window: Window
) -> None:
    window = phone_window()
    told = hear_what_is_told(window)
    talking(window, telephones)
    assert told == []
    with window.expect_request("**/calls/7/sound"):
        asterisk.freeze()
    expect(window.locator("#media")).to_contain_text("听不到对方")
    expect(window.locator("#stage")).to_have_text("通话中")
    with window.expect_request("**/calls/7/sound"):
        asterisk.thaw()
    expect(window.locator("#media")).to_be_hidden()
    assert told == ["silent", "flowing"]


def hear_what_is_told(window: Page) -> list[str]:
    """What the desk hears of the sound of call 7, which is this window's."""
    told: list[str] = []

    def hear(route: Route) -> None:
        told.append(json.loads(route.request.post_data or "{}")["sound"])
        route.fulfill(json={"done": True})

    window.route("**/desk/api/agent", lambda route: route.fulfill(json={"call": 7}))
    window.route("**/desk/api/calls/7/sound", hear)
    return told


def test_the_line_comes_back_by_itself(asterisk: Asterisk, phone_window: Window) -> None:
    window = phone_window()
    asterisk.kill()
    expect(window.locator("body")).to_have_attribute("data-registration", "lost")
    asterisk.start()
    # The PBX writes its database once a second: what was told just before the kill is gone.
    tell_secret(asterisk)
    expect(window.locator("body")).to_have_attribute("data-registration", "ready", timeout=90_000)


def test_there_is_one_window(site: Site, phone_window: Window) -> None:
    first = phone_window()
    second = first.context.new_page()
    second.goto(f"{site.address}/desk/phone")
    expect(second.locator("#elsewhere")).to_be_visible()
    expect(second.locator("#line")).to_be_hidden()
    assert SECRET not in first.content() + second.content()
    second.locator("#take-over").click()
    expect(second.locator("#line")).to_be_visible()
    expect(first.locator("#elsewhere")).to_be_visible()
    expect(first.locator("body")).to_have_attribute("data-registration", "off")
