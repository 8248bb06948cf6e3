"""Odd and hostile mails: read as far as they go, or told to be unreadable; never anything else."""

import base64
import contextlib
import time

import pytest

from channels.email.files import Limits, safe_name
from channels.email.letter import FileKind, Unreadable
from channels.email.markup import harmless, text_of
from channels.email.read import MOST_PARTS, read
from tests.mail.writing import plain_mail, raw_mail

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 5_000
MIXED = 'Content-Type: multipart/mixed; boundary="b"'


def part(content: bytes, *fields: str) -> bytes:
    encoded = base64.encodebytes(content)
    return raw_mail(encoded, *fields, "Content-Transfer-Encoding: base64")


def mixed(*parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + one + b"\r\n" for one in parts) + b"--b--\r\n"
    return raw_mail(body, "From: a@mail.example", "Subject: files", MIXED)


def attachment(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    return part(
        content, f"Content-Type: {kind}", f'Content-Disposition: attachment; filename="{name}"'
    )


def test_photos_and_files_are_told_by_their_content() -> None:
    letter = read(
        mixed(
            attachment("photo.exe", PNG),
            attachment("report.pdf", b"%PDF-1.7 ..."),
            attachment("report.pdf", b"MZ\x90 not a pdf"),
            attachment("setup.exe", b"MZ"),
            attachment("all.zip", b"PK\x03\x04"),
            attachment("page.html", b"<script>", "text/html"),
        )
    )
    kinds = [one.kind for one in letter.attached]
    assert kinds == [FileKind.PHOTO, FileKind.FILE, *[FileKind.REFUSED] * 4]
    assert all(one.refusal for one in letter.attached[2:])


def test_too_many_photos_are_told() -> None:
    letter = read(mixed(*[attachment("a.png", PNG)] * 12), Limits(files=11, photos=9))
    assert len(letter.photos) == 9
    assert len(letter.attached) == 11


def test_a_mailers_little_logo_is_no_photo() -> None:
    logo = part(PNG[:300], "Content-Type: image/png", "Content-ID: <logo>")
    assert read(mixed(logo)).attached == ()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.doc", "evil.doc"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("", "附件3"),
        ("...", "附件3"),
        ("现场照片.jpg", "现场照片.jpg"),
        ("a<b>|c?.txt", "a_b_c_.txt"),
        ("x" * 500 + ".pdf", "x" * 76 + ".pdf"),
        ("a\r\nContent-Type: x.txt", "aContent-Type_ x.txt"),
    ],
)
def test_names_are_safe(given: str, shown: str) -> None:
    assert safe_name(given, 3) == shown


def test_a_forwarded_mail_counts() -> None:
    inner = plain_mail("原来的话", subject="旧邮件")
    outer = mixed(
        raw_mail("请看附件里的邮件".encode(), "Content-Type: text/plain; charset=utf-8"),
        raw_mail(inner, "Content-Type: message/rfc822"),
    )
    letter = read(outer)
    assert "请看附件里的邮件" in letter.visible
    assert "旧邮件" in letter.text
    assert "原来的话" in letter.text


def test_an_invitation_is_told_in_a_line() -> None:
    event = b"BEGIN:VEVENT\r\nSUMMARY:\xe7\x8e\xb0\xe5\x9c\xba\r\nLOCATION:A\r\nEND:VEVENT"
    letter = read(mixed(part(event, "Content-Type: text/calendar; charset=utf-8")))
    assert letter.text == "【日程】现场 地点：A"


def test_a_broken_winmail_dat_harms_nothing() -> None:
    letter = read(mixed(attachment("winmail.dat", b"x\x9f>\x22" + b"\x01" * 500)))
    assert letter.attached == ()


def test_ten_thousand_parts_nested() -> None:
    marks = [f"b{number}" for number in range(10_000)]
    fields = "".join(
        f'Content-Type: multipart/mixed; boundary="{m}"\r\n\r\n--{m}\r\n' for m in marks
    )
    began = time.process_time()
    with pytest.raises(Unreadable):
        read(fields.encode())
    assert time.process_time() - began < 20


def test_ten_thousand_parts_side_by_side() -> None:
    letter = read(mixed(*[attachment("a.txt", b"x")] * 10_000))
    assert len(letter.attached) == Limits().files
    assert MOST_PARTS < 10_000


def test_a_huge_header_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read(raw_mail(b"x", "Subject: " + "y" * 400_000))


def test_many_fields_are_read() -> None:
    assert read(raw_mail(b"x", *[f"X-{n}: y" for n in range(5_000)], "Subject: s")).subject == "s"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"\x00" * 1000,
        b"From",
        b"Content-Type: multipart/mixed\r\n\r\nx",
        b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n',
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!",
        b'Content-Type: text/plain; charset="\xff"\r\n\r\n\xff',
        b"Content-Type: message/rfc822\r\n\r\n",
        b"From: <<<>>>@@\r\nTo: ,,,;\r\nDate: x\r\n\r\n",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%fe\r\n\r\nx",
        b"Content-Disposition: attachment; filename*0*=x''a; filename*2=b\r\n\r\nx",
    ],
)
def test_broken_mails_raise_nothing_else(raw: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read(raw)


def test_markup_that_is_shown_can_do_nothing() -> None:
    shown = harmless(
        '<p onclick="x()" style="position:fixed" class="a">t</p><script>s</script>'
        '<a href="javascript:x">j</a><a href="https://a.example">k</a><img src="http://t.example/1">'
        '<form action="/desk"><input name="csrf_token"></form><iframe src="x"></iframe>'
        '<style>@import "x"</style><svg onload="x"></svg><base href="x"><meta http-equiv="refresh">'
    )
    for absent in ("script", "style", "img", "form", "input", "iframe", "svg", "base", "meta"):
        assert f"<{absent}" not in shown
    assert "javascript" not in shown
    assert "onclick" not in shown
    assert 'href="https://a.example"' in shown


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 80_000 + "x", "<table>" * 50_000, "<p " + "a=1 " * 90_000 + ">", "<!--" * 90_000],
)
def test_markup_made_to_be_slow_is_not(markup: str) -> None:
    began = time.process_time()
    text_of(markup)
    harmless(markup)
    assert time.process_time() - began < 5
