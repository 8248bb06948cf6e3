"""The client's address behind counted proxies; what a client writes itself counts for nothing."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from intake.security.address import client_address, client_address_of, parse_address

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("lines", "trusted", "expected"),
    [
        ([], 0, PEER),
        (["203.0.113.9"], 0, PEER),
        (["203.0.113.9"], 1, "203.0.113.9"),
        (["1.1.1.1, 203.0.113.9"], 1, "203.0.113.9"),
        (["1.1.1.1, 203.0.113.9, 10.0.0.1"], 2, "203.0.113.9"),
        (["1.1.1.1", "203.0.113.9"], 1, "203.0.113.9"),
        (["1.1.1.1, 2.2.2.2", "203.0.113.9,10.0.0.1"], 2, "203.0.113.9"),
        (["203.0.113.9:4711"], 1, "203.0.113.9"),
        (["[2001:db8::9]:4711"], 1, "2001:db8::9"),
        (['"[2001:db8::9]"'], 1, "2001:db8::9"),
        (["2001:db8::9"], 1, "2001:db8::9"),
        (["::ffff:203.0.113.9"], 1, "203.0.113.9"),
        (["64:ff9b::203.0.113.9"], 1, "203.0.113.9"),
        (["fe80::9%eth0"], 1, "fe80::9"),
        ([" ,, 203.0.113.9 "], 1, "203.0.113.9"),
        # Too short for the proxies we count on, or not an address: the peer stands in.
        ([], 1, PEER),
        (["203.0.113.9"], 2, PEER),
        (["unknown"], 1, PEER),
        (["203.0.113.9, "], 1, PEER),
        (["203.0.113.999"], 1, PEER),
        (["203.0.113.9:99999"], 1, PEER),
        (["203.0.113.9:x"], 1, PEER),
        (["[2001:db8::9"], 1, PEER),
        (["203.0.113.9\x00"], 1, PEER),
        (["\ud800"], 1, PEER),
        (["127.1"], 1, PEER),
        (["0x7f000001"], 1, PEER),
    ],
)
def test_the_entry_our_outermost_proxy_wrote_counts(
    lines: list[str], trusted: int, expected: str
) -> None:
    assert str(client_address(PEER, lines, trusted)) == expected


@given(st.lists(st.text()), st.integers(1, 4))
def test_whatever_a_client_sends_the_address_stays(forged: list[str], proxies: int) -> None:
    """The proxies append to what the client forged; the result is the same as without it."""
    appended = ["203.0.113.9"] + [f"10.0.0.{hop}" for hop in range(1, proxies)]
    seen = client_address(PEER, [*forged, ", ".join(appended)], proxies)
    assert str(seen) == "203.0.113.9"


def test_ipv6_is_grouped_by_subscriber() -> None:
    groups = {client_address(f"2001:db8:1:2::{host:x}", [], 0).group for host in (1, 2, 0xFFFF)}
    assert groups == {"2001:db8:1:2::/64"}
    assert client_address("2001:db8:1:3::1", [], 0).group not in groups
    assert client_address("203.0.113.9", [], 0).group == "203.0.113.9"


def test_a_local_socket_has_no_address_and_one_group() -> None:
    assert client_address(None, [], 0).group == "local"
    assert client_address("", ["bad"], 1).group == "local"


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        client_address(PEER, [], -1)


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    parse_address(text)


async def test_over_a_real_connection() -> None:
    async def tell(request: web.Request) -> web.Response:
        proxies = int(request.query["proxies"])
        return web.Response(text=client_address_of(request, proxies).group)

    app = web.Application()
    app.router.add_get("/", tell)
    async with TestClient(TestServer(app)) as client:
        forged = [("X-Forwarded-For", "9.9.9.9"), ("X-Forwarded-For", "203.0.113.9")]
        direct = await client.get("/?proxies=0", headers=forged)
        assert await direct.text() == "127.0.0.1"
        behind_one = await client.get("/?proxies=1", headers=forged)
        assert await behind_one.text() == "203.0.113.9"
