"""How far the sender of a mail can be believed: SPF, DKIM and DMARC, stored and shown.

Never a reason to refuse: citizens' mails come over forwarders and lists that break all three
(R178). pyspf evaluates SPF (RFC 7208), dkimpy DKIM (RFC 6376), authheaders DMARC (RFC 7489).
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import authheaders
import authheaders.dmarc_lookup
import dkim
import spf
from authres import AuthenticationResultsHeader, AuthResError
from publicsuffix2 import PublicSuffixList

from channels.email.dns import LookUpFailed, NameServer
from channels.email.identity import split_header
from channels.email.letter import Letter
from intake.domain.mail import Check, Envelope, Verdicts
from intake.security.address import parse_address

_MOST_SIGNATURES = 3
_MOST_SECONDS = 8.0
_LARGEST_CHECKED = 5_000_000
_SPF = {
    "pass": Check.PASSED,
    "fail": Check.FAIL,
    "softfail": Check.SOFT,
    "neutral": Check.NONE,
    "none": Check.NONE,
}
_current = threading.local()


def verify(raw: bytes, envelope: Envelope, letter: Letter, server: NameServer) -> Verdicts:
    """The three verdicts; never raises, what could not be looked up is UNKNOWN.

    What a gateway of ours handed on was checked by it: here the sender's address is no longer
    seen, so its own result (RFC 8601) is taken over when it wrote one.
    """
    domain = _domain(letter.sender)
    if envelope.trusted:
        told = letter.field_of("authentication-results")
        return told_by_gateway(told, domain) if told else Verdicts(domain=domain)
    names = _Names(server)
    spf_check = _spf(envelope, names)
    dkim_check, signers = _dkim(raw, names)
    dmarc = _dmarc(domain, spf_check, envelope, signers, names)
    return Verdicts(spf_check, dkim_check, dmarc, domain, signers)


def told_by_gateway(value: str, domain: str) -> Verdicts:
    """The verdicts of an Authentication-Results field (RFC 8601)."""
    try:
        header = AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except AuthResError:
        return Verdicts(domain=domain)
    found = {str(one.method): _SPF.get(str(one.result), Check.UNKNOWN) for one in header.results}
    return Verdicts(
        found.get("spf", Check.UNKNOWN),
        found.get("dkim", Check.UNKNOWN),
        found.get("dmarc", Check.UNKNOWN),
        domain,
    )


class _Names:
    """One mail's look-ups: remembered, and together no longer than a few seconds."""

    def __init__(self, server: NameServer) -> None:
        self._server = server
        self._until = time.monotonic() + _MOST_SECONDS
        self._known: dict[tuple[str, str], list[Any]] = {}
        self.failed = False

    def find(self, name: str, kind: str) -> list[Any]:
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            try:
                if time.monotonic() > self._until:
                    raise LookUpFailed("the time for this mail is over")
                self._known[key] = list(self._server.find(*key))
            except LookUpFailed:
                self.failed = True
                raise
        return self._known[key]

    def text(self, name: str | bytes, **_kwargs: Any) -> bytes | None:
        """For dkimpy: the TXT record of a key."""
        plain = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        found = self.find(plain, "TXT")
        return found[0] if found else None

    def told(self, name: str, kind: str = "TXT", **_kwargs: Any) -> str:
        """For authheaders: the record as text."""
        told = [
            one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
            for one in self.find(name, kind.upper())
        ]
        policies = [one for one in told if one.startswith("v=DMARC1")]
        # Two policies count as none (RFC 7489 section 6.6.3).
        return policies[0] if len(policies) == 1 else ""


def _spf(envelope: Envelope, names: _Names) -> Check:
    address = parse_address(envelope.peer)
    if address is None or not (envelope.sender or envelope.helo):
        return Check.UNKNOWN
    helo = envelope.helo or "unknown"
    sender = envelope.sender or f"postmaster@{helo}"
    try:
        with _looking_up(names):
            result, _ = spf.check2(str(address), sender, helo, timeout=5, querytime=5)
    except Exception:  # The library raises whatever a broken record leads it to.
        return Check.UNKNOWN
    return _SPF.get(result, Check.UNKNOWN)


@contextmanager
def _looking_up(names: _Names) -> Iterator[None]:
    """Have pyspf, which asks a function of its module, ask this mail's names."""
    _current.names = names
    try:
        yield
    finally:
        _current.names = None


def _spf_look_up(name: str, kind: str, *_rest: Any, **_kwargs: Any) -> list[Any]:
    names: _Names | None = getattr(_current, "names", None)
    if names is None:
        raise spf.TempError("no DNS here")
    if kind == "SPF":  # Type 99 was given up (RFC 7208 section 3.1).
        return []
    try:
        found = names.find(name, kind)
    except LookUpFailed:
        raise spf.TempError("no answer") from None
    return [((name, kind), (one,) if kind == "TXT" else one) for one in found]


spf.DNSLookup = _spf_look_up


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=1_000)
def _organisation(domain: str) -> str:
    """The registered domain; authheaders would read its list of suffixes anew for every mail."""
    found: str = _suffixes().get_public_suffix(domain)
    return found


authheaders.get_org_domain = authheaders.dmarc_lookup.get_org_domain = _organisation


def _dkim(raw: bytes, names: _Names) -> tuple[Check, tuple[str, ...]]:
    """The best verdict, and the domains whose signatures hold."""
    header, _ = split_header(raw)
    if b"\ndkim-signature:" not in b"\n" + header.lower():
        return Check.NONE, ()
    if len(raw) > _LARGEST_CHECKED:
        return Check.UNKNOWN, ()
    signers: list[str] = []
    failed = False
    try:
        checker = dkim.DKIM(raw, timeout=5)
        count = sum(1 for name, _ in checker.headers if name.lower() == b"dkim-signature")
    except Exception:
        return Check.UNKNOWN, ()
    for place in range(min(count, _MOST_SIGNATURES)):
        try:
            good = dkim.DKIM(raw, timeout=5)
            if good.verify(idx=place, dnsfunc=names.text):
                signers.append(good.domain.decode("ascii", "replace").lower())
            else:
                failed = True
        except LookUpFailed:
            continue
        except Exception:  # The library raises whatever a broken signature leads it to.
            failed = True
    if signers:
        return Check.PASSED, tuple(dict.fromkeys(signers))
    return (Check.FAIL if failed else Check.UNKNOWN), ()


def _dmarc(
    domain: str, spf_check: Check, envelope: Envelope, signers: tuple[str, ...], names: _Names
) -> Check:
    if not domain:
        return Check.NONE
    by_spf = SimpleNamespace(result=str(spf_check.value), smtp_mailfrom=envelope.sender)
    results: list[SimpleNamespace | None] = [
        SimpleNamespace(result="pass", header_d=signer) for signer in signers
    ]
    best = Check.UNKNOWN
    try:
        for by_dkim in results or [None]:
            result = authheaders.dmarc_per_from(domain, by_spf, by_dkim, dnsfunc=names.told)[0]
            best = {"pass": Check.PASSED, "fail": Check.FAIL, "none": Check.NONE}[result]
            if best is Check.PASSED:
                return best
    except Exception:
        return Check.UNKNOWN
    # A look-up that failed may be the one that would have shown it to be genuine.
    return Check.UNKNOWN if best is Check.FAIL and names.failed else best


def _domain(sender: str) -> str:
    """The domain of an address in its ASCII form (RFC 5891), empty when it has none."""
    domain = sender.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError:
        return ""
