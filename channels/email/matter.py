"""What the rules look at, and what a rule may say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from channels.email.letter import Letter
from intake.domain.contact import Outcome
from intake.domain.mail import Envelope, Verdicts
from intake.security.keyring import Keyring
from intake.settings import Settings


class Records(Protocol):
    """What the store knows that a rule may ask for."""

    def participates(self, address: str, number: str) -> bool: ...

    def exists(self, number: str) -> bool: ...

    def tickets_answered(self, message_ids: tuple[str, ...], subject: str) -> list[str]: ...

    def same_letter(self, message_id: str, sender: str, text: str) -> str | None: ...

    def recent(self, sender: str, most: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Matter:
    """One mail before its judges; ``size`` in bytes."""

    letter: Letter
    envelope: Envelope
    verdicts: Verdicts
    records: Records
    keys: Keyring
    settings: Settings
    size: int

    @property
    def own(self) -> tuple[str, ...]:
        """The hotline's own addresses."""
        return self.settings.own_addresses


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a mail.

    ``join`` is the number of the ticket it belongs to; ``related`` are tickets it may have to do
    with; ``bounced`` is the key of our message that came back, 0 when none did.
    """

    outcome: Outcome
    remark: str = ""
    join: str = ""
    related: tuple[str, ...] = field(default=())
    bounced: int = 0
    permanent: bool = True


Judge = Callable[[Matter], Decision | None]
"""A rule: a decision, or None when the mail is none of its business."""
