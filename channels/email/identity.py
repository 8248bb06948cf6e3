"""Who a mail is: the same mail twice has one name, however it travelled (decision 1).

The external id is the Message-ID together with a hash of what the sender wrote. Trace fields
(Received, Delivered-To, Authentication-Results … RFC 5322 section 3.6.7) differ between two
deliveries of one mail, so they are left out of the hash.
"""

import hashlib
import re

_WRITTEN = frozenset(
    b"from sender reply-to to cc subject date message-id in-reply-to references mime-version "
    b"content-type content-transfer-encoding content-disposition".split()
)
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_SPACE = re.compile(rb"\s+")
_MESSAGE_ID = re.compile(rb"<[^<>\s]{1,900}>")
_BLANK = re.compile(rb"\r?\n\r?\n")


def split_header(raw: bytes) -> tuple[bytes, bytes]:
    """Header and body; all is header when there is no blank line."""
    if raw.startswith((b"\r\n", b"\n")):
        return b"", raw.lstrip(b"\r\n")
    found = _BLANK.search(raw)
    return (raw, b"") if found is None else (raw[: found.start()], raw[found.end() :])


class MailIdentity:
    """Reads a mail piece by piece; the first piece holds the header or as much as counts of it."""

    def __init__(self) -> None:
        self.size = 0
        self._raw = hashlib.sha256()
        self._content = hashlib.sha256()
        self._message_id = ""

    def update(self, piece: bytes) -> None:
        """Take the next piece of the mail."""
        self._raw.update(piece)
        if self.size == 0:
            header, body = split_header(piece)
            self._read_header(header)
            self._content.update(body)
        else:
            self._content.update(piece)
        self.size += len(piece)

    @property
    def raw_hash(self) -> str:
        return self._raw.hexdigest()

    @property
    def content_hash(self) -> str:
        return self._content.hexdigest()

    @property
    def message_id(self) -> str:
        """The Message-ID, or an artificial one made of the content when there is none."""
        return self._message_id or f"<{self.content_hash[:40]}@missing.invalid>"

    @property
    def external_id(self) -> str:
        """Up to 128 characters that tell nothing of the sender."""
        name = hashlib.sha256(self.message_id.encode()).hexdigest()
        return f"{name[:40]}.{self.content_hash}"

    def _read_header(self, header: bytes) -> None:
        unfolded = _FOLD.sub(b"", header)
        for line in unfolded.splitlines():
            found = _FIELD.match(line)
            if found is None:
                self._content.update(line + b"\n")
                continue
            name, value = found[1].lower(), _SPACE.sub(b" ", found[2]).strip()
            if name in _WRITTEN:
                self._content.update(b"%s:%s\n" % (name, value))
            if name == b"message-id" and not self._message_id:
                given = _MESSAGE_ID.search(value)
                self._message_id = given[0].decode("latin-1") if given else ""
        self._content.update(b"\n")
