"""POST and GET /api/v1/complaints as JSON: accepted once, told plainly, refused clearly."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import func, select

from intake.services.workroom import Workroom
from intake.store.tables import contact, event, outbox, reporter, ticket
from tests.integration.api.conftest import Caller, report

KEY = "Idempotency-Key"


def count(room: Workroom, table: Any) -> int:
    with room.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


async def test_a_report_is_accepted_and_its_progress_can_be_read(
    citizen: Caller, api_room: Workroom
) -> None:
    given = await citizen.post("/complaints", report())
    assert given.status == 201
    assert set(given.json) == {"number", "query_code", "received_at"}
    number, code = given.json["number"], given.json["query_code"]

    progress = await citizen.get(f"/complaints/{number}", params={"code": code.lower()})
    assert progress.status == 200
    assert progress.json["status"] == "received"
    assert progress.json["status_text"] == "已收到"
    assert [line["text"] for line in progress.json["timeline"]] == ["我们已收到您的反映。"]
    assert "13800000000" not in progress.text
    for table in (contact, ticket, event, outbox, reporter):
        assert count(api_room, table) == 1


async def test_unknown_number_and_wrong_code_are_told_alike(citizen: Caller) -> None:
    given = (await citizen.post("/complaints", report())).json
    wrong = await citizen.get(f"/complaints/{given['number']}", params={"code": "AAAAAAAA"})
    unknown = await citizen.get("/complaints/SL2020010100001", params={"code": "AAAAAAAA"})
    nonsense = await citizen.get("/complaints/nonsense", params={"code": given["query_code"]})
    assert [wrong.status, unknown.status, nonsense.status] == [404, 404, 404]
    assert wrong.json == unknown.json == nonsense.json


async def test_the_same_key_brings_the_same_receipt(citizen: Caller, api_room: Workroom) -> None:
    first = await citizen.post("/complaints", report(), headers={KEY: "k-1"})
    again = await citizen.post("/complaints", report(), headers={KEY: "k-1"})
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert count(api_room, ticket) == 1


async def test_the_same_key_with_other_content_is_refused(
    citizen: Caller, api_room: Workroom
) -> None:
    await citizen.post("/complaints", report(), headers={KEY: "k-1"})
    other = await citizen.post("/complaints", report("另一件事"), headers={KEY: "k-1"})
    assert other.status == 422
    assert other.json["id"] == "idempotency-key-reused"
    assert other.json["type"] == "urn:minsheng:problem:idempotency-key-reused"
    assert other.headers["Content-Type"].startswith("application/problem+json")
    assert count(api_room, ticket) == 1


async def test_a_submission_id_stands_in_for_the_key(citizen: Caller, api_room: Workroom) -> None:
    body = report(submission_id="draft-0001")
    numbers = {(await citizen.post("/complaints", body)).json["number"] for _ in range(3)}
    assert len(numbers) == 1
    other = await citizen.post("/complaints", report(submission_id="draft-0002"))
    assert other.json["number"] not in numbers
    assert count(api_room, contact) == 2


async def test_fifty_clients_with_one_key_make_one_ticket(
    citizen: Caller, api_room: Workroom
) -> None:
    answers = await asyncio.gather(
        *(citizen.post("/complaints", report(), headers={KEY: "crowd"}) for _ in range(50))
    )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert count(api_room, ticket) == count(api_room, contact) == 1
    assert count(api_room, outbox) == 1


async def test_a_key_that_cannot_be_used_is_refused(citizen: Caller, api_room: Workroom) -> None:
    for key in ("", "x" * 129, "with space", "编号"):
        answer = await citizen.post("/complaints", report(), headers={KEY: key})
        assert answer.status == 422
        assert answer.json["errors"][0]["field"] == KEY
    assert count(api_room, contact) == 0


UNREADABLE = {
    "empty": b"",
    "not JSON": b"text=hello",
    "cut": b'{"text": "abc"',
    "not UTF-8": b'{"text": "\xff\xfe"}',
    "UTF-16": '{"text": "路灯"}'.encode("utf-16"),
    "lone surrogate": b'{"text": "\\ud800"}',
    "too deep": b'{"text":' * 10_000,
    "deep list": b"[" * 100_000,
    "endless digits": b'{"text": "a", "lon": ' + b"9" * 10_000 + b"}",
    "NaN as text": b'{"text": "a", "lon": Infinit}',
}


async def test_unreadable_bodies_are_malformed(citizen: Caller, api_room: Workroom) -> None:
    kind = {"Content-Type": "application/json"}
    for name, raw in UNREADABLE.items():
        answer = await citizen.post("/complaints", data=raw, headers=kind)
        assert (answer.status, answer.json["id"]) == (400, "malformed"), name
    assert count(api_room, contact) == 0


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no text": ({"text": ""}, "text"),
    "blank text": ({"text": "  \n "}, "text"),
    "text of a wrong type": ({"text": 7}, "text"),
    "text too long": ({"text": "长" * 5001}, "text"),
    "NUL": ({"text": "a\x00b"}, "text"),
    "escape code": ({"address": "\x1b[2J"}, "address"),
    "number as text": ({"lon": "113.6"}, "lon"),
    "infinite": ({"lon": float("inf")}, "lon"),
    "not a number": ({"lat": float("nan")}, "lat"),
    "off the globe": ({"lat": 1e300}, "lat"),
    "half a position": ({"lat": None}, "lon"),
    "unknown datum": ({"datum": "MARS"}, "datum"),
    "not a phone": ({"phone": "12"}, "phone"),
    "not an e-mail": ({"email": "nobody"}, "email"),
    "anonymous with a phone": ({"anonymous": True}, "anonymous"),
    "a wrong yes": ({"anonymous": "yes"}, "anonymous"),
    "unknown field": ({"admin": True}, "admin"),
    "short submission id": ({"submission_id": "x"}, "submission_id"),
}


async def test_wrong_values_are_named(citizen: Caller, api_room: Workroom) -> None:
    for name, (change, field) in WRONG.items():
        raw = json.dumps(report(**change)).encode()
        kind = {"Content-Type": "application/json"}
        answer = await citizen.post("/complaints", data=raw, headers=kind)
        assert (answer.status, answer.json["id"]) == (422, "invalid"), name
        assert field in {fault["field"] for fault in answer.json["errors"]}, name
        assert "13800000000" not in answer.text
    assert count(api_room, contact) == 0


async def test_every_fault_is_told_at_once(citizen: Caller) -> None:
    answer = await citizen.post("/complaints", {"text": "", "lon": "x", "what": 1})
    assert {fault["field"] for fault in answer.json["errors"]} == {"text", "lon", "what"}


@pytest.mark.parametrize(
    ("place", "finding"),
    [
        ({"lon": 33.2, "lat": 113.6}, "SWAPPED"),
        ({"lon": 116.4, "lat": 39.9}, "OUTSIDE_COUNTY"),
        ({"lon": -0.1, "lat": 51.5}, "OUTSIDE_CHINA"),
        ({"lon": 0, "lat": 0}, "NOT_A_POSITION"),
    ],
)
async def test_a_position_outside_the_county_is_explained(
    citizen: Caller, api_room: Workroom, place: dict[str, Any], finding: str
) -> None:
    answer = await citizen.post("/complaints", report(**place))
    assert (answer.status, answer.json["id"]) == (422, "outside-county")
    assert answer.json["finding"] == finding
    assert count(api_room, contact) == 0


async def test_a_map_datum_is_turned_into_wgs84_and_kept(
    citizen: Caller, api_room: Workroom
) -> None:
    answer = await citizen.post("/complaints", report(datum="GCJ02"))
    assert answer.status == 201
    with api_room.database.read() as conn:
        row = conn.execute(select(ticket)).mappings().one()
    assert (row["original_lon"], row["original_lat"], row["datum"]) == (113.6, 33.2, "GCJ02")
    assert 0.002 < abs(row["lon"] - 113.6) < 0.02


async def test_bodies_that_are_too_large_or_of_another_kind(citizen: Caller) -> None:
    large = await citizen.post(
        "/complaints", data=b" " * 300_000, headers={"Content-Type": "application/json"}
    )
    assert (large.status, large.json["id"]) == (413, "too-large")
    text = await citizen.post("/complaints", data=b"{}", headers={"Content-Type": "text/plain"})
    assert (text.status, text.json["id"]) == (415, "unsupported-media-type")
    packed = await citizen.post(
        "/complaints",
        data=b"\x1f\x8b not really packed",
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert (packed.status, packed.json["id"]) == (415, "unsupported-media-type")


async def test_addresses_and_methods_that_do_not_exist(citizen: Caller) -> None:
    unknown = await citizen.get("/no-such-thing")
    assert (unknown.status, unknown.json["id"]) == (404, "no-such-address")
    method = await citizen.call("DELETE", "/complaints")
    assert (method.status, method.json["id"]) == (405, "method-not-allowed")
    assert method.headers["Allow"] == "POST"


async def test_every_answer_carries_the_security_headers(citizen: Caller) -> None:
    for path in ("/no-such-thing", "/openapi.json", "/"):
        answer = await citizen.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
