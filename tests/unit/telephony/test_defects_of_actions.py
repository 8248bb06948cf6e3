"""Each defect of the bare library, shown, and its absence here.

The library is panoramisk 1.4. ``bare`` tests assert the defect itself: should a later release
mend it, they fail, and the replacement can go.
"""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from panoramisk import Manager
from panoramisk.message import Message

from intake.domain.call import LinkState
from telephony.framing import Headers
from telephony.inbox import LinkDown, LinkUp
from telephony.wire import LinkLost
from tests.unit.telephony.fake_ami import Peer, fake_ami, until
from tests.unit.telephony.links import FIVE, QUICK, bare, is_up, linked

# 1: "Added interface to queue" is taken for the start of a list that never comes.


async def _add(peer: Peer, asked: dict[str, str]) -> None:
    await peer.answer(asked, "Added interface to queue")


async def test_bare_queue_add_never_answers() -> None:
    async with fake_ami(script=_add) as fake, bare(fake) as manager:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(manager.send_action({"Action": "QueueAdd"}), 0.3)


async def test_queue_add_answers() -> None:
    async with fake_ami(script=_add) as fake, linked(fake) as link:
        await is_up(link)
        answer = await link.request({"Action": "QueueAdd", "Queue": "hotline"})
        assert answer["Message"] == "Added interface to queue"


# 2: a synchronous Originate raises KeyError in the reader, which closes the connection.


async def _originate(peer: Peer, asked: dict[str, str]) -> None:
    await peer.answer(asked, "Originate successfully queued")


async def test_bare_synchronous_originate_breaks_the_reader() -> None:
    async with fake_ami(script=_originate) as fake, bare(fake) as manager:
        broken: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, told: broken.append(told))
        manager.send_action({"Action": "Originate", "Channel": "Local/1@x"})
        await until(lambda: broken)
        assert isinstance(broken[0]["exception"], KeyError)


async def test_a_synchronous_originate_is_answered() -> None:
    async with fake_ami(script=_originate) as fake, linked(fake) as link:
        await is_up(link)
        answer = await link.request({"Action": "Originate", "Channel": "Local/1@x"})
        assert answer["Response"] == "Success"
        assert fake.connections == 1


# 3: one error in a callback loses the rest of the segment and the connection.


async def test_bare_error_of_a_reader_loses_events() -> None:
    async with fake_ami() as fake, bare(fake) as manager:
        seen: list[str] = []

        def reader(_manager: Manager, event: Message) -> None:
            seen.append(event.number)
            if event.number == "1":
                raise ValueError

        manager.register_event("Five", reader)
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _told: None)
        await fake.peers[0].say(*FIVE)
        await asyncio.sleep(0.2)
        assert seen == ["0", "1"]


async def test_an_error_of_a_reader_costs_that_event_only(monkeypatch: Any) -> None:
    async with fake_ami() as fake, linked(fake) as link:
        await is_up(link)
        seen: list[str] = []

        def reader(event: Headers) -> bool:
            seen.append(event["Number"])
            if event["Number"] == "1":
                raise ValueError
            return True

        monkeypatch.setattr(link.inbox, "hear", reader)
        await fake.peers[0].say(*FIVE)
        await until(lambda: len(seen) == 5)
        assert fake.connections == 1


# 4: what was asked before a break is asked again after it.


async def test_bare_actions_are_sent_again_after_a_break() -> None:
    async with fake_ami() as fake, bare(fake) as manager:
        manager.send_action({"Action": "Originate", "Async": "true"})
        await until(lambda: fake.actions("Originate"))
        await fake.peers[0].drop()
        await until(lambda: len(fake.actions("Originate")) == 2)


async def test_nothing_is_sent_again_after_a_break() -> None:
    async with fake_ami() as fake, linked(fake) as link:
        await is_up(link)
        asked = asyncio.create_task(link.request({"Action": "Originate", "Async": "true"}, 5))
        await until(lambda: fake.actions("Originate"))
        await fake.peers[0].drop()
        with pytest.raises(LinkLost):
            await asked
        await until(lambda: fake.connections == 2)
        await is_up(link)
        await asyncio.sleep(0.2)
        assert len(fake.actions("Originate")) == 1


# 5: a command is registered under two ids and sent again twice.


async def test_bare_command_is_sent_again_twice() -> None:
    async with fake_ami() as fake, bare(fake) as manager:
        manager.send_action({"Action": "Command", "Command": "x"})
        await until(lambda: fake.actions("Command"))
        await fake.peers[0].drop()
        await until(lambda: len(fake.actions("Command")) == 3)


# 6: a list cut in the middle never ends.


async def _half_a_list(peer: Peer, asked: dict[str, str]) -> None:
    await peer.answer(asked, "list", EventList="start")
    await peer.say({"Event": "CoreShowChannel", "ActionID": asked["ActionID"]})
    await peer.drop()


async def test_bare_list_cut_in_the_middle_never_ends() -> None:
    async with fake_ami(script=_half_a_list) as fake, bare(fake) as manager:
        listing = manager.send_action({"Action": "CoreShowChannels"})
        await until(lambda: fake.connections > 1)
        await asyncio.sleep(0.2)
        assert not listing.done()


async def test_a_list_cut_in_the_middle_fails() -> None:
    async with fake_ami(script=_half_a_list) as fake, linked(fake) as link:
        await is_up(link)
        with pytest.raises(LinkLost):
            await link.listing({"Action": "CoreShowChannels"}, 5)


# 7: no deadline, and what nobody waits for stays.


async def test_bare_action_without_answer_waits_for_ever() -> None:
    async with fake_ami() as fake, bare(fake) as manager:
        with suppress(TimeoutError):
            await asyncio.wait_for(manager.send_action({"Action": "Status"}), 0.2)
        assert len(manager.protocol.responses) == 1


async def test_an_action_without_answer_ends_at_its_deadline() -> None:
    async with fake_ami() as fake, linked(fake) as link:
        await is_up(link)
        with pytest.raises(TimeoutError):
            await link.request({"Action": "Status"}, 0.1)
        assert link._manager is not None
        assert link._manager.protocol is not None
        assert not link._manager.protocol.responses


# 8: a peer that went mute is never noticed.


async def test_bare_mute_peer_stays_connected() -> None:
    async with fake_ami() as fake, bare(fake, ping_delay=0, ping_interval=0) as manager:
        await until(lambda: manager.authenticated)
        fake.mute = True
        before = len(fake.actions("Ping"))
        await until(lambda: len(fake.actions("Ping")) > before + 20)
        assert (manager._connected, fake.connections) == (True, 1)


async def test_a_mute_peer_is_left_after_two_misses() -> None:
    async with fake_ami() as fake, linked(fake, QUICK) as link:
        await is_up(link)
        fake.mute = True
        await until(lambda: link.state is LinkState.DISCONNECTED)
        fake.mute = False
        await is_up(link)
        items = await link.inbox.take()
        assert [type(one) for one in items] == [LinkUp, LinkDown, LinkUp]
        assert isinstance(items[1], LinkDown)
        assert "pings" in items[1].reason


# 9: closing does not end it: a reconnect that waits goes through.


async def test_bare_comes_back_after_close() -> None:
    async with fake_ami() as fake:
        manager = Manager(
            host="127.0.0.1",
            port=fake.port,
            username="user",
            secret="right",
            loop=asyncio.get_running_loop(),
        )
        manager.reconnect_timeout = 0.1
        await manager.connect()
        await until(lambda: manager.authenticated)
        await fake.peers[0].drop()
        await until(lambda: not manager._connected)
        assert manager.authenticated, "it still says so with the link lost"
        manager.close()
        await until(lambda: fake.connections == 2)
        manager.connect = lambda *_args, **_more: None
        manager.close()


async def test_closed_is_closed() -> None:
    async with fake_ami() as fake:
        async with linked(fake, QUICK) as link:
            await is_up(link)
            await fake.peers[0].drop()
            await until(lambda: link.state is LinkState.DISCONNECTED)
        connections = fake.connections
        await asyncio.sleep(0.3)
        assert fake.connections == connections
