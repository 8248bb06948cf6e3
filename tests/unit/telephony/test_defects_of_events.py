"""Each defect of the bare library, shown, and its absence here.

The library is panoramisk 1.4. ``bare`` tests assert the defect itself: should a later release
mend it, they fail, and the replacement can go.
"""

import asyncio
import copy

import pytest
from panoramisk import Manager
from panoramisk.actions import Action
from panoramisk.message import Message

from intake.domain.call import LinkState
from telephony.connection import Address, Link, Refused, Timing
from telephony.encoder import Unsendable
from telephony.framing import Framer
from telephony.inbox import Inbox, LinkDown, LinkUp
from telephony.wire import LinkLost
from tests.unit.telephony.fake_ami import BOOTED, Peer, fake_ami, until
from tests.unit.telephony.links import FIVE, QUICK, bare, heard, is_up, linked

# 10: a wrong password is tried for ever, and nobody is told.


async def test_bare_wrong_password_is_silent() -> None:
    async with fake_ami() as fake, bare(fake, word="wrong") as manager:
        await asyncio.sleep(0.1)
        assert manager._connected
        assert not manager.authenticated


async def test_a_wrong_password_is_an_alarm_of_its_own() -> None:
    async with fake_ami() as fake, linked(fake, QUICK, word="wrong") as link:
        told: list[tuple[LinkState, str]] = []
        link.changed = lambda state, why: told.append((state, why))
        await until(lambda: link.state is LinkState.WRONG_PASSWORD)
        assert "MINSHENG_PBX_AMI_SECRET" in told[-1][1]
        await asyncio.sleep(0.5)
        assert 2 <= len(fake.actions("Login")) < 12
        assert [state for state, _ in told].count(LinkState.WRONG_PASSWORD) == 1
        fake.secret = "wrong"
        await is_up(link)


# 11, 12: connecting raises to the caller, and sending before it is an AttributeError.


async def test_bare_first_connect_raises_and_sending_is_an_error() -> None:
    manager = Manager(host="127.0.0.1", port=1, loop=asyncio.get_running_loop())
    with pytest.raises(AttributeError):
        manager.send_action({"Action": "Ping"})
    with pytest.raises(OSError, match="Connect call failed"):
        await manager.connect()
    manager.connect = lambda *_args, **_more: None


async def test_a_peer_that_is_not_there_is_waited_for() -> None:
    async with fake_ami() as gone:
        port = gone.port
    link = Link(Address("127.0.0.1", port, "user", "right"), timing=QUICK)
    with pytest.raises(LinkLost):
        await link.request({"Action": "Ping"})
    task = asyncio.create_task(link.run())
    await asyncio.sleep(0.2)
    assert not task.done()
    async with fake_ami(port=port):
        await is_up(link)
        link.close()
        await asyncio.wait_for(task, 3)


# 13: without FullyBooted the library never sends what waits; here it is said.


async def test_a_user_without_read_system_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BOOTED, "Event", "SomethingElse")
    timing = Timing(connect=1.0, answer=0.3, boot=0.1, first_pause=30.0)
    async with fake_ami() as fake, linked(fake, timing) as link:
        told: list[str] = []
        link.changed = lambda _state, why: told.append(why)
        await until(lambda: any("read=system" in why for why in told))


# 14: a character split over two segments vanishes.


def test_bare_split_character_vanishes() -> None:
    half = "王芳".encode()[:4]
    assert half.decode("utf8", "ignore") + "王芳".encode()[4:].decode("utf8", "ignore") == "王"


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 7, 0])
async def test_every_character_arrives_however_it_is_cut(piece: int) -> None:
    name = "王芳投诉“路灯”𠮷"
    async with fake_ami(piece=piece) as fake, linked(fake) as link:
        await is_up(link)
        await fake.peers[0].say({"Event": "Newchannel", "CallerIDName": name}, *FIVE)
        events = await heard(link, 6)
        assert events[0]["CallerIDName"] == name
        assert [one["Number"] for one in events[1:]] == list("01234")


# 15: a line end in a value is a second action.


def test_bare_lets_a_second_action_through() -> None:
    async def said() -> str:
        return str(Action({"Action": "Setvar", "Value": "x\r\n\r\nAction: Hangup"}))

    assert "\r\n\r\nAction: Hangup" in asyncio.run(said())


@pytest.mark.parametrize("value", ["x\r\nAction: Hangup", "x\ny", "x\ry", "x\0y", "x" * 2000])
async def test_no_value_ends_a_line(value: str) -> None:
    async with fake_ami() as fake, linked(fake) as link:
        await is_up(link)
        asked = len(fake.asked)
        with pytest.raises(Unsendable) as refused:
            await link.request({"Action": "Setvar", "Value": value})
        assert value not in str(refused.value)
        await asyncio.sleep(0.05)
        assert len(fake.asked) == asked


# 16, 17: headers that repeat, differ in case only, are empty or unknown.

TWICE = (
    b"Event: X\r\nChanVariable: a=1\r\nUniqueid: 1\r\nUniqueID: 2\r\nK:v\r\nContent: c\r\nLast: "
)


def test_bare_headers_are_lost() -> None:
    one = Message.from_line(TWICE.decode().strip())
    with pytest.raises(TypeError):
        one.getdict("ChanVariable")
    assert one["Uniqueid"] == "2"
    assert (one.content, one.k, "last" in one) == ("", "", False)
    assert one.misspelt == ""
    with pytest.raises(TypeError):
        copy.deepcopy(one)


def test_headers_are_kept() -> None:
    (one,) = Framer().feed(b"Asterisk Call Manager/1\r\n" + TWICE + b"\r\nTwo: a\r\nTwo: b\r\n\r\n")
    assert (one["Uniqueid"], one["UniqueID"]) == ("1", "2")
    assert (one["K"], one["Content"], one["Last"]) == ("v", "c", "")
    assert one["Two"] == "a\nb"
    with pytest.raises(KeyError):
        _ = one["Misspelt"]
    assert copy.deepcopy(one) == one


# 18: coroutine readers run side by side: the order is lost.


async def test_bare_order_of_coroutines_is_lost() -> None:
    async with fake_ami() as fake, bare(fake) as manager:
        done: list[str] = []

        async def reader(_manager: Manager, event: Message) -> None:
            await asyncio.sleep(0.05 if int(event.number) % 2 == 0 else 0.01)
            done.append(event.number)

        manager.register_event("Five", reader)
        await fake.peers[0].say(*FIVE)
        await until(lambda: len(done) == 5)
        assert done != sorted(done)


async def test_one_consumer_gets_everything_in_order() -> None:
    async with fake_ami() as fake, linked(fake) as link:
        await is_up(link)
        many = [{"Event": "Five", "Number": str(number)} for number in range(5_000)]
        for first in range(0, 5_000, 500):
            await fake.peers[0].say(*many[first : first + 500])
        events = await heard(link, 5_000)
        assert [int(one["Number"]) for one in events] == list(range(5_000))


# 19: an event with the id of a pending action does not reach the event readers.


async def _second_answer(peer: Peer, asked: dict[str, str]) -> None:
    await peer.say(
        {"Response": "Success", "ActionID": asked["ActionID"], "Message": "queued"},
        {"Event": "OriginateResponse", "ActionID": asked["ActionID"], "Response": "Failure"},
    )


async def test_the_second_answer_of_an_originate_is_an_event() -> None:
    async with fake_ami(script=_second_answer) as fake, linked(fake) as link:
        await is_up(link)
        await link.request({"Action": "Originate", "ActionID": "mine", "Async": "true"})
        (event,) = await heard(link, 1)
        assert (event["Event"], event["ActionID"]) == ("OriginateResponse", "mine")


# Beside the list: errors of lists, overflow, and what is no AMI at all.


async def _refuse(peer: Peer, asked: dict[str, str]) -> None:
    await peer.answer(asked, "Permission denied", Response="Error")


async def test_bare_refused_list_hangs() -> None:
    async with fake_ami(script=_refuse) as fake, bare(fake) as manager:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                manager.send_action({"Action": "QueueStatus"}, as_list=True), 0.2
            )


async def test_a_refused_list_is_refused() -> None:
    async with fake_ami(script=_refuse) as fake, linked(fake) as link:
        await is_up(link)
        with pytest.raises(Refused, match="Permission denied"):
            await link.listing({"Action": "QueueStatus"})


async def test_too_many_events_force_a_new_start_and_are_counted() -> None:
    inbox = Inbox(most=100)
    async with fake_ami() as fake, linked(fake, QUICK, inbox=inbox) as link:
        await is_up(link)
        await fake.peers[0].say(*FIVE * 40)
        await until(lambda: fake.connections == 2)
        await is_up(link)
        assert link.inbox.overflows > 0
        items = await link.inbox.take(1_000)
        downs = [one for one in items if isinstance(one, LinkDown)]
        assert [one.reason for one in downs] == ["LinkLost: overflow"]
        numbers = [one["Number"] for one in items if isinstance(one, dict)]
        assert numbers == (list("01234") * 40)[: len(numbers)]


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n"])
async def test_another_service_at_the_address_is_named(greeting: bytes) -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    link = Link(Address("127.0.0.1", port, "user", "right"), timing=QUICK)
    try:
        with pytest.raises(LinkLost, match="pbx_host"):
            await link._live_once()
    finally:
        link.close()
        server.close()


async def test_a_restart_is_told_from_a_lost_link_by_the_start_time() -> None:
    async with fake_ami() as fake, linked(fake, QUICK) as link:
        await is_up(link)
        await fake.peers[0].drop()
        await until(lambda: fake.connections == 2)
        await is_up(link)
        fake.started = ("2026-07-01", "09:30:00")
        await fake.peers[0].drop()
        await until(lambda: fake.connections == 3)
        await is_up(link)
        items = await link.inbox.take(100)
        starts = [one.started for one in items if isinstance(one, LinkUp)]
        assert starts == ["2026-07-01 08:00:00"] * 2 + ["2026-07-01 09:30:00"]
