"""Signed receipts: proof for the citizen of what was handed in and when (R177, 抗抵赖).

A receipt is one JSON text ``{"key_id": …, "payload": {…}, "signature": …}``. The signature is
Ed25519 (RFC 8032) over the canonical form of the payload (RFC 8785 for the values allowed here),
in base64url without padding. Signing and verifying need no store and no network.
"""

import base64
import binascii
import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Payload = Mapping[str, str | int | bool | None]

LARGEST_RECEIPT = 64 * 1024
LARGEST_INTEGER = 2**53 - 1  # RFC 8785 section 3.2.2.3: beyond it, readers disagree

# Keeps a signature made here from being taken for one over anything else.
_DOMAIN = b"minsheng receipt 1\n"


class ReceiptFault(enum.StrEnum):
    """Why a receipt does not hold."""

    UNREADABLE = "the text is not a receipt"
    UNKNOWN_KEY = "the receipt was signed with a key that this installation does not know"
    ALTERED = "the payload or the signature was changed after signing"


@dataclass(frozen=True)
class Verdict:
    """The outcome of a verification; ``payload`` is given only when the receipt is valid."""

    valid: bool
    reason: ReceiptFault | None
    payload: Payload | None


def canonical_json(payload: Payload) -> bytes:
    """One byte string for one payload: sorted names, no spaces, UTF-8.

    Raises ValueError for values that have no single form (floats, nested values, half characters).
    """
    for name, value in payload.items():
        if not isinstance(name, str) or not isinstance(value, str | int | bool | None):
            raise ValueError(f"A receipt cannot hold {type(value).__name__} under {name!r}.")
        if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
            raise ValueError(f"The number under {name!r} is too large for a receipt; use text.")
    try:
        # RFC 8785 section 3.2.3 sorts by UTF-16 code units, not by code points.
        ordered = sorted(payload.items(), key=lambda item: item[0].encode("utf-16-be"))
        text = json.dumps(dict(ordered), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("A receipt cannot hold half a character (a lone surrogate).") from None


def sign_receipt(payload: Payload, key_id: str, key: Ed25519PrivateKey) -> str:
    """The receipt's JSON text; ``key_id`` and ``key`` are the keyring's ``receipt_key``.

    Raises ValueError for a payload without canonical form.
    """
    signature = key.sign(_DOMAIN + canonical_json(payload))
    receipt = {"key_id": key_id, "payload": dict(payload), "signature": _encode(signature)}
    return json.dumps(receipt, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def verify_receipt(text: str, public_keys: Mapping[str, bytes]) -> Verdict:
    """Whether a receipt holds; never raises. ``public_keys`` are raw Ed25519 keys by key id."""
    try:
        key_id, payload, signature = _read(text)
        signed = _DOMAIN + canonical_json(payload)
    except (ValueError, RecursionError):
        return Verdict(False, ReceiptFault.UNREADABLE, None)
    public = public_keys.get(key_id)
    if public is None:
        return Verdict(False, ReceiptFault.UNKNOWN_KEY, None)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except InvalidSignature:
        return Verdict(False, ReceiptFault.ALTERED, None)
    return Verdict(True, None, payload)


def _read(text: str) -> tuple[str, dict[str, str | int | bool | None], bytes]:
    if len(text) > LARGEST_RECEIPT:
        raise ValueError("too long")
    receipt = json.loads(
        text, object_pairs_hook=_no_name_twice, parse_float=_refuse, parse_constant=_refuse
    )
    if not isinstance(receipt, dict) or set(receipt) != {"key_id", "payload", "signature"}:
        raise ValueError("not a receipt")
    key_id, payload, encoded = receipt["key_id"], receipt["payload"], receipt["signature"]
    if not (isinstance(key_id, str) and isinstance(payload, dict) and isinstance(encoded, str)):
        raise ValueError("not a receipt")
    return key_id, payload, _decode(encoded)


def _no_name_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Two readers could see two different values under one name."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _refuse(literal: str) -> Never:
    raise ValueError(f"{literal[:20]} has no canonical form")


def _encode(signature: bytes) -> str:
    return base64.urlsafe_b64encode(signature).rstrip(b"=").decode("ascii")


def _decode(encoded: str) -> bytes:
    try:
        signature = base64.b64decode(encoded + "=" * (-len(encoded) % 4), b"-_", validate=True)
    except binascii.Error as failure:
        raise ValueError("not base64url") from failure
    if _encode(signature) != encoded:
        raise ValueError("more than one spelling")
    return signature
