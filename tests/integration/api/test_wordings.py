"""The editable texts over the API: read by the desk, changed by the shift leader."""

from tests.integration.api.conftest import Caller


async def test_read_try_and_save(operator: Caller, leader: Caller) -> None:
    sections = (await operator.get("/wordings")).json["sections"]
    assert [section["title"] for section in sections] == ["电话话术", "消息用语"]
    receipt = sections[1]["wordings"][0]
    assert (receipt["key"], receipt["version"], receipt["must"]) == ("message.receipt", 0, ["编号"])
    tried = await leader.post("/wordings/message.receipt/preview", {"text": "收到{编号}"})
    assert tried.json == {"text": "收到SL20260101000001"}
    body = {"text": "收到{编号}，多谢", "version": 0}
    saved = (await leader.post("/wordings/message.receipt", body)).json
    assert (saved["text"], saved["version"]) == ("收到{编号}，多谢", 1)
    again = await leader.post("/wordings/message.receipt", body)
    assert (again.status, again.json["id"]) == (409, "stale-version")
    assert (await operator.get("/wordings")).json["sections"][1]["wordings"][0] == saved


async def test_refused(operator: Caller, leader: Caller, citizen: Caller) -> None:
    body = {"text": "您好", "version": 0}
    for path in ("/wordings/callback", "/wordings/callback/preview"):
        sent = body if path.endswith("callback") else {"text": "您好"}
        assert (await operator.post(path, sent)).status == 403
        assert (await citizen.post(path, sent)).status == 401
        unsound = await leader.post(path, sent | {"text": "您好{姓名}"})
        assert (unsound.status, unsound.json["id"]) == (422, "invalid")
        assert "{姓名}" in unsound.json["detail"]
    missing = await leader.post("/wordings/nothing", body)
    assert (missing.status, missing.json["id"]) == (404, "not-found")
    assert (await leader.post("/scripts/callback", body)).status == 404
