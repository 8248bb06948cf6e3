"""A message on its way out, and the two ways a courier may come back with it."""

from dataclasses import dataclass

from intake.domain.message import Button


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything a courier needs. ``address`` is personal data and never logged.

    ``key`` is the same at every attempt, so that a channel which knows keys delivers once.
    ``in_reply_to`` is the channel's name of the citizen's last message.
    """

    message_id: int
    key: str
    number: str
    address: str
    subject: str
    text: str
    buttons: tuple[Button, ...] = ()
    automatic: bool = False
    in_reply_to: str = ""


class Undeliverable(Exception):
    """It will never arrive; the reason, in Chinese, is shown to the operator.

    ``blocked``: the citizen refuses our messages, which is to be respected.
    """

    def __init__(self, reason: str, *, blocked: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.blocked = blocked


class TryLater(Exception):
    """It could not be handed over now. ``seconds``: the channel's own word when to come again."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds
