"""Signatures and encrypted mode of WeChat's message callbacks.

As the platform documents it: a signature is the SHA-1 of the sorted parts; an encrypted message is
AES-256-CBC under the 43-letter key (IV: its first 16 bytes), 16 random bytes, the length as four
big-endian bytes, the message, the account's id, padded to blocks of 32 (PKCS #7).
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_RANDOM = 16
_LENGTH = 4
_BLOCK = 32
KEY_LETTERS = 43


class NotForUs(ValueError):
    """The signature is wrong, or the message was not encrypted for this account."""


def signature(*parts: str) -> str:
    """SHA-1 in hex over the sorted parts."""
    joined = "".join(sorted(parts)).encode("utf-8", "surrogateescape")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def signed(given: str, *parts: str) -> bool:
    """Whether ``given`` is the signature of ``parts``; compared in constant time."""
    return hmac.compare_digest(signature(*parts).encode(), given.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Envelope:
    """Opens encrypted messages of one account; ``aes_key`` has 43 letters (EncodingAESKey)."""

    aes_key: str
    appid: str

    def open(self, sealed: str) -> bytes:
        """The message in clear; raises NotForUs."""
        try:
            key = base64.b64decode(self.aes_key + "=")
            content = base64.b64decode(sealed, validate=True)
            decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
            padded = decryptor.update(content) + decryptor.finalize()
        except (binascii.Error, ValueError):
            raise NotForUs from None
        return self._message(padded)

    def _message(self, padded: bytes) -> bytes:
        fill = padded[-1] if padded else 0
        if not 1 <= fill <= _BLOCK or len(padded) < _RANDOM + _LENGTH + fill:
            raise NotForUs
        plain = padded[_RANDOM : len(padded) - fill]
        length = int.from_bytes(plain[:_LENGTH])
        message, appid = plain[_LENGTH : _LENGTH + length], plain[_LENGTH + length :]
        if len(message) != length or not hmac.compare_digest(appid, self.appid.encode()):
            raise NotForUs
        return message
