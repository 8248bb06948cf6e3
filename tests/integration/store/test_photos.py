"""Photos of a ticket are cleaned or refused, once, and nothing is left lying about."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from intake.domain.submission import Upload
from intake.services.outbox import take_due
from intake.services.photos import clean_photos, remove_strays
from intake.services.suggest import suggest_received
from intake.services.workroom import Workroom
from intake.store.tables import attachment

Report = Callable[..., int]


def upload(room: Workroom, name: str, content: bytes | None = None) -> Upload:
    """A file as a door leaves it: a JPEG with a position in it unless told otherwise."""
    path = room.settings.uploads / "incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        Image.new("RGB", (640, 480), "green").save(path, "JPEG", exif=exif)
    else:
        path.write_bytes(content)
    data = path.read_bytes()
    return Upload(f"incoming/{name}", "image/jpeg", len(data), hashlib.sha256(data).hexdigest())


def photos(room: Workroom, key: int) -> list[dict[str, Any]]:
    with room.database.read() as conn:
        query = select(attachment).where(attachment.c.ticket_id == key)
        return [dict(row) for row in conn.execute(query.order_by(attachment.c.position)).mappings()]


def files(room: Workroom) -> list[str]:
    root = room.settings.uploads
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def job(room: Workroom, report: Report) -> tuple[int, int]:
    """A ticket with one good and one bad photo, and the job that cleans them."""
    uploads = (upload(room, "a1b2"), upload(room, "c3d4", b"<script>"))
    key = report("one", uploads=uploads)
    (received,) = take_due(room, 1, 60)
    assert suggest_received(room, received.id, key)
    (cleaning,) = take_due(room, 1, 60)
    assert (cleaning.topic, cleaning.payload) == ("photos.clean", {"ticket": key})
    return cleaning.id, key


def test_good_photos_are_cleaned_and_bad_ones_refused(room: Workroom, job: tuple[int, int]) -> None:
    job_id, key = job
    assert clean_photos(room, job_id, key)
    good, bad = photos(room, key)
    assert (good["state"], good["width"], good["height"]) == ("CLEAN", 640, 480)
    clean = room.settings.uploads / good["clean_key"]
    assert hashlib.sha256(clean.read_bytes()).hexdigest() == good["clean_sha256"]
    assert b"SecretCamera" not in clean.read_bytes()
    assert (bad["state"], bad["clean_key"]) == ("REFUSED", "")
    assert "照片" in bad["refusal"]
    assert files(room) == ["clean/a1b2.jpg", "thumbs/a1b2.jpg"]


def test_cleaning_again_changes_nothing(room: Workroom, job: tuple[int, int]) -> None:
    job_id, key = job
    assert clean_photos(room, job_id, key)
    before = photos(room, key)
    assert not clean_photos(room, job_id, key)
    assert photos(room, key) == before
    assert files(room) == ["clean/a1b2.jpg", "thumbs/a1b2.jpg"]


def test_a_try_that_was_cut_off_is_done_again(
    room: Workroom, job: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id, key = job
    with monkeypatch.context() as patch:
        patch.setattr("intake.services.photos.finish_with", _cut_off)
        with pytest.raises(ConnectionError):
            clean_photos(room, job_id, key)
    assert clean_photos(room, job_id, key)
    assert [photo["state"] for photo in photos(room, key)] == ["CLEAN", "REFUSED"]
    assert files(room) == ["clean/a1b2.jpg", "thumbs/a1b2.jpg"]


def _cut_off(*_arguments: object) -> bool:
    raise ConnectionError("cut off")


def test_a_lost_file_is_refused_with_advice(room: Workroom, job: tuple[int, int]) -> None:
    job_id, key = job
    (room.settings.uploads / "incoming" / "a1b2").unlink()
    assert clean_photos(room, job_id, key)
    assert photos(room, key)[0]["refusal"] == "照片没有保存成功，请重新上传"


def test_strays_go_after_a_day_and_waiting_files_stay(room: Workroom, job: tuple[int, int]) -> None:
    upload(room, "stray")
    upload(room, "young")
    for name in ("stray", "a1b2", "c3d4"):
        make_old(room.settings.uploads / "incoming" / name)
    remove_strays(room)
    assert files(room) == ["incoming/a1b2", "incoming/c3d4", "incoming/young"]


def make_old(path: Path) -> None:
    two_days_ago = time.time() - 172_800
    os.utime(path, (two_days_ago, two_days_ago))
