"""Bad inputs for the public API, made from a seed: raw HTTP requests of every kind of wrong.

Each maker answers the bytes of one request. Some of what it makes is acceptable after all (a script
in a description is text); the service decides, and 201 is then right.
"""

import io
import json
import random
import zlib
from collections.abc import Callable, Sequence

from PIL import Image

PATH = "/api/v1/complaints"
SCRIPT = "<script>alert(1)</script>"
NASTY = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1b[31m红",
    "\ud800",
    "\u202e反",
    "\ufeff",
    "😀" * 50,
    "é" * 300,
    SCRIPT,
    "'; DROP TABLE ticket; --",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/a}",
    "../../etc/passwd",
    "=1+1|' /C calc'!A0",
    "%s%s%n",
    "x" * 25_000,
    "路" * 5_001,
    "\n" * 1_000,
)
WRONG = (None, True, 0, -1, 1e308, 10**400, [], {}, ["a"], {"a": {"b": []}}, 1.5, "1")
FIELDS = (
    "text",
    "address",
    "landmark",
    "lon",
    "lat",
    "datum",
    "name",
    "phone",
    "email",
    "home_address",
    "anonymous",
    "confidential",
    "needs_reply",
    "submission_id",
)
Chance = random.Random


def request(
    body: bytes,
    kind: str = "application/json",
    headers: Sequence[tuple[str, str]] = (),
    method: str = "POST",
    path: str = PATH,
    length: int | str | None = None,
) -> bytes:
    """One request with its own length, or a false one."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    lines += [f"{name}: {value}" for name, value in headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("utf-8", "surrogatepass") + body


def sound(chance: Chance) -> dict[str, object]:
    """A report without fault; always another one."""
    return {"text": f"中山路垃圾成堆 {chance.getrandbits(60):x}", "phone": "13800000000"}


def dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=chance_free(value)).encode("utf-8", "surrogatepass")


def chance_free(value: object) -> bool:
    """Half of the documents carry escapes, half carry the characters themselves."""
    return len(repr(value)) % 2 == 0


def wrong_type(chance: Chance) -> bytes:
    return request(dumped(sound(chance) | {chance.choice(FIELDS): chance.choice(WRONG)}))


def nasty_text(chance: Chance) -> bytes:
    names = chance.sample(FIELDS, chance.randint(1, 4))
    return request(dumped(sound(chance) | {name: chance.choice(NASTY) for name in names}))


def script_everywhere(chance: Chance) -> bytes:
    told = dict.fromkeys(("text", "address", "landmark", "name", "home_address"), SCRIPT)
    return request(dumped(told | {"submission_id": f"{chance.getrandbits(60):016x}"}))


def unknown_names(chance: Chance) -> bytes:
    extra = {chance.choice(("state", "id", "__proto__", "", "查", "\x00", "a" * 9_000)): 1}
    return request(dumped(sound(chance) | extra))


def deep(chance: Chance) -> bytes:
    depth = chance.choice((50, 1_000, 20_000, 100_000))
    opening, closing = chance.choice((("[", "]"), ('{"text":', "}")))
    return request((opening * depth + "1" + closing * depth).encode()[: 255 * 1024])


def huge(chance: Chance) -> bytes:
    return request(b'{"text":"' + b"x" * chance.choice((200_000, 300_000)) + b'"}')


def broken_json(chance: Chance) -> bytes:
    whole = dumped(sound(chance))
    kinds = (
        whole[: chance.randrange(len(whole))],
        whole + b"}",
        b"",
        b"null",
        b"NaN",
        b'{"text": NaN}',
        b'{"lon": Infinity, "lat": -Infinity, "text": "a"}',
        b"\xef\xbb\xbf" + whole,
        whole.decode().encode("utf-16"),
        whole.decode().encode("gb18030"),
        zlib.compress(whole),
        bytes(chance.randrange(256) for _ in range(chance.randrange(1, 200))),
    )
    return request(chance.choice(kinds))


def broken_utf8(chance: Chance) -> bytes:
    bad = chance.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8"))
    return request(b'{"text":"' + bad + b'","phone":"13800000000"}')


def twice_the_same_name(chance: Chance) -> bytes:
    return request(b'{"text":"a","text":"' + b"%x" % chance.getrandbits(60) + b'"}')


def odd_place(chance: Chance) -> bytes:
    """Half a position, another county, swapped, another datum, no position at all."""
    lon, lat = chance.uniform(100, 125), chance.uniform(20, 45)
    places: Sequence[dict[str, object]] = (
        {"lon": lon},
        {"lat": lat},
        {"lon": lat, "lat": lon},
        {"lon": lon, "lat": lat},
        {"lon": lon, "lat": lat, "datum": "GCJ02"},
        {"lon": lon, "lat": lat, "datum": "BD09"},
        {"lon": 0, "lat": 0},
        {"lon": 181, "lat": 91},
        {"lon": 1e300, "lat": -1e300},
        {"lon": -180.0, "lat": 90.0, "datum": chance.choice(("", "wgs84", "MARS", "GCJ02"))},
    )
    return request(dumped(sound(chance) | chance.choice(places)))


PHONES = ("138", "1" * 64, "+86 138 0000 0000 ext 9", "１３８００００００００", "-", "0")
EMAILS = ("a", "@", "a@b", "a@b\r\nBcc: c@d", "ä@ö.cn", "a" * 250 + "@b.cn", "a@[::1]")


def odd_person(chance: Chance) -> bytes:
    told = {"phone": chance.choice(PHONES), "email": chance.choice(EMAILS), "anonymous": True}
    return request(dumped(sound(chance) | told))


HEADERS = ("Idempotency-Key", "X-Forwarded-For", "Forwarded", "Cookie", "Authorization", "Range")
VALUES = ("", " ", "a b", "钥匙", "\t", "x" * 129, "x" * 7_000, "Bearer x", "a=b; " * 400, "\x7f")


def odd_headers(chance: Chance) -> bytes:
    many = range(chance.randint(1, 5))
    several = [(chance.choice(HEADERS), chance.choice(VALUES)) for _ in many]
    return request(dumped(sound(chance)), headers=several)


def wrong_kind(chance: Chance) -> bytes:
    kind = chance.choice(
        (
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "multipart/mixed; boundary=x",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=" + "b" * 300,
            "application/json; charset=utf-7",
            "application/json; charset=绝",
            ";;;",
            "a/b/c",
        )
    )
    return request(dumped(sound(chance)), kind)


def compressed(chance: Chance) -> bytes:
    coding = chance.choice(("gzip", "deflate", "br", "zstd", "gzip, gzip", "x"))
    bomb = zlib.compress(b"\x00" * 1_000_000)
    return request(bomb, headers=(("Content-Encoding", coding),))


def wrong_method(chance: Chance) -> bytes:
    method = chance.choice(("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "post"))
    return request(b"", "", method=method)


def wrong_path(chance: Chance) -> bytes:
    tail = chance.choice(
        (
            "/20990101000001?code=AAAA",
            "/%00?code=x",
            "/..%2f..%2fetc%2fpasswd?code=1",
            "/" + "9" * 4_000,
            "/x?code=" + "c" * 3_000,
            "/x?code=a&code=b",
            "/x",
            "//",
            "/%ff%fe?code=%ff",
            "?text=a",
            "/２０２６?code=１",
        )
    )
    return request(b"", "", method="GET", path=PATH + tail)


def wrong_length(chance: Chance) -> bytes:
    """These break the connection itself: a length that lies or is none."""
    length = chance.choice(("-1", "abc", "1e3", "9" * 30, "5, 6", ""))
    return request(dumped(sound(chance)), length=length)


def odd_chunks(chance: Chance) -> bytes:
    """Chunked bodies gone wrong, and both ways of telling a length at once."""
    body = chance.choice(
        (
            b"zz\r\nabc\r\n0\r\n\r\n",
            b"-5\r\nabcde\r\n0\r\n\r\n",
            b"ffffffffffffffffff\r\na",
            b"5;" + b"x" * 9_000 + b"\r\nabcde\r\n0\r\n\r\n",
            b"3\r\nabcd\r\n0\r\n\r\n",
            b"0\r\n\r\n",
            b"2\r\n{}\r\n0\r\nTrailer: " + b"y" * 500 + b"\r\n\r\n",
            b"1\n{\n1\n}\n0\n\n",
        )
    )
    both = "Content-Length: 3\r\n" if chance.random() < 0.3 else ""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Transfer-Encoding: chunked\r\n{both}\r\n"
    )
    return head.encode() + body


def no_http(chance: Chance) -> bytes:
    return chance.choice(
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"GET\r\n\r\n",
            b"POST /api/v1/complaints HTTP/9.9\r\n\r\n",
            b"POST " + b"/a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 5_000 + b"\r\n",
            bytes(chance.randrange(256) for _ in range(80)) + b"\r\n\r\n",
        )
    )


def form(parts: Sequence[tuple[str, bytes]], *, end: bytes = b"--x--\r\n") -> bytes:
    """A multipart body; each part is its header lines and its content."""
    body = b"".join(
        b"--x\r\n" + head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    return request(body + end, "multipart/form-data; boundary=x")


def field(name: str, value: bytes) -> tuple[str, bytes]:
    return f'Content-Disposition: form-data; name="{name}"', value


def photo(content: bytes, name: str = "a.jpg", at: str = "photos") -> tuple[str, bytes]:
    line = f'Content-Disposition: form-data; name="{at}"; filename="{name}"'
    return f"{line}\r\nContent-Type: image/jpeg", content


def words(chance: Chance) -> tuple[str, bytes]:
    return field("text", f"照片里是垃圾 {chance.getrandbits(60):x}".encode())


def _picture(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    stream = io.BytesIO()
    Image.new("L", size).save(stream, kind)
    return stream.getvalue()


JPEG, PNG = _picture("JPEG"), _picture("PNG")
BOMB = _picture("PNG", (20_000, 20_000))
POLYGLOTS = (
    b"GIF89a/*" + JPEG,
    b"%PDF-1.7\n" + JPEG,
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"PK\x03\x04" + bytes(60),
    b"MZ" + bytes(60),
    b"#!/bin/sh\nid\n",
    b"<?php system('id');",
    b"\xff\xd8",
    b"\xff",
    b"RIFF\x00\x00\x00\x00WEBX",
    bytes(12),
)
TAKEN = (JPEG + b"<script>alert(1)</script>", PNG + b"PK\x03\x04", BOMB, JPEG[:60])
"""Begin like photos: taken for now, and cleaned or refused by the job that opens them."""


def polyglot(chance: Chance) -> bytes:
    return form([words(chance), photo(chance.choice(POLYGLOTS))])


NAMES = ("../../../etc/passwd", "C:\\\\a.jpg", "a\x00.jpg", "/etc/passwd", "x" * 5_000, "")


def file_names(chance: Chance) -> bytes:
    return form([words(chance), photo(chance.choice(POLYGLOTS), chance.choice(NAMES))])


def odd_photos(chance: Chance) -> bytes:
    """One bad photo behind a good one, or too many; rarely ones that are taken for now."""
    luck = chance.random()
    if luck < 0.05:
        return form([words(chance), photo(chance.choice(TAKEN))])
    if luck < 0.1:
        return form([words(chance), *[photo(JPEG)] * 10])
    return form([words(chance), photo(JPEG), photo(chance.choice(POLYGLOTS))])


def odd_form(chance: Chance) -> bytes:
    kinds: Sequence[Callable[[], bytes]] = (
        lambda: form([words(chance)], end=b""),
        lambda: form([words(chance), words(chance)]),
        lambda: form([field("lon", b"not a number"), words(chance)]),
        lambda: form([field("lon", b"113.1"), words(chance)]),
        lambda: form([field("text", b"\xff\xfe\x00")]),
        lambda: form([field("text", b"x" * 300_000)]),
        lambda: form([field(f"f{n}", b"v") for n in range(60)]),
        lambda: form([field("", b"v"), words(chance)]),
        lambda: form([("X: y", b"v")]),
        lambda: form([("Content-Disposition: attachment", b"v")]),
        lambda: form(
            [('Content-Disposition: form-data; name="text"\r\nContent-Encoding: gzip', b"v")]
        ),
        lambda: form([(f'Content-Disposition: form-data; name="{"n" * 9_000}"', b"v")]),
        lambda: form([photo(JPEG, at="text")]),
        lambda: form([field("photos", b"text instead of a file"), words(chance)]),
        lambda: form([], end=b"--x--\r\n"),
        lambda: form([], end=b"garbage"),
        lambda: form([("Content-Type: multipart/mixed; boundary=y", b"--y\r\n\r\n--y--")]),
    )
    return chance.choice(kinds)()


MAKERS: Sequence[Callable[[Chance], bytes]] = (
    wrong_type,
    nasty_text,
    script_everywhere,
    unknown_names,
    deep,
    huge,
    broken_json,
    broken_utf8,
    twice_the_same_name,
    odd_place,
    odd_person,
    odd_headers,
    wrong_kind,
    compressed,
    wrong_method,
    wrong_path,
    wrong_length,
    odd_chunks,
    no_http,
    polyglot,
    file_names,
    odd_photos,
    odd_form,
)
