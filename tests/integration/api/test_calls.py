"""The telephone over the desk's API: what is answered, to whom, and what is refused."""

import os
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from intake.domain.call import CallOutcome, LinkState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.people import SYSTEM, Role
from intake.services.workroom import Workroom
from intake.store.tables import event
from intake.store.unit import Unit
from telephony.recordings import RecordingRounds
from tests.integration.api.conftest import Answer, Caller, report
from tests.integration.services.telephone import Exchange

PHONE = "13800000000"


class Operator(Caller):
    """Somebody at the desk's own API."""

    async def call(self, method: str, path: str, **request: Any) -> Answer:
        request["headers"] = self.headers | request.get("headers", {})
        async with self.session.request(method, f"{self.base}/desk/api{path}", **request) as got:
            body = await got.read()
            sound = got.content_type == "audio/wav"
            text = body.hex() if sound else body.decode()
            return Answer(got.status, got.headers, text)

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, json=body)

    async def sit_down(self, extension: str, device: str = "BROWSER") -> Answer:
        await self.post("/agent/sign-in", {"extension": extension, "device": device})
        return await self.post("/agent/ready", {})


def at_desk(caller: Caller) -> Operator:
    return Operator(caller.session, caller.base, caller.headers)


@pytest.fixture
def exchange(api_room: Workroom) -> Exchange:
    return Exchange(api_room)


@pytest.fixture
def wang(operator: Caller) -> Operator:
    return at_desk(operator)


@pytest.fixture
def zhao(caller: Callable[[Role], Caller]) -> Operator:
    return at_desk(caller(Role.OPERATOR))


@pytest.fixture
def chief(leader: Caller) -> Operator:
    return at_desk(leader)


def problem(answer: Answer, status: int, name: str) -> None:
    """The answer is this problem, in plain Chinese."""
    assert (answer.status, answer.json["id"]) == (status, name), answer.text
    assert answer.json["detail"].endswith("。")


async def test_my_telephone_from_sign_in_to_sign_out(exchange: Exchange, wang: Operator) -> None:
    before = (await wang.get("/agent")).json
    assert (before["extension"], before["state"], before["extensions"][0]) == (
        "",
        "OFFLINE",
        "8001",
    )
    assert [each["text"] for each in before["reasons"]] == ["小休", "会议", "培训", "整理"]
    seated = await wang.post("/agent/sign-in", {"extension": "8001", "device": "BROWSER"})
    assert seated.json["state_text"] == "暂停"
    assert seated.json["reason_text"] == "整理"
    assert (await wang.post("/agent/ready", {})).json["state"] == "READY"
    paused = (await wang.post("/agent/pause", {"reason": "REST"})).json
    assert (paused["state"], paused["reason"], paused["reason_text"]) == ("PAUSED", "REST", "小休")
    assert (await wang.get("/agent")).json == paused
    assert (await wang.post("/agent/wrap-up-done", {})).json["state"] == "PAUSED"
    assert (await wang.post("/agent/sign-out", {})).json["extension"] == ""
    problem(await wang.post("/agent/ready", {}), 409, "wrong-state")


async def test_one_extension_one_person(
    exchange: Exchange, wang: Operator, zhao: Operator, chief: Operator
) -> None:
    await wang.sit_down("8001")
    seat = {"extension": "8001", "device": "PHONE"}
    problem(await zhao.post("/agent/sign-in", seat), 409, "wrong-state")
    problem(await zhao.post("/agent/sign-in", seat | {"extension": "9001"}), 422, "invalid")
    problem(await zhao.post("/agent/sign-in", seat | {"extension": "x"}), 422, "invalid")
    problem(await zhao.post("/agent/sign-in", seat | {"device": "RADIO"}), 422, "invalid")
    problem(await wang.get("/agents"), 403, "not-allowed")
    rows = (await chief.get("/agents")).json["rows"]
    mine = next(row for row in rows if row["extension"] == "8001")
    path = f"/agents/{mine['account']}"
    problem(await wang.post(f"{path}/sign-out", {"reason": "下班"}), 403, "not-allowed")
    problem(await chief.post(f"{path}/sign-out", {"reason": ""}), 422, "incomplete")
    problem(await chief.post("/agents/x/sign-out", {"reason": "下班"}), 404, "not-found")
    rows = (await chief.post(f"{path}/sign-out", {"reason": "下班未签出"})).json["rows"]
    assert {row["state"] for row in rows} == {"OFFLINE"}


@pytest.mark.parametrize(
    "role", [Role.DISPATCHER, Role.COLLECTOR, Role.DEPARTMENT_USER, Role.SYSADMIN, Role.AUDITOR]
)
async def test_others_have_no_telephone(
    exchange: Exchange, caller: Callable[[Role], Caller], role: Role
) -> None:
    who = at_desk(caller(role))
    key = exchange.comes()
    for path in ("/agent", "/phone", "/calls/current", f"/calls/{key}/pop", "/transfer-targets"):
        problem(await who.get(path), 403, "not-allowed")
    problem(await who.post(f"/calls/{key}/hangup", {}), 403, "not-allowed")
    problem(await who.put(f"/calls/{key}/note", {"text": "甲", "version": 0}), 403, "not-allowed")


async def test_nobody_without_a_name(exchange: Exchange, citizen: Caller) -> None:
    key = exchange.comes()
    stranger = at_desk(citizen)
    for path in ("/agent", f"/calls/{key}/pop", "/recordings/1"):
        problem(await stranger.get(path), 401, "unauthenticated")


async def test_the_secret_of_the_browser_is_mine_and_not_kept(
    exchange: Exchange, wang: Operator, zhao: Operator
) -> None:
    problem(await wang.get("/phone"), 409, "wrong-state")
    await wang.sit_down("8001")
    got = await wang.get("/phone")
    assert got.headers["Cache-Control"] == "no-store"
    assert got.json["extension"] == "8001"
    assert got.json["secret"].isalnum()
    await zhao.sit_down("8002", "PHONE")
    problem(await zhao.get("/phone"), 409, "wrong-state")


async def test_a_call_from_ringing_to_its_ticket(
    exchange: Exchange, citizen: Caller, wang: Operator, zhao: Operator
) -> None:
    await citizen.post("/complaints", report())
    await wang.sit_down("8001")
    key = exchange.rings("8001")
    [ringing] = (await wang.get("/calls/current")).json["rows"]
    assert (ringing["id"], ringing["number_shown"], ringing["controls"]) == (
        key,
        "138****0000",
        [],
    )
    seen = (await wang.get(f"/calls/{key}/pop")).json
    assert (seen["kind_text"], seen["first"], len(seen["tickets"])) == ("手机", False, 1)
    assert PHONE not in str(seen)
    exchange.answers(key)
    assert "hold" in (await wang.get("/calls/current")).json["rows"][0]["controls"]
    note = {"text": "中山路井盖缺失", "version": 0}
    assert (await wang.put(f"/calls/{key}/note", note)).json["version"] == 1
    stale = await wang.put(f"/calls/{key}/note", {"text": "人民路", "version": 0})
    problem(stale, 409, "stale-version")
    assert stale.json["text"] == "中山路井盖缺失"
    problem(await zhao.put(f"/calls/{key}/note", note), 403, "not-allowed")
    exchange.ends(key)
    [left] = (await wang.get("/calls/notes")).json["rows"]
    assert left["call"]["id"] == key
    problem(await zhao.post(f"/calls/{key}/ticket", {}), 403, "not-allowed")
    made = (await wang.post(f"/calls/{key}/ticket", {})).json
    assert made["number"].startswith("SL")
    assert (await wang.post(f"/calls/{key}/ticket", {})).json == made | {"repeated": True}
    assert (await wang.get("/calls/notes")).json["rows"] == []
    none = {"reason": "SILENT"}
    problem(await wang.post(f"/calls/{key}/no-ticket", none), 409, "wrong-state")
    [listed] = (await wang.get("/calls", params={"mine": "true"})).json["rows"]
    assert (listed["ticket"], listed["outcome_text"], listed["mine"]) == (
        made["number"],
        "已接听",
        True,
    )


@pytest.mark.parametrize(
    "query",
    [
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
        {"day": "2026-02-30"},
        {"limit": "0"},
        {"after": "x"},
        {"after": "-1-1"},
        {"after": f"{10**16}-1"},
        {"after": "١-١"},
        {"colour": "red"},
    ],
)
async def test_lists_that_cannot_be(
    exchange: Exchange, wang: Operator, query: dict[str, str]
) -> None:
    answer = await wang.get("/calls", params=query)
    assert answer.status in {200, 422}
    if answer.status == 422:
        problem(answer, 422, "invalid")


async def test_control_answers_at_once_or_says_why_not(
    exchange: Exchange, wang: Operator, zhao: Operator, chief: Operator
) -> None:
    await wang.sit_down("8001")
    key = exchange.rings("8001")
    problem(await wang.post(f"/calls/{key}/hold", {}), 409, "wrong-state")
    exchange.answers(key)
    exchange.carry_out()
    problem(await zhao.post(f"/calls/{key}/hold", {}), 403, "not-allowed")
    asked = (await wang.post(f"/calls/{key}/hold", {})).json
    state = (await wang.get(f"/commands/{asked['command']}")).json
    assert (state["state"], state["ended"]) == ("ASKED", False)
    problem(await zhao.get(f"/commands/{asked['command']}"), 404, "not-found")
    exchange.carry_out()
    assert (await wang.get(f"/commands/{asked['command']}")).json["state"] == "DONE"
    problem(await wang.post(f"/calls/{key}/transfer", {}), 422, "invalid")
    problem(await wang.post(f"/calls/{key}/transfer", {"target": PHONE}), 422, "invalid")
    problem(await wang.post(f"/calls/{key}/transfer", {"number": PHONE}), 422, "invalid")
    targets = (await wang.get("/transfer-targets")).json["rows"]
    assert targets[0] == {
        "key": "emergency:110",
        "name": "110 报警",
        "kind": "emergency",
        "kind_text": "紧急电话",
    }
    conference = await wang.post(f"/calls/{key}/conference", {"target": "emergency:110"})
    assert conference.status == 200
    problem(await zhao.post(f"/calls/{key}/spy", {"mode": "listen"}), 403, "not-allowed")
    problem(await chief.post(f"/calls/{key}/spy", {"mode": "shout"}), 422, "invalid")
    problem(await chief.post(f"/calls/{key}/spy", {"mode": "listen"}), 409, "wrong-state")
    exchange.link(LinkState.DISCONNECTED)
    problem(await wang.post(f"/calls/{key}/hangup", {}), 409, "wrong-state")
    for path in ("/calls/0/hangup", "/calls/99999/hangup", "/calls/x/hangup"):
        assert (await wang.post(path, {})).status == 404


async def test_callers_in_clear_elders_and_nuisance(
    exchange: Exchange, wang: Operator, zhao: Operator, chief: Operator
) -> None:
    await wang.sit_down("8001")
    key = exchange.talked("8001")
    seen = await wang.post(f"/calls/{key}/reveal", {})
    assert (seen.json["number"], seen.headers["Cache-Control"]) == (f"+86{PHONE}", "no-store")
    problem(await zhao.post(f"/calls/{key}/reveal", {"reason": "看看"}), 403, "not-allowed")
    problem(await chief.post(f"/calls/{key}/reveal", {}), 422, "incomplete")
    assert (await wang.post(f"/calls/{key}/elder", {"elder": True})).json == {"done": True}
    assert (await wang.get(f"/calls/{key}/pop")).json["elder"] is True
    entry = {"call": key, "reason": "反复骚扰", "hours": 2}
    problem(await wang.post("/nuisance", entry), 403, "not-allowed")
    problem(await chief.post("/nuisance", entry | {"hours": 0}), 422, "invalid")
    [listed] = (await chief.post("/nuisance", entry)).json["rows"]
    assert listed["number_shown"] == "138****0000"
    gone = await chief.post(f"/nuisance/{listed['id']}/remove", {"reason": "误列"})
    assert gone.json["rows"] == []
    again = await chief.post(f"/nuisance/{listed['id']}/remove", {"reason": "误列"})
    problem(again, 404, "not-found")


async def test_click_to_call_has_no_field_for_a_number(
    exchange: Exchange, citizen: Caller, wang: Operator, operator: Caller
) -> None:
    number = (await citizen.post("/complaints", report())).json["number"]
    await operator.post(f"/tickets/{number}/claim", {})
    path = f"/tickets/{number}/dial"
    problem(await wang.post(path, {"reason": "核实", "number": "10086"}), 422, "invalid")
    problem(await wang.post(path, {"reason": ""}), 422, "incomplete")
    problem(await wang.post(path, {"reason": "核实地址"}), 409, "wrong-state")
    await wang.sit_down("8001")
    made = (await wang.post(path, {"reason": "核实地址"})).json
    assert made["number_shown"] == "138****0000"
    problem(await wang.post(path, {"reason": "再打"}), 409, "wrong-state")


def kept_recording(exchange: Exchange, folder: Path) -> tuple[int, bytes]:
    """A conversation whose recording has come in; its call and its sound."""
    room = exchange.room
    room.settings = room.settings.model_copy(update={"pbx_recordings": folder})
    key = exchange.talked("8001")
    with room.database.read() as conn:
        line = conn.exec_driver_sql("SELECT linkedid, started_at FROM call").one()
    day = room.clock()
    path = folder / f"{day:%Y/%m/%d}" / f"{line[0]}.wav"
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(index % 251 for index in range(800_000)))
    os.utime(path, (path.stat().st_mtime - 60,) * 2)
    content = path.read_bytes()

    def ended(unit: Unit) -> None:
        state = CallOutcome.ANSWERED.value
        kind = EventType.CALL_ENDED
        unit.record(Fact.of(SYSTEM, unit.now, Subject.CALL, key, kind, to_state=state))

    room.database.write(ended)
    assert RecordingRounds(room, low=0).once() == 1
    return key, content


async def test_a_recording_is_played_in_parts_and_on_record(
    exchange: Exchange, wang: Operator, zhao: Operator, chief: Operator, tmp_path: Path
) -> None:
    await wang.sit_down("8001")
    key, sound = kept_recording(exchange, tmp_path / "pbx")
    [line] = (await wang.get(f"/calls/{key}/recordings")).json["rows"]
    assert (line["state_text"], line["playable"], line["size"]) == ("可播放", True, len(sound))
    path = f"/recordings/{line['id']}"
    whole = await wang.get(path)
    assert (whole.status, bytes.fromhex(whole.text)) == (200, sound)
    assert whole.headers["Cache-Control"] == "no-store"
    for asked, start, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=300000-600000", 300_000, 600_001),
        ("bytes=-10", len(sound) - 10, len(sound)),
        ("bytes=800000-", 800_000, len(sound)),
    ):
        part = await wang.get(path, headers={"Range": asked})
        assert (part.status, bytes.fromhex(part.text)) == (206, sound[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(sound)}"
    beyond = await wang.get(path, headers={"Range": "bytes=9000000-"})
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(sound)}")
    assert (await wang.get(path, headers={"Range": "bytes=a-b"})).status == 200
    problem(await zhao.get(path), 403, "not-allowed")
    assert (await wang.get("/recordings/x")).status == 404
    problem(await wang.get("/recordings/99999"), 404, "not-found")
    with exchange.room.database.read() as conn:
        query = select(func.count()).select_from(event)
        played = query.where(event.c.type == EventType.RECORDING_PLAYED.value)
        assert conn.execute(played).scalar_one() == 1
    hold = {"hold": True, "reason": "投诉争议"}
    problem(await wang.post(f"{path}/hold", hold), 403, "not-allowed")
    assert (await chief.post(f"{path}/hold", hold)).json["legal_hold"] is True
    assert (await chief.get(f"{path}/facts")).json["legal_hold"] is True
    for kept in exchange.room.settings.recordings.glob("*/*/*"):
        kept.unlink()
    problem(await wang.get(path), 410, "recording-gone")
