"""Reports with photos as a form: streamed, checked, kept when accepted and gone when refused."""

import io
from pathlib import Path

from aiohttp import FormData
from PIL import Image
from sqlalchemy import select

from intake.services.workroom import Workroom
from intake.store.tables import attachment, contact, ticket
from tests.integration.api.conftest import Caller
from tests.integration.api.test_complaints import KEY, count


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(stream, "JPEG")
    return stream.getvalue()


def form(*photos: bytes, **fields: str) -> FormData:
    made = FormData()
    for name, value in ({"text": "井盖坏了", "phone": "13800000000"} | fields).items():
        made.add_field(name, value)
    for photo in photos:
        made.add_field("photos", photo, filename="../../etc/passwd.jpg", content_type="image/jpeg")
    return made


def incoming(room: Workroom) -> list[Path]:
    folder = room.settings.uploads / "incoming"
    return sorted(folder.iterdir()) if folder.exists() else []


async def test_photos_are_on_disk_under_our_names(citizen: Caller, api_room: Workroom) -> None:
    answer = await citizen.post(
        "/complaints", data=form(picture(), picture(), lon="113.6", lat="33.2")
    )
    assert answer.status == 201
    with api_room.database.read() as conn:
        rows = conn.execute(select(attachment).order_by(attachment.c.position)).mappings().all()
    assert [row["media_type"] for row in rows] == ["image/jpeg", "image/jpeg"]
    assert sorted(api_room.settings.uploads / row["key"] for row in rows) == incoming(api_room)
    assert all(path.read_bytes() == picture() for path in incoming(api_room))
    assert all("passwd" not in path.name for path in incoming(api_room))


async def test_a_form_sent_twice_is_one_report_and_one_set_of_files(
    citizen: Caller, api_room: Workroom
) -> None:
    first = await citizen.post("/complaints", data=form(picture()), headers={KEY: "form-1"})
    again = await citizen.post("/complaints", data=form(picture()), headers={KEY: "form-1"})
    assert first.json == again.json
    assert len(incoming(api_room)) == count(api_room, attachment) == 1

    other = await citizen.post(
        "/complaints", data=form(picture(), picture()), headers={KEY: "form-1"}
    )
    assert (other.status, other.json["id"]) == (422, "idempotency-key-reused")
    assert len(incoming(api_room)) == 1


async def test_files_of_refused_forms_are_removed(citizen: Caller, api_room: Workroom) -> None:
    good = picture()
    refused = {
        "too many": (form(*[good] * 10), 422, "photo-refused"),
        "not a photo": (form(good, b"<script>alert(1)</script>" * 9), 422, "photo-refused"),
        "too large": (form(good, good + bytes(10_000_000)), 413, "too-large"),
        "bad phone": (form(good, phone="12"), 422, "invalid"),
        "no text": (form(good, text="  "), 422, "invalid"),
        "unknown field": (form(good, admin="1"), 422, "invalid"),
        "outside": (form(good, lon="0.5", lat="0.5"), 422, "outside-county"),
        "control characters": (form(good, text="a\x00b"), 422, "invalid"),
    }
    for name, (data, status, problem) in refused.items():
        answer = await citizen.post("/complaints", data=data)
        assert (answer.status, answer.json["id"]) == (status, problem), name
        assert incoming(api_room) == [], name
    assert count(api_room, contact) == count(api_room, ticket) == 0


async def test_broken_forms_are_malformed(citizen: Caller, api_room: Workroom) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="text"\r\n'
    photo = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
    broken = {
        "no boundary in the body": b"hello",
        "cut in a field": head + b"\r\nhello",
        "cut in a photo": photo + picture(),
        "not UTF-8": head + b"\r\n\xff\xfe\r\n--x--\r\n",
        "encoded part": head + b"Content-Transfer-Encoding: base64\r\n\r\naGk=\r\n--x--\r\n",
        "nested": b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--\r\n",
        "a field twice": head + b"\r\na\r\n" + head + b"\r\nb\r\n--x--\r\n",
    }
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    for name, raw in broken.items():
        answer = await citizen.post("/complaints", data=raw, headers=kind)
        assert answer.status == 400, f"{name}: {answer.text}"
        assert answer.json["id"] == "malformed", name
    plain = {"Content-Type": "multipart/form-data"}
    answer = await citizen.post("/complaints", data=b"--x--", headers=plain)
    assert (answer.status, answer.json["id"]) == (400, "malformed")
    assert incoming(api_room) == []
    assert count(api_room, contact) == 0


async def test_an_empty_file_field_is_no_photo(citizen: Caller, api_room: Workroom) -> None:
    assert (await citizen.post("/complaints", data=form(b""))).status == 201
    assert count(api_room, attachment) == 0
    assert incoming(api_room) == []
