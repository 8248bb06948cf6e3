"""Signed marks in our outgoing mails, by which an answer finds its ticket again.

Two carriers: the Message-ID (comes back in In-Reply-To and References) and a tag in the address
answers go to (RFC 5233). Both end in a keyed hash, so nobody can make one up for a number he
knows; who sent the answer is checked all the same.
"""

import base64
import hmac
import re
import unicodedata

from intake.domain.numbers import TICKET_NUMBER, ticket_key
from intake.security.keyring import Keyring

_MAC_BYTES = 10
_NUMBER = r"sl[0-9]{13,15}"
_MAC = r"[a-z2-7]{16}"
_TAG = re.compile(rf"({_NUMBER})\.({_MAC})")
_ID = re.compile(rf"<m([0-9]{{1,18}})\.({_NUMBER})\.({_MAC})@[^<>\s]{{1,255}}>")
_IN_SUBJECT = re.compile(r"(?<![A-Z0-9])SL[0-9]{13,15}(?![0-9])")


def tagged_address(keys: Keyring, address: str, number: str) -> str:
    """The hotline's ``address`` with a tag for one ticket; answers sent there belong to it."""
    local, _, domain = address.partition("@")
    named = number.lower()
    return f"{local}+{named}.{_mac(keys.subkey('link'), 'tag', named)}@{domain}"


def number_of_tag(keys: Keyring, tag: str) -> str:
    """The ticket number a tag was made for, empty when it is not one of ours."""
    found = _TAG.fullmatch(tag.lower())
    if found is None or not _genuine(keys, "tag", found[1], found[2]):
        return ""
    return found[1].upper()


def message_id_for(keys: Keyring, domain: str, message: int, number: str) -> str:
    """The Message-ID of the outgoing message with this key about this ticket."""
    named = f"m{message}.{number.lower()}"
    return f"<{named}.{_mac(keys.subkey('link'), 'id', named)}@{domain}>"


def named_by(keys: Keyring, message_id: str) -> tuple[int, str] | None:
    """Message key and ticket number of one of our Message-IDs, None when it is not one."""
    found = _ID.fullmatch(message_id.strip().lower())
    if found is None or not _genuine(keys, "id", f"m{found[1]}.{found[2]}", found[3]):
        return None
    return int(found[1]), found[2].upper()


def numbers_in(subject: str) -> list[str]:
    """Ticket numbers somebody wrote into a subject; anybody can write one."""
    plain = unicodedata.normalize("NFKC", subject).upper()
    return [found for found in _IN_SUBJECT.findall(plain)[:5] if ticket_key(found) is not None]


def _genuine(keys: Keyring, use: str, named: str, mac: str) -> bool:
    right = [hmac.compare_digest(_mac(key, use, named), mac) for key in keys.subkeys("link")]
    return any(right) and TICKET_NUMBER.search(named.upper()) is not None


def _mac(key: bytes, use: str, named: str) -> str:
    digest = hmac.digest(key, f"mail {use}\x00{named}".encode(), "sha256")
    return base64.b32encode(digest[:_MAC_BYTES]).decode("ascii").lower()
