"""The keys of one installation, and what is derived from them.

Two kinds of key live in a key folder (``var/keys``) or in the settings:

* master keys (``master.keys``): 32 random bytes each; the first is the current one, the others
  stay so that what they sealed can still be read. Working keys are derived from them by purpose
  with HKDF-SHA256 (RFC 5869), so that no key serves two uses.
* receipt keys (``receipt.keys``): Ed25519 seeds (RFC 8032) for the signed receipt of R177.

A key's id is taken from the key itself (the start of its SHA-256), so a damaged line can be told
from a good one and two different keys never answer to one id.
"""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from intake.security.keyfile import KeyringError, create_once, read_private, replace

KEY_BYTES = 32
KEY_ID_BYTES = 4
PURPOSES = frozenset({"field", "lookup", "session", "link", "cursor", "query", "answer", "mail"})

MASTER_FILE = "master.keys"
RECEIPT_FILE = "receipt.keys"


def key_id_of(key: bytes) -> str:
    """Eight hexadecimal digits that name a key without telling it."""
    return hashlib.sha256(b"minsheng key id\x00" + key).hexdigest()[: 2 * KEY_ID_BYTES]


def new_key_line() -> str:
    """One fresh random key as a line of a key file, also usable in the settings."""
    key = secrets.token_bytes(KEY_BYTES)
    return f"{key_id_of(key)}:{base64.urlsafe_b64encode(key).decode('ascii')}"


def parse_keys(text: str, where: str) -> dict[str, bytes]:
    """Keys by id from lines ``id:base64url``; the first line is the current key.

    Lines may also be separated by commas (for one-line settings); ``#`` starts a comment line.
    ``where`` names the file or setting in the error message.
    """
    keys: dict[str, bytes] = {}
    lines = re.split(r"[,\r\n]", text)
    for position, line in enumerate((part.strip() for part in lines), start=1):
        if not line or line.startswith("#"):
            continue
        key_id, separator, encoded = line.partition(":")
        try:
            key = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not separator or len(key) != KEY_BYTES or key_id_of(key) != key_id:
            raise KeyringError(
                f"{where}: entry {position} is damaged (its id does not fit its key). "
                "Restore it from the backup of the key folder; a changed key cannot open old data."
            )
        keys[key_id] = key
    if not keys:
        raise KeyringError(
            f"{where} holds no key. Restore it from the backup of the key folder, or, for a new "
            "installation without data, delete it so that a new one is made."
        )
    return keys


class Keyring:
    """All keys of an installation. Shows ids only: ``repr`` and errors never carry a key."""

    def __init__(self, master: dict[str, bytes], receipt: dict[str, bytes]) -> None:
        if not master or not receipt:
            raise KeyringError("A keyring needs at least one master key and one receipt key.")
        self._master = dict(master)
        self._receipt = {
            key_id: Ed25519PrivateKey.from_private_bytes(seed) for key_id, seed in receipt.items()
        }
        self.subkey = lru_cache(maxsize=256)(self._derive)

    def __repr__(self) -> str:
        return f"Keyring(master={self.key_ids}, receipt={tuple(self._receipt)})"

    def __reduce__(self) -> str:
        raise TypeError("A keyring is never pickled: every process loads it from the key folder.")

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the master keys, the current one first."""
        return tuple(self._master)

    @property
    def current_id(self) -> str:
        """Id of the master key that seals from now on."""
        return next(iter(self._master))

    def _derive(self, purpose: str, key_id: str | None = None) -> bytes:
        """The 32-byte working key for a purpose, from the current or the named master key.

        Raises KeyringError when the key id is not on this ring.
        """
        if purpose not in PURPOSES:
            raise KeyringError(f"No key is kept for {purpose!r}; known: {sorted(PURPOSES)}.")
        wanted = self.current_id if key_id is None else key_id
        master = self._master.get(wanted)
        if master is None:
            raise KeyringError(
                f"Master key {wanted} is missing; the ring holds {', '.join(self.key_ids)}. "
                f"Put its line back at the end of {MASTER_FILE} (or of the master-key setting) "
                "from the backup of the key folder."
            )
        info = b"minsheng " + purpose.encode("ascii")
        return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(master)

    def subkeys(self, purpose: str) -> tuple[bytes, ...]:
        """The working keys for a purpose under every master key, the current one first."""
        return tuple(self.subkey(purpose, key_id) for key_id in self._master)

    @property
    def receipt_key(self) -> tuple[str, Ed25519PrivateKey]:
        """Id and private half of the key that signs receipts from now on."""
        return next(iter(self._receipt.items()))

    def receipt_public_keys(self) -> dict[str, bytes]:
        """Raw 32-byte public halves by key id; these may be published."""
        return {
            key_id: key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            for key_id, key in self._receipt.items()
        }


def from_settings(master: str, receipt: str) -> Keyring:
    """A keyring from two settings, in the format of ``parse_keys``."""
    return Keyring(
        parse_keys(master, "The master-key setting"), parse_keys(receipt, "The receipt-key setting")
    )


def load(folder: Path) -> Keyring:
    """The keyring of a key folder. Raises KeyringError if absent, damaged or readable by others."""
    return Keyring(*(_read_file(folder / name) for name in (MASTER_FILE, RECEIPT_FILE)))


def load_or_create(folder: Path) -> Keyring:
    """Like ``load``; makes the folder (0700) and missing key files (0600) on the first start.

    Safe when several processes start at once: one writes, all read what was written.
    """
    for name in (MASTER_FILE, RECEIPT_FILE):
        create_once(folder / name, _file_text([new_key_line()]))
    return load(folder)


def rotate(folder: Path, name: str = MASTER_FILE) -> str:
    """Put a fresh key in front of a key file, keep the old ones; returns the new id.

    Run it from one place only, then restart the service; ``FieldCipher.reseal`` moves old rows.
    """
    path = folder / name
    _read_file(path)
    fresh = new_key_line()
    old = [line for line in read_private(path).splitlines() if line and not line.startswith("#")]
    replace(path, _file_text([fresh, *old]))
    return fresh.partition(":")[0]


def _read_file(path: Path) -> dict[str, bytes]:
    return parse_keys(read_private(path), str(path))


def _file_text(lines: Iterable[str]) -> str:
    heading = "# Keys of this installation. Back this file up apart from the database; never share."
    return "\n".join([heading, *lines, ""])
