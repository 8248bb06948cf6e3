"""Rate limits count real addresses behind a counted number of proxies, whatever a client claims."""

import random
from http.client import HTTPConnection

import pytest

from tests.abuse.conftest import Start, Target

RATE = "5/minute"
BODY = '{{"text": "路灯不亮 {}"}}'

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def post(target: Target, number: int, forwarded: str = "", **headers: str) -> tuple[int, str]:
    """Status and Retry-After of one report with its X-Forwarded-For."""
    connection = HTTPConnection("127.0.0.1", target.port, timeout=10)
    sent = {"Content-Type": "application/json", **headers}
    if forwarded:
        sent["X-Forwarded-For"] = forwarded
    try:
        connection.request("POST", "/api/v1/complaints", BODY.format(number).encode(), sent)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Retry-After", "")
    finally:
        connection.close()


def made_up(chance: random.Random) -> str:
    return ".".join(str(chance.randint(1, 254)) for _ in range(4))


def statuses(heard: list[tuple[int, str]]) -> list[int]:
    return [status for status, _ in heard]


def test_without_proxies_headers_change_nothing(start_target: Start) -> None:
    target = start_target("0", RATE)
    chance = random.Random(1)
    heard = [
        post(target, number, made_up(chance), Forwarded=f"for={made_up(chance)}")
        for number in range(12)
    ]
    assert statuses(heard) == [201] * 5 + [429] * 7
    assert all(int(retry) > 0 for status, retry in heard if status == 429)


def test_behind_one_proxy_only_its_word_counts(start_target: Start) -> None:
    """The proxy appends the address it saw; what stands before was said by the client."""
    target = start_target("1", RATE)
    chance = random.Random(2)
    cheating = [post(target, n, f"{made_up(chance)}, 203.0.113.9") for n in range(12)]
    assert statuses(cheating) == [201] * 5 + [429] * 7
    assert post(target, 100, "203.0.113.10")[0] == 201


def test_behind_two_proxies(start_target: Start) -> None:
    target = start_target("2", RATE)
    chance = random.Random(3)
    cheating = [
        post(target, n, f"{made_up(chance)}, {made_up(chance)}, 203.0.113.9, 10.0.0.{n + 1}")
        for n in range(12)
    ]
    assert statuses(cheating) == [201] * 5 + [429] * 7


def test_neighbours_in_one_ipv6_network_are_one_client(start_target: Start) -> None:
    target = start_target("1", RATE)
    heard = [post(target, n, f"2001:db8:1:2::{n + 1:x}") for n in range(12)]
    assert statuses(heard) == [201] * 5 + [429] * 7
    assert post(target, 100, "2001:db8:1:3::1")[0] == 201


def test_nonsense_from_the_proxy_is_still_counted(start_target: Start) -> None:
    target = start_target("1", RATE)
    nonsense = ("x", "1.2.3", "999.1.1.1", "::g", "a" * 500, ",", "unknown", "1.2.3.4:x")
    heard = [post(target, n, nonsense[n % len(nonsense)]) for n in range(16)]
    assert statuses(heard).count(201) <= 5
    assert set(statuses(heard)) <= {201, 429, 400}
