"""Encryption of single fields at rest, and the keyed hash that finds them again.

A sealed field is: version (1 byte) | master key id (4) | nonce (12) | AES-256-GCM ciphertext and
tag (NIST SP 800-38D). The header and the context are authenticated with it, so a value copied
into another row or column does not open (architecture decision 13).
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intake.security.email_address import normalise_email
from intake.security.keyring import KEY_ID_BYTES, Keyring
from intake.security.phone import normalise_phone

VERSION = 1
NONCE_BYTES = 12
HEADER_BYTES = 1 + KEY_ID_BYTES
TAG_BYTES = 16
OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class CipherError(ValueError):
    """A value cannot be sealed or opened; the message never carries the value."""


class FieldCipher:
    """Seals and opens fields under the "field" keys of a keyring; a few microseconds each."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._ciphers: dict[bytes, AESGCM] = {}
        self._current = bytes.fromhex(keyring.current_id)

    def seal(self, plaintext: str | bytes, context: str) -> bytes:
        """Encrypt under the current key.

        ``context`` names the place, for example "reporter.phone:20261122000001"; the same text
        must be given to open. Raises CipherError for text that has no UTF-8 form.
        """
        header = bytes([VERSION]) + self._current
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher(self._current).encrypt(
            nonce, _utf8(plaintext), header + _utf8(context)
        )
        return header + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises CipherError if it was altered or sealed for another place, and
        KeyringError if its master key is no longer on the ring."""
        if len(sealed) < OVERHEAD_BYTES or sealed[0] != VERSION:
            raise CipherError(
                f"A sealed field of {len(sealed)} bytes is not of version {VERSION}: the row is "
                "damaged or was never sealed. Compare it with the backup."
            )
        header, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
        try:
            return self._cipher(header[1:]).decrypt(
                rest[:NONCE_BYTES], rest[NONCE_BYTES:], header + _utf8(context)
            )
        except InvalidTag as failure:
            raise CipherError(
                "A sealed field does not open: it was altered or belongs to another row. "
                "Compare the row with the backup and run `minsheng audit verify`."
            ) from failure

    def open_text(self, sealed: bytes, context: str) -> str:
        """Like ``open``, for what was sealed as text."""
        return self.open(sealed, context).decode("utf-8")

    def needs_reseal(self, sealed: bytes) -> bool:
        """True if the field was sealed under a key that is no longer the current one."""
        return sealed[1:HEADER_BYTES] != self._current

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """The same field under the current key; unchanged if it is there already."""
        if not self.needs_reseal(sealed):
            return sealed
        return self.seal(self.open(sealed, context), context)

    def _cipher(self, key_id: bytes) -> AESGCM:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            cipher = AESGCM(self._keyring.subkey("field", key_id.hex()))
            self._ciphers[key_id] = cipher
        return cipher


class LookupHash:
    """HMAC-SHA256 (RFC 2104) of a normalised value: equal people meet, nothing can be read.

    Kinds are kept apart, so a number stored as a phone never equals one stored as anything else.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keys = keyring.subkeys("lookup")

    def digest(self, kind: str, normalised: str) -> bytes:
        """32 bytes under the current key: what to store."""
        return _hmac(self._keys[0], kind, normalised)

    def candidates(self, kind: str, normalised: str) -> tuple[bytes, ...]:
        """The hash under every key on the ring: what to search for while a rotation is going on."""
        return tuple(_hmac(key, kind, normalised) for key in self._keys)

    def phone(self, text: str, area_code: str | None = None) -> bytes | None:
        """Hash of a telephone number however it is written, None if it is not one."""
        number = normalise_phone(text, area_code)
        return None if number is None else self.digest("phone", number)

    def email(self, text: str) -> bytes | None:
        """Hash of an e-mail address however it is written, None if it is not one."""
        address = normalise_email(text)
        return None if address is None else self.digest("email", address)


def _hmac(key: bytes, kind: str, normalised: str) -> bytes:
    return hmac.digest(key, _utf8(kind) + b"\x00" + _utf8(normalised), "sha256")


def _utf8(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as failure:
        # "from None": the codec's own error quotes the text, which is personal data.
        raise CipherError(
            f"The text has no UTF-8 form at character {failure.start}. Refuse such input at "
            "the door."
        ) from None
