"""Refusals of the domain: each has a stable machine-readable id and a plain Chinese message."""

from typing import Any, ClassVar


class Refusal(Exception):
    """A rule said no. ``id`` is stable for programs, the message is for people.

    ``details`` holds JSON-ready facts (failed rules, current version …), never personal data.
    """

    id: ClassVar[str] = "refused"
    status: ClassVar[int] = 422

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NotAllowed(Refusal):
    """The role may not do this (domain.md §4.8), or may not do it to this ticket."""

    id = "not-allowed"
    status = 403


class NotFound(Refusal):
    """No such ticket, case or account, or a wrong query code: told alike on purpose."""

    id = "not-found"
    status = 404


class WrongState(Refusal):
    """The step does not exist from the state the ticket or case is in."""

    id = "wrong-state"
    status = 409


class StaleVersion(Refusal):
    """Somebody else changed it since it was read (decision 6); details say what changed."""

    id = "stale-version"
    status = 409


class Incomplete(Refusal):
    """Something the step must carry is missing; details list every failed rule."""

    id = "incomplete"
    status = 422


class Invalid(Refusal):
    """A value is not one of those the rule knows."""

    id = "invalid"
    status = 422


class KeyReused(Refusal):
    """The same idempotency key came with different content."""

    id = "idempotency-key-reused"
    status = 422
