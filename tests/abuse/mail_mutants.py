"""Mails bent out of shape: the corpus cut, doubled, swapped and salted, each by its number."""

import random
from collections.abc import Callable

from tests.mail.mailers import MAILERS
from tests.mail.writing import plain_mail, raw_mail

_WORDS = "中山路的路灯坏了，请尽快修理。"
_SALT = (
    b"\r\n\r\n", b"\r\n", b"\n", b"\r", b"\x00", b"\xff\xfe", b"=?utf-8?B?", b"?=", b"--", b'"',
    b"<", b">", b";", b"Content-Type: multipart/mixed; boundary=x\r\n", b"=\r\n", b"\xe4\xb8",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: message/rfc822\r\n\r\n",
    b"charset=",
    b"filename*0*=utf-8''%FF", b"\r\n.\r\n", b"\r\nBcc: x@y.example\r\n", b"@", b"\x1b$B",
    b"Message-ID: <>\r\n", b"References: " + b"<a@b.example> " * 50 + b"\r\n", b"(" * 200,
)  # fmt: skip
_CHARSETS = (b"gb2312", b"utf-7", b"utf-16", b"hz", b"rot13", b"base64", b"idna", b"unicode_escape")


def _seeds() -> list[bytes]:
    mails = [mailer(_WORDS, "请问在哪里？") for mailer in MAILERS.values()]
    report = raw_mail(
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
        b"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <x@y.example>\r\n\r\n--b--\r\n",
        "From: MAILER-DAEMON@mail.example",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    )
    nested = raw_mail(plain_mail("里面"), "Content-Type: message/rfc822", "Subject: fwd")
    return [*mails, report, nested, plain_mail(_WORDS)]


SEEDS = _seeds()


def _cut(chance: random.Random, raw: bytes) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _drop(chance: random.Random, raw: bytes) -> bytes:
    start = chance.randrange(len(raw) + 1)
    return raw[:start] + raw[start + chance.randrange(200) :]


def _flip(chance: random.Random, raw: bytes) -> bytes:
    bent = bytearray(raw)
    for _ in range(chance.randrange(1, 40)):
        if bent:
            bent[chance.randrange(len(bent))] = chance.randrange(256)
    return bytes(bent)


def _salt(chance: random.Random, raw: bytes) -> bytes:
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(raw) + 1)
        raw = raw[:place] + chance.choice(_SALT) + raw[place:]
    return raw


def _repeat(chance: random.Random, raw: bytes) -> bytes:
    start = chance.randrange(len(raw) + 1)
    piece = raw[start : start + chance.randrange(1, 120)]
    return raw[:start] + piece * chance.randrange(2, 200) + raw[start:]


def _shuffle(chance: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\r\n")
    chance.shuffle(lines)
    return b"\r\n".join(lines)


def _relabel(chance: random.Random, raw: bytes) -> bytes:
    for name in (b"utf-8", b"UTF-8", b"GBK", b"gb2312", b"GB2312", b"gb18030"):
        raw = raw.replace(name, chance.choice(_CHARSETS))
    return raw


def _join(chance: random.Random, raw: bytes) -> bytes:
    other = chance.choice(SEEDS)
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other)) :]


BENDS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _cut, _drop, _flip, _salt, _repeat, _shuffle, _relabel, _join,
)  # fmt: skip


def mutant(seed: int) -> bytes:
    """The mail of this number, always the same."""
    chance = random.Random(seed)
    raw = chance.choice(SEEDS)
    for _ in range(chance.randrange(1, 4)):
        raw = chance.choice(BENDS)(chance, raw)
    return raw
