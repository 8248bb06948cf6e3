"""The staff API: every verb through one table, versions kept, permission asked, people masked."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from intake.domain.people import Role
from intake.services.workroom import Workroom
from tests.integration.api.conftest import IN_TOWN, Caller, registration, report


async def received(citizen: Caller, words: str = "中山路路口垃圾成堆") -> str:
    number: str = (await citizen.post("/complaints", report(words))).json["number"]
    return number


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SQL statement any engine runs meanwhile."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_from_the_list_to_the_case_and_to_the_end(
    citizen: Caller, operator: Caller, leader: Caller, caller: Callable[[Role], Caller]
) -> None:
    number = await received(citizen)
    page = (await operator.get("/tickets", params={"state": "new"})).json
    assert [row["number"] for row in page["rows"]] == [number]

    seen = (await operator.get(f"/tickets/{number}")).json
    assert seen["ticket"]["text"] == "中山路路口垃圾成堆"
    assert seen["reporter"]["phone"] == "138****0000"

    claimed = await operator.post(f"/tickets/{number}/claim", {})
    assert claimed.status == 200
    done = await operator.post(f"/tickets/{number}/register", registration(1))
    assert (done.status, done.json["state"], done.json["category"]) == (200, "REGISTERED", "E06010")
    collector = caller(Role.COLLECTOR)
    name = (await collector.get("/me")).json["username"]
    sent = await operator.post(
        f"/tickets/{number}/verify",
        {"version": done.json["version"], "what": "是否有垃圾", "collector": name},
    )
    assert sent.status == 200, sent.text
    assert sent.json["state"] == "VERIFYING"
    looked = await collector.post(
        f"/tickets/{number}/verification", {"found": True, "remark": "属实", **IN_TOWN}
    )
    assert looked.status == 200, looked.text
    assert looked.json["state"] == "VERIFIED"
    filed = await operator.post(f"/tickets/{number}/file", {"version": looked.json["version"]})
    assert filed.status == 200, filed.text
    assert filed.json["state"] == "FILED"

    shown = (await operator.get(f"/tickets/{number}")).json
    case = shown["case"]["number"]
    assert case.startswith("E06010")
    assert [row["number"] for row in (await leader.get("/cases")).json["rows"]] == [case]
    machine = caller(Role.SUBSYSTEM)
    for step in (
        {"step": "dispatched", "unit": "U01"},
        {"step": "accepted"},
        {"step": "handled", "result": "已清运"},
        {"step": "check_passed"},
    ):
        advanced = await machine.post(f"/cases/{case}/events", step)
        assert advanced.status == 200, advanced.text
    version = (await operator.get(f"/tickets/{number}")).json["ticket"]["version"]
    visited = await operator.post(
        f"/tickets/{number}/visit",
        {"version": version, "outcome": "ANSWERED", "solved": "SOLVED", "handling": "SATISFIED"},
    )
    assert visited.status == 200, visited.text
    closed = await leader.post(f"/cases/{case}/events", {"step": "closed"})
    assert closed.json["state"] == "CLOSED"
    view = (await leader.get(f"/cases/{case}")).json
    assert view["tickets"] == [number]
    assert "13800000000" not in str(view)


async def test_a_stale_version_is_told_what_changed(citizen: Caller, operator: Caller) -> None:
    number = await received(citizen)
    await operator.post(f"/tickets/{number}/register", registration(1))
    stale = await operator.post(f"/tickets/{number}/register", registration(1))
    assert (stale.status, stale.json["id"]) == (409, "stale-version")
    assert stale.json["version"] == 2
    assert stale.json["changes"][0]["type"] == "TicketRegistered"


async def test_eight_people_at_once_are_applied_or_told(
    citizen: Caller, caller: Callable[[Role], Caller]
) -> None:
    number = await received(citizen)
    people = [caller(Role.OPERATOR) for _ in range(8)]
    versions = [1] * 8
    answers = []
    for _ in range(3):
        answers += await asyncio.gather(
            *(
                person.post(
                    f"/tickets/{number}/register",
                    registration(version, description=f"第{place}位的描述"),
                )
                for place, (person, version) in enumerate(zip(people, versions, strict=True))
            )
        )
        latest = (await people[0].get(f"/tickets/{number}")).json["ticket"]["version"]
        versions = [latest] * 8
    assert {answer.status for answer in answers} == {200, 409}
    applied = [answer for answer in answers if answer.status == 200]
    view = (await people[0].get(f"/tickets/{number}")).json
    assert view["ticket"]["version"] == 1 + len(applied)
    written = [line for line in view["history"] if line["type"] != "TicketReceived"]
    assert len(written) == len(applied)


async def test_roles_see_and_do_what_the_matrix_says(
    citizen: Caller, caller: Callable[[Role], Caller]
) -> None:
    number = await received(citizen)
    assert (await citizen.get("/tickets")).status == 401
    for role in (Role.COLLECTOR, Role.SYSADMIN, Role.DEPARTMENT_USER):
        refused = await caller(role).get(f"/tickets/{number}")
        assert (refused.status, refused.json["id"]) == (403, "not-allowed")
    auditor = caller(Role.AUDITOR)
    assert (await auditor.get(f"/tickets/{number}")).status == 200
    assert (await auditor.post(f"/tickets/{number}/register", registration(1))).status == 403
    assert (await auditor.post(f"/tickets/{number}/reveal", {"reason": "看看"})).status == 403


async def test_a_reveal_shows_the_number_and_leaves_a_fact(
    citizen: Caller, operator: Caller
) -> None:
    number = await received(citizen)
    other = await operator.post(f"/tickets/{number}/reveal", {})
    assert other.status == 403
    await operator.post(f"/tickets/{number}/claim", {})
    shown = await operator.post(f"/tickets/{number}/reveal", {"reason": "回电"})
    assert shown.json["phone"] == "13800000000"
    history = (await operator.get(f"/tickets/{number}")).json["history"]
    assert history[-1]["type"] == "ReporterRevealed"


async def test_reports_of_people_on_duty_carry_source_and_name(
    operator: Caller, caller: Callable[[Role], Caller]
) -> None:
    body = {"text": "来访反映噪音", "source": "WALK_IN"}
    key = {"Idempotency-Key": "slip-17"}
    first = await operator.post("/tickets", body, headers=key)
    again = await operator.post("/tickets", body, headers=key)
    assert first.status == 201
    assert first.json == again.json
    view = (await operator.get(f"/tickets/{first.json['number']}")).json
    assert view["ticket"]["source"] == "WALK_IN"
    assert view["history"][0]["actor_role"] == "OPERATOR"
    foreign = await operator.post("/tickets", {"text": "巡查发现", "source": "COLLECTOR"})
    assert (foreign.status, foreign.json["errors"][0]["field"]) == (422, "source")
    own = await caller(Role.COLLECTOR).post("/tickets", {"text": "井盖丢失", **IN_TOWN})
    assert own.status == 201
    assert (await caller(Role.AUDITOR).post("/tickets", body)).status == 403


async def test_a_list_is_at_most_six_statements(citizen: Caller, operator: Caller) -> None:
    for turn in range(5):
        await received(citizen, f"第{turn}处垃圾")
    for query in ({}, {"state": "closed"}, {"q": "垃圾"}, {"source": "WEB", "limit": "2"}):
        with statements() as seen:
            page = await operator.get("/tickets", params=query)
        assert page.status == 200
        spoken = [each for each in seen if not each.startswith(("BEGIN", "PRAGMA"))]
        assert len(spoken) <= 6, spoken


async def test_pages_follow_one_another(citizen: Caller, operator: Caller) -> None:
    numbers = [await received(citizen, f"第{turn}处") for turn in range(5)]
    found: list[str] = []
    after = ""
    for _ in range(3):
        page = (await operator.get("/tickets", params={"limit": "2", "after": after})).json
        found += [row["number"] for row in page["rows"]]
        after = page["next"]
    assert found == numbers[::-1]
    assert after == ""


async def test_the_days_contacts_show_every_outcome(
    citizen: Caller, operator: Caller, api_room: Workroom
) -> None:
    for turn in range(3):
        await received(citizen, f"第{turn}处")
    first = (await operator.get("/contacts", params={"limit": "2"})).json
    rest = (await operator.get("/contacts", params={"limit": "2", "after": first["next"]})).json
    rows = first["rows"] + rest["rows"]
    assert rest["next"] == ""
    assert [row["outcome"] for row in rows] == ["TICKET"] * 3
    none = (await operator.get("/contacts", params={"source": "EMAIL"})).json
    assert none["rows"] == []
    other_day = (await operator.get("/contacts", params={"date": "2020-01-01"})).json
    assert other_day["rows"] == []
    for day in ("0001-01-01", "9999-12-31"):
        assert (await operator.get("/contacts", params={"date": day})).status == 422


async def test_look_ups(operator: Caller) -> None:
    by_initials = (await operator.get("/categories", params={"q": "bllj"})).json["rows"]
    assert by_initials[0]["label"] == "E06010"
    cards = (await operator.get("/handbook", params={"category": "E06010"})).json["rows"]
    assert cards[0]["limits"]
    made = (await operator.get("/suggestion", params={"text": "路口垃圾成堆"})).json
    assert made["guesses"][0]["label"] == "E06010"
    assert (await operator.get("/me")).json["role"] == "OPERATOR"
