"""Photos: only the picture is kept, and hostile files are refused before they cost anything."""

import contextlib
import hashlib
import random
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from intake.security.image_kind import kind_of
from intake.security.uploads import CleanPhoto, PhotoLimits, Refusal, UploadRefused, clean_photo
from tests.unit.security import photos


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


def clean(tmp_path: Path, content: bytes, limits: PhotoLimits | None = None) -> CleanPhoto:
    return clean_photo(photos.written(tmp_path, content), tmp_path / "kept", limits)


def refused(tmp_path: Path, content: bytes, limits: PhotoLimits | None = None) -> Refusal:
    with pytest.raises(UploadRefused) as refusal:
        clean(tmp_path, content, limits)
    assert list((tmp_path / "kept").iterdir()) == []
    assert refusal.value.message
    return refusal.value.code


def is_red(path: Path, x: int, y: int) -> bool:
    with Image.open(path) as image:
        pixel = image.convert("RGB").getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel[0] > pixel[2]


@pytest.mark.usefixtures("kept")
def test_place_and_time_are_read_and_then_gone_from_the_files(tmp_path: Path) -> None:
    content = photos.phone_jpeg()
    photo = clean(tmp_path, content)
    assert photo.gps == (30.26, 120.15)
    assert photo.taken_at == datetime(2026, 11, 22, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert "30.26" not in repr(photo)
    assert photo.original_sha256 == hashlib.sha256(content).hexdigest()
    assert photo.clean_sha256 == hashlib.sha256(photo.clean_path.read_bytes()).hexdigest()
    for path in (photo.clean_path, photo.thumbnail_path):
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert not image.getexif()
            assert "comment" not in image.info
            assert "exif" not in image.info
        assert b"Exif" not in path.read_bytes()
        assert (path.stat().st_mode & 0o777) == 0o600


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (640, 480), (10, 10)), (2, (640, 480), (630, 10)), (3, (640, 480), (630, 10)),
     (4, (640, 480), (10, 10)), (5, (480, 640), (10, 10)), (6, (480, 640), (10, 10)),
     (7, (480, 640), (10, 630)), (8, (480, 640), (10, 630))],
)  # fmt: skip
def test_the_picture_stands_upright(
    tmp_path: Path, orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    photo = clean(tmp_path, photos.phone_jpeg(orientation))
    assert (photo.width, photo.height) == size
    assert is_red(photo.clean_path, *red_at)
    opposite = (size[0] - 1 - red_at[0], size[1] - 1 - red_at[1])
    assert not is_red(photo.clean_path, *opposite)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_becomes_a_bounded_jpeg_and_a_thumbnail(tmp_path: Path, kind: str) -> None:
    content = photos.encoded(photos.two_halves(3000, 1500), kind, exif=photos.phone_exif())
    photo = clean(tmp_path, content)
    assert (photo.width, photo.height) == (2560, 1280)
    assert photo.gps == (30.26, 120.15)
    with Image.open(photo.thumbnail_path) as small:
        assert small.size == (480, 240)
    assert is_red(photo.clean_path, 10, 10)
    assert not is_red(photo.clean_path, 2550, 10)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_way_of_storing_colours_is_taken(tmp_path: Path, mode: str) -> None:
    grey = Image.new("L", (3000, 40), 128)
    picture = Image.new("I;16", (3000, 40), 128 * 256) if mode == "I;16" else grey.convert(mode)
    photo = clean(tmp_path, photos.encoded(picture, "JPEG" if mode == "CMYK" else "PNG"))
    with Image.open(photo.clean_path) as image:
        assert image.size == (2560, 34)
        pixel = image.convert("L").getpixel((100, 10))
    if mode != "1":
        assert isinstance(pixel, int)
        assert abs(pixel - 128) < 12


@pytest.mark.usefixtures("kept")
def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    photo = clean(tmp_path, photos.encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    with Image.open(photo.clean_path) as image:
        assert image.getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_page_hidden_behind_the_picture_is_not_kept(tmp_path: Path, kind: str) -> None:
    photo = clean(tmp_path, photos.encoded(photos.two_halves(), kind) + photos.PAYLOAD)
    assert b"script" not in photo.clean_path.read_bytes()
    assert b"script" not in photo.thumbnail_path.read_bytes()


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "content",
    [
        photos.PAYLOAD,
        photos.encoded(Image.new("P", (10, 10)), "GIF"),
        photos.encoded(photos.two_halves(), "BMP"),
        photos.encoded(photos.two_halves(), "TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7\n",
        b"PK\x03\x04" + bytes(100),
        b"\x00" * 64,
        b"MZ",
        b"GIF89a" + photos.phone_jpeg(),
        photos.PAYLOAD + photos.phone_jpeg(),
        b"\x00\x00\x00\x20ftypmp42" + bytes(100),
        b"RIFF\x00\x00\x00\x00AVI " + bytes(100),
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(100),
    ],
)
def test_other_kinds_are_refused_whatever_they_are_called(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content) is Refusal.KIND


@pytest.mark.usefixtures("kept")
def test_empty_and_oversized_files_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"") is Refusal.EMPTY
    assert refused(tmp_path, bytes(11), PhotoLimits(bytes=10)) is Refusal.TOO_LARGE


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("width", "height"),
    [(8_000, 7_000), (20_001, 1), (1, 20_001), (12_000, 12_000), (65_535, 65_535)],
)
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(
    tmp_path: Path, width: int, height: int
) -> None:
    content = photos.bomb_png(width, height)
    assert len(content) < 200_000
    assert refused(tmp_path, content) is Refusal.TOO_MANY_PIXELS


@pytest.mark.usefixtures("kept")
def test_webp_has_a_narrower_bound_because_its_decoder_needs_more_memory(tmp_path: Path) -> None:
    limits = PhotoLimits(pixels=1000, webp_pixels=500)
    picture = Image.new("RGB", (30, 20))
    assert clean(tmp_path, photos.encoded(picture, "PNG"), limits).width == 30
    with pytest.raises(UploadRefused, match=Refusal.TOO_MANY_PIXELS):
        clean(tmp_path, photos.encoded(picture, "WEBP"), limits)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_photo_that_arrived_in_part_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    whole = photos.encoded(Image.effect_noise((400, 300), 80).convert("RGB"), kind)
    assert refused(tmp_path, whole[: int(len(whole) * share)]) is Refusal.DAMAGED


@pytest.mark.usefixtures("kept")
def test_a_picture_drawn_a_thousand_times_over_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, photos.many_scans_jpeg(1000)) is Refusal.DAMAGED
    progressive = photos.encoded(photos.two_halves(), "JPEG", progressive=True)
    assert clean(tmp_path, progressive).width == 640


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.usefixtures("kept")
def test_damaged_bytes_are_cleaned_or_refused_and_nothing_else(tmp_path: Path) -> None:
    """Three hundred damaged photos: each gives a photo or a refusal, never another error."""
    chance = random.Random(20261122)
    noise = Image.effect_noise((64, 48), 80).convert("RGB")
    originals = [photos.phone_jpeg()] + [
        photos.encoded(noise, kind, exif=photos.phone_exif()) for kind in ("PNG", "WEBP", "HEIF")
    ]
    for _ in range(300):
        content = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(12, len(content))] = chance.randrange(256)
        with contextlib.suppress(UploadRefused):
            clean(tmp_path, bytes(content))


@pytest.mark.usefixtures("kept")
def test_damaged_exif_does_not_cost_the_photo(tmp_path: Path) -> None:
    content = photos.phone_jpeg().replace(b"Exif\x00\x00MM", b"Exif\x00\x00\xff\xff")
    content = content.replace(b"Exif\x00\x00II", b"Exif\x00\x00\xff\xff")
    photo = clean(tmp_path, content)
    assert photo.gps is None
    assert photo.taken_at is None


@pytest.mark.usefixtures("kept")
def test_a_profile_that_is_not_one_does_not_cost_the_photo(tmp_path: Path) -> None:
    notes = PngInfo()
    notes.add_text("Raw profile type exif", "\n\n\nnot hexadecimal", zip=True)
    photo = clean(tmp_path, photos.encoded(photos.two_halves(), "PNG", pnginfo=notes))
    assert (photo.width, photo.gps) == (640, None)


@pytest.mark.usefixtures("kept")
def test_of_several_pictures_in_one_file_the_first_is_kept(tmp_path: Path) -> None:
    second = Image.new("RGB", (640, 480), photos.BLUE)
    for kind in ("MPO", "WEBP", "PNG"):
        content = photos.encoded(photos.two_halves(), kind, save_all=True, append_images=[second])
        photo = clean(tmp_path, content)
        assert is_red(photo.clean_path, 10, 10)
        with Image.open(photo.clean_path) as image:
            assert getattr(image, "n_frames", 1) == 1


@pytest.mark.usefixtures("kept")
def test_names_are_random_and_never_the_clients(tmp_path: Path) -> None:
    source = photos.written(tmp_path, photos.phone_jpeg(), "..%2f..%2fevil.php")
    first, second = (clean_photo(source, tmp_path / "kept") for _ in range(2))
    assert first.clean_path != second.clean_path
    assert first.clean_path.parent == tmp_path / "kept"
    assert "evil" not in first.clean_path.name
    assert source.exists()


def test_a_folder_that_cannot_be_written_is_not_the_photos_fault(tmp_path: Path) -> None:
    source = photos.written(tmp_path, photos.phone_jpeg())
    with pytest.raises(FileNotFoundError):
        clean_photo(source, tmp_path / "absent")


def test_a_refusal_survives_the_way_back_from_a_worker_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as worker:
        refusal = worker.submit(UploadRefused, Refusal.DAMAGED, "照片打不开").result()
    assert (refusal.code, refusal.message) == (Refusal.DAMAGED, "照片打不开")


def test_short_heads_are_no_image() -> None:
    for length in range(12):
        assert kind_of(b"\xff\xd8"[:length]) is None
        assert kind_of(b"RIFF\x00\x00\x00\x00WEBP"[:length]) is None
