"""Sessions, CSRF and bearer tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import make_mocked_request

from intake.security.csrf import comes_from_our_pages, csrf_matches, csrf_token
from intake.security.sessions import (
    Standing,
    cookie_attributes,
    cookie_name,
    new_token,
    rotate,
    should_touch,
    standing,
    token_digest,
)
from intake.security.tokens import bearer_digest, digests_match, issue_token

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def test_the_store_gets_a_hash_and_the_browser_the_value() -> None:
    token = new_token()
    assert token_digest(token.cookie) == token.digest
    assert token.cookie not in repr(token)
    assert new_token().cookie != token.cookie


@pytest.mark.parametrize(
    "cookie", [None, "", "x" * 42, "x" * 44, "é" * 43, "\ud800" * 43, "x" * 42 + "\n", "'" * 43]
)
def test_what_cannot_be_our_cookie_is_not_looked_up(cookie: str | None) -> None:
    assert token_digest(cookie) is None


def test_signing_in_changes_the_token_and_retires_the_old() -> None:
    planted = new_token()
    rotation = rotate(planted.cookie)
    assert rotation.fresh.digest != planted.digest
    assert rotation.retired == planted.digest
    assert rotate("planted by a stranger").retired is None


def test_idle_and_absolute_time_out() -> None:
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    assert standing(START, START, START + 19 * minute) is Standing.LIVE
    assert standing(START, START, START + 20 * minute) is Standing.IDLE
    assert standing(START, START + 12 * hour - minute, START + 12 * hour) is Standing.EXPIRED
    assert standing(START, START, START + 5 * minute, idle=5 * minute) is Standing.IDLE
    assert should_touch(START, START + minute)
    assert not should_touch(START, START + minute / 2)


def test_the_cookie_is_closed_to_scripts_and_plain_http() -> None:
    attributes = cookie_attributes(behind_tls=True)
    assert (attributes["httponly"], attributes["secure"], attributes["path"]) == (True, True, "/")
    assert cookie_name(behind_tls=True).startswith("__Host-")
    assert not cookie_name(behind_tls=False).startswith("__")


def test_a_csrf_token_belongs_to_one_session() -> None:
    mine, theirs = new_token().cookie, new_token().cookie
    token = csrf_token(mine, KEY)
    assert csrf_matches(mine, token, [KEY])
    assert csrf_matches(mine, token, [OTHER_KEY, KEY])
    assert not csrf_matches(theirs, token, [KEY])
    assert not csrf_matches(mine, token, [OTHER_KEY])
    for wrong in (None, "", token[:-1], token + "A", "\ud800", "中文"):
        assert not csrf_matches(mine, wrong, [KEY])


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://sheng.example"}, False),
        ({"Origin": "https://sheng.example"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://sheng.example.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://[broken"}, False),
        ({}, False),
    ],
)
def test_posts_of_other_sites_are_refused(headers: dict[str, str], ours: bool) -> None:
    request = make_mocked_request("POST", "/", headers={"Host": "sheng.example", **headers})
    assert comes_from_our_pages(request) is ours
    assert comes_from_our_pages(request, ["https://sheng.example/"]) is ours


def test_reading_is_allowed_from_anywhere() -> None:
    request = make_mocked_request("GET", "/", headers={"Sec-Fetch-Site": "cross-site"})
    assert comes_from_our_pages(request)


def test_configured_origins_count_more_than_the_host_header() -> None:
    headers = {"Host": "evil.example", "Origin": "https://evil.example"}
    request = make_mocked_request("POST", "/", headers=headers)
    assert not comes_from_our_pages(request, ["https://sheng.example"])


def test_a_bearer_token_is_found_by_its_hash() -> None:
    token = issue_token("operator")
    assert token.secret.startswith("mst_")
    assert token.secret not in repr(token)
    presented = bearer_digest(f"bearer {token.secret}")
    assert presented == token.digest
    assert digests_match(presented, token.digest)
    assert not digests_match(presented, issue_token("operator").digest)
    assert not digests_match(None, token.digest)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Basic mst_", "Bearer x", "Bearer mst_" + "a" * 42,
               "Bearer mst_" + "a" * 43 + " x", "Bearer mst_" + "\ud800" * 43]
)  # fmt: skip
def test_other_headers_are_not_tokens(header: str | None) -> None:
    assert bearer_digest(header) is None
