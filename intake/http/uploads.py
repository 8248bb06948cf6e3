"""Photos of a form, streamed to disk: memory grows neither with their number nor with slowness.

Files get random names of ours below ``uploads/incoming``; what the sender calls them is never
used. They are on disk (fsync) before the report is accepted, and gone if it is refused.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from intake.domain.submission import Upload
from intake.http.problems import Fault, Problem, ProblemRaised, no
from intake.http.reading import LARGEST_JSON, too_large
from intake.security.image_kind import HEAD_BYTES, ImageKind, kind_of
from intake.settings import Settings

PHOTO_FIELD = "photos"
INCOMING = "incoming"
CHUNK = 64 * 1024
SLOWEST_CHUNK_SECONDS = 60.0
MOST_FIELDS = 40

_MEDIA_TYPES = {
    ImageKind.JPEG: "image/jpeg",
    ImageKind.PNG: "image/png",
    ImageKind.WEBP: "image/webp",
    ImageKind.HEIC: "image/heic",
}
_PLAIN_ENCODINGS = {"", "7bit", "8bit", "binary"}
_BROKEN_FORM = (
    ValueError,
    AssertionError,
    LookupError,
    RuntimeError,
    HttpProcessingError,
    web.RequestPayloadError,
)


@dataclass(slots=True)
class Form:
    """The text fields and the photos of one multipart request.

    Photos are removed when the request ends unless ``keep`` was called.
    """

    folder: Path
    fields: dict[str, str] = field(default_factory=dict)
    photos: list[Upload] = field(default_factory=list)
    _written: list[Path] = field(default_factory=list)
    _kept: bool = False

    def keep(self) -> None:
        """Call right before the report is handed over: from then on a row may name the files.

        When the store's answer gets lost nobody knows; a file too many is swept up later, a file
        too few is a lost photo.
        """
        self._kept = True

    def drop(self) -> None:
        """Call when the report was certainly not taken, or had been taken before."""
        self._kept = False

    def remove_unkept(self) -> None:
        """Remove the files unless they are kept."""
        if not self._kept:
            for path in self._written:
                path.unlink(missing_ok=True)


@asynccontextmanager
async def received_form(request: web.Request, settings: Settings) -> AsyncIterator[Form]:
    """Read a multipart form to its end; raises problems malformed, invalid, too-large, too-slow,
    photo-refused, unsupported-media-type."""
    form = Form(settings.uploads)
    try:
        await _read(request, settings, form)
        yield form
    finally:
        form.remove_unkept()


async def _read(request: web.Request, settings: Settings, form: Form) -> None:
    if request.content_type != "multipart/form-data":
        raise no("unsupported-media-type", "请用 multipart/form-data 提交表单。")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise no("unsupported-media-type", "请不要压缩请求内容（Content-Encoding）。")
    most = settings.photos * settings.photo_bytes + 2 * LARGEST_JSON
    if (request.content_length or 0) > most:
        raise too_large(most)
    try:
        await _read_parts(await request.multipart(), settings, form)
    except _BROKEN_FORM:
        raise no("malformed", "表单内容不完整或格式不对，请重新提交。") from None
    except TimeoutError:
        raise no("too-slow", "接收超时，请检查网络后重试。") from None
    if form.photos:
        await asyncio.to_thread(_sync_folder, form.folder / INCOMING)


async def _read_parts(reader: MultipartReader, settings: Settings, form: Form) -> None:
    room_left = LARGEST_JSON
    while True:
        async with asyncio.timeout(SLOWEST_CHUNK_SECONDS):
            part = await reader.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader) or not part.name:
            raise ValueError("a nested or nameless part")
        if part.headers.get("Content-Transfer-Encoding", "").lower() not in _PLAIN_ENCODINGS:
            raise ValueError("an encoded part")
        if part.filename is not None:
            await _read_photo(part, settings, form)
            continue
        if part.name in form.fields or len(form.fields) >= MOST_FIELDS:
            raise ValueError("a repeated field, or too many")
        value = await _read_text(part, room_left)
        room_left -= len(value)
        form.fields[part.name] = value.decode("utf-8")


async def _read_text(part: BodyPartReader, most: int) -> bytes:
    value = bytearray()
    while chunk := await _next_chunk(part):
        value += chunk
        if len(value) > most:
            raise too_large(LARGEST_JSON)
    return bytes(value)


async def _next_chunk(part: BodyPartReader) -> bytes:
    async with asyncio.timeout(SLOWEST_CHUNK_SECONDS):
        return await part.read_chunk(CHUNK)


async def _read_photo(part: BodyPartReader, settings: Settings, form: Form) -> None:
    if part.name != PHOTO_FIELD:
        raise _photo_refused("文件只能放在 photos 这一项。")
    head = await _head(part)
    if not head:
        return  # Browsers send an empty part for a file field that was left alone.
    if len(form.photos) >= settings.photos:
        raise _photo_refused(f"照片最多 {settings.photos} 张，请减少后重新提交。")
    kind = kind_of(head[:HEAD_BYTES])
    if kind is None:
        raise _photo_refused("只能上传照片（JPG、PNG、WebP 或手机的 HEIC 格式），请换一张。")
    form.photos.append(await _store(part, head, _MEDIA_TYPES[kind], settings, form))


async def _head(part: BodyPartReader) -> bytes:
    """The first chunk that is long enough to tell the kind, or all there is."""
    head = await _next_chunk(part)
    while 0 < len(head) < HEAD_BYTES:
        more = await _next_chunk(part)
        if not more:
            break
        head += more
    return head


async def _store(
    part: BodyPartReader, head: bytes, media_type: str, settings: Settings, form: Form
) -> Upload:
    key = f"{INCOMING}/{secrets.token_hex(16)}"
    path = form.folder / key
    digest = hashlib.sha256()
    size = 0
    stream = await asyncio.to_thread(_create, path)
    form._written.append(path)
    try:
        chunk = head
        while chunk:
            size += len(chunk)
            if size > settings.photo_bytes:
                megabytes = settings.photo_bytes // 1_000_000
                raise no("too-large", f"每张照片不能超过 {megabytes} MB，请压缩后再上传。")
            digest.update(chunk)
            # A slow disk must not hold up the other clients.
            await asyncio.to_thread(stream.write, chunk)
            chunk = await _next_chunk(part)
        await asyncio.to_thread(os.fsync, stream.fileno())
    finally:
        stream.close()
    return Upload(key, media_type, size, digest.hexdigest())


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return os.fdopen(handle, "wb", buffering=0)


def _sync_folder(folder: Path) -> None:
    """A new file survives power loss only when its folder's entry is on disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _photo_refused(message: str) -> ProblemRaised:
    return ProblemRaised(Problem("photo-refused", message, (Fault(PHOTO_FIELD, message, "photo"),)))
