"""SPF, DKIM and DMARC with records from a table; never an exception, never a wait for long."""

import base64
import time
from collections.abc import Sequence

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from channels.email import trust
from channels.email.dns import Asked, LookUpFailed, NameServer, Shut, Written, name_server
from channels.email.read import read
from intake.domain.mail import Check, Envelope, Verdicts
from tests.mail.writing import plain_mail

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
RAW = plain_mail("路灯不亮", sender="zhang@mail.example")
FROM_THERE = Envelope("192.0.2.10", "mx.mail.example", "zhang@mail.example")
FROM_ELSEWHERE = Envelope("203.0.113.9", "mx.evil.example", "zhang@mail.example")


def records(**more: str) -> Written:
    key = f"v=DKIM1; k=rsa; p={base64.b64encode(PUBLIC).decode()}"
    return Written(
        {
            ("mail.example", "TXT"): [b"v=spf1 ip4:192.0.2.0/24 -all", b"other"],
            ("s1._domainkey.mail.example", "TXT"): [key.encode()],
            ("_dmarc.mail.example", "TXT"): [more.get("dmarc", "v=DMARC1; p=reject").encode()],
        }
    )


def signed(raw: bytes) -> bytes:
    signature: bytes = dkim.sign(raw, b"s1", b"mail.example", PEM, include_headers=[b"from"])
    return signature + raw


def checked(raw: bytes, envelope: Envelope, server: NameServer | None = None) -> Verdicts:
    return trust.verify(raw, envelope, read(raw), server or records())


def test_genuine() -> None:
    verdicts = checked(signed(RAW), FROM_THERE)
    assert (verdicts.spf, verdicts.dkim, verdicts.dmarc) == (Check.PASSED,) * 3
    assert (verdicts.domain, verdicts.signers) == ("mail.example", ("mail.example",))
    assert not verdicts.forged


def test_forwarded_with_a_signature_is_still_genuine() -> None:
    verdicts = checked(signed(RAW), FROM_ELSEWHERE)
    assert (verdicts.spf, verdicts.dkim, verdicts.dmarc) == (Check.FAIL, Check.PASSED, Check.PASSED)


def test_forged() -> None:
    verdicts = checked(RAW, FROM_ELSEWHERE)
    assert (verdicts.spf, verdicts.dkim, verdicts.dmarc) == (Check.FAIL, Check.NONE, Check.FAIL)
    assert verdicts.forged


def test_changed_on_the_way() -> None:
    verdicts = checked(signed(RAW).replace("不亮".encode(), "很亮".encode()), FROM_ELSEWHERE)
    assert (verdicts.dkim, verdicts.dmarc) == (Check.FAIL, Check.FAIL)


def test_another_domains_signature_proves_nothing() -> None:
    raw = plain_mail("x", sender="zhang@other.example")
    verdicts = checked(signed(raw), FROM_ELSEWHERE)
    assert (verdicts.dkim, verdicts.dmarc) == (Check.PASSED, Check.NONE)
    assert verdicts.signers == ("mail.example",)


def test_without_dns_nothing_is_said() -> None:
    verdicts = checked(signed(RAW), FROM_ELSEWHERE, Shut())
    assert (verdicts.spf, verdicts.dkim, verdicts.dmarc) == (Check.UNKNOWN,) * 3
    assert not verdicts.forged


def test_a_key_that_could_not_be_looked_up_disowns_nobody() -> None:
    class HalfAway(Written):
        def find(self, name: str, kind: str) -> Sequence[str | bytes | tuple[int, str]]:
            if "_domainkey" in name:
                raise LookUpFailed("no answer")
            return super().find(name, kind)

    table = {
        ("mail.example", "TXT"): [b"v=spf1 -all"],
        ("_dmarc.mail.example", "TXT"): [b"v=DMARC1; p=reject"],
    }
    verdicts = checked(signed(RAW), FROM_ELSEWHERE, HalfAway(table))
    assert (verdicts.spf, verdicts.dkim, verdicts.dmarc) == (
        Check.FAIL,
        Check.UNKNOWN,
        Check.UNKNOWN,
    )


def test_our_gateways_word_counts_and_nobody_elses() -> None:
    field = b"Authentication-Results: gw; spf=pass smtp.mailfrom=mail.example; dmarc=fail\r\n"
    gateway = Envelope("10.0.0.2", "gw", "zhang@mail.example", trusted=True)
    verdicts = checked(field + RAW, gateway)
    assert (verdicts.spf, verdicts.dkim, verdicts.dmarc) == (
        Check.PASSED,
        Check.UNKNOWN,
        Check.FAIL,
    )
    assert checked(field.replace(b"fail", b"pass") + RAW, FROM_ELSEWHERE).dmarc is Check.FAIL
    assert checked(b"Authentication-Results: ;;\r\n" + RAW, gateway).dmarc is Check.UNKNOWN


@pytest.mark.parametrize(
    "record",
    [
        b"v=spf1 include:mail.example -all",
        b"v=spf1 exp=%{x} -all",
        b"v=spf1 \xff",
        b"v=spf1 redirect=",
    ],
)
def test_broken_records_harm_nothing(record: bytes) -> None:
    server = Written(
        {("mail.example", "TXT"): [record], ("_dmarc.mail.example", "TXT"): [b"v=DMARC1;;;p"]}
    )
    assert checked(RAW, FROM_THERE, server).spf in set(Check)


@pytest.mark.parametrize(
    "domain", ["", "x" * 300 + ".example", "ü.example", "a..b.example", "\u200b.example"]
)
def test_odd_domains_harm_nothing(domain: str) -> None:
    raw = plain_mail("x", sender=f"a@{domain}")
    checked(raw, Envelope("192.0.2.1", domain, f"a@{domain}"))


def test_a_dead_name_server_is_waited_for_a_moment_only(free_port: int) -> None:
    began = time.monotonic()
    server = name_server(f"127.0.0.1:{free_port}")
    assert isinstance(server, Asked)
    with pytest.raises(LookUpFailed):
        server.find("mail.example", "TXT")
    verdicts = checked(signed(RAW), FROM_THERE, server)
    assert verdicts.spf is Check.UNKNOWN
    assert time.monotonic() - began < 25
