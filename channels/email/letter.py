"""A mail as it was understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FileKind(StrEnum):
    """What may be done with an attachment."""

    PHOTO = "PHOTO"
    FILE = "FILE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment; ``name`` is safe to show and to save under, ``media_type`` our own guess.

    ``refusal`` says in Chinese why it is not handed on; it stays in the original mail.
    """

    name: str
    media_type: str
    size: int
    kind: FileKind
    content: bytes = b""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464): ``status`` like 5.1.1, ``returned`` the message ids
    of the mail it is about."""

    status: str
    returned: tuple[str, ...]

    @property
    def permanent(self) -> bool:
        return not self.status.startswith("4")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. ``text`` is all of it, ``visible`` what the sender wrote himself this time.

    ``sender`` is the address of the From field: nobody has checked it.
    """

    message_id: str
    answers: tuple[str, ...]
    subject: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    date: str
    text: str
    visible: str
    markup: str
    attached: tuple[Attached, ...]
    bounce: Bounce | None
    fields: Mapping[str, str] = field(default_factory=dict)

    def field_of(self, name: str) -> str:
        """A header field by its lower-case name, empty when absent."""
        return self.fields.get(name, "")

    @property
    def photos(self) -> tuple[Attached, ...]:
        return tuple(one for one in self.attached if one.kind is FileKind.PHOTO)


class Unreadable(Exception):
    """The mail cannot be understood; the message says in Chinese what is wrong with it."""
