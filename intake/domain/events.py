"""Past-tense facts: the append-only history of tickets and cases (decision 5)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from intake.domain.people import Actor


class Subject(StrEnum):
    """What an event is about."""

    TICKET = "TICKET"
    CASE = "CASE"
    ACCOUNT = "ACCOUNT"
    CALL = "CALL"
    AGENT = "AGENT"
    PBX = "PBX"
    MESSAGE = "MESSAGE"


class EventType(StrEnum):
    """Names of facts. A name never changes its meaning once it has been written."""

    TICKET_RECEIVED = "TicketReceived"
    TICKET_CLAIMED = "TicketClaimed"
    TICKET_RELEASED = "TicketReleased"
    TICKET_REGISTERED = "TicketRegistered"
    TICKET_AMENDED = "TicketAmended"
    TICKET_ANSWERED = "TicketAnswered"
    TICKET_DECLINED = "TicketDeclined"
    TICKET_REFERRED = "TicketReferred"
    TICKET_MERGED = "TicketMerged"
    TICKET_UNMERGED = "TicketUnmerged"
    TICKET_SPLIT = "TicketSplit"
    INFO_ASKED = "InfoAsked"
    SUPPLEMENT_RECEIVED = "SupplementReceived"
    INFO_GIVEN_UP = "InfoGivenUp"
    VERIFICATION_SENT = "VerificationSent"
    VERIFICATION_ANSWERED = "VerificationAnswered"
    FILING_SUBMITTED = "FilingSubmitted"
    FILING_RETURNED = "FilingReturned"
    FILING_REFUSED = "FilingRefused"
    CASE_FILED = "CaseFiled"
    CASE_ADVANCED = "CaseAdvanced"
    TICKET_FOLLOWED_CASE = "TicketFollowedCase"
    VISIT_RECORDED = "VisitRecorded"
    TICKET_WITHDRAWN = "TicketWithdrawn"
    TICKET_CLOSED = "TicketClosed"
    TICKET_VOIDED = "TicketVoided"
    REPORTER_REVEALED = "ReporterRevealed"
    REPORTER_FORGOTTEN = "ReporterForgotten"
    SIGNED_IN = "SignedIn"
    SIGN_IN_FAILED = "SignInFailed"
    SIGNED_OUT = "SignedOut"
    ACCOUNT_CHANGED = "AccountChanged"
    CALL_RANG = "CallRang"
    CALL_ANSWERED = "CallAnswered"
    CALL_ENDED = "CallEnded"
    CALL_CONTROLLED = "CallControlled"
    CALL_SOUND_CHANGED = "CallSoundChanged"
    CALL_LOST_TRACK = "CallLostTrack"
    CALL_LINKED = "CallLinked"
    TICKET_DIALLED = "TicketDialled"
    CALLER_REVEALED = "CallerRevealed"
    CALLER_MARKED = "CallerMarked"
    NUISANCE_LISTED = "NuisanceListed"
    NUISANCE_REMOVED = "NuisanceRemoved"
    RECORDING_MISSING = "RecordingMissing"
    RECORDINGS_STOPPED = "RecordingsStopped"
    RECORDING_PICKED_UP = "RecordingPickedUp"
    RECORDING_PLAYED = "RecordingPlayed"
    RECORDING_HELD = "RecordingHeld"
    RECORDING_PURGED = "RecordingPurged"
    AGENT_CHANGED = "AgentChanged"
    PBX_LINK_CHANGED = "PbxLinkChanged"
    PBX_COMMAND_ASKED = "PbxCommandAsked"
    PBX_COMMAND_ENDED = "PbxCommandEnded"
    CALLBACK_DUE = "CallbackDue"
    CALLBACK_DONE = "CallbackDone"
    RETURN_ATTEMPTED = "ReturnAttempted"
    RETURN_DECIDED = "ReturnDecided"
    MESSAGE_WRITTEN = "MessageWritten"
    MESSAGE_SENT = "MessageSent"
    MESSAGE_FAILED = "MessageFailed"


GENESIS = "0" * 64

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fact:
    """One event before it is stored; ``data`` is JSON-ready and free of personal data."""

    subject: Subject
    subject_id: int
    type: EventType
    at: datetime
    actor_role: str
    actor_name: str
    actor_id: int | None
    from_state: str
    to_state: str
    version: int
    data: Mapping[str, Any]
    prev_hash: str

    @classmethod
    def of(
        cls,
        actor: Actor,
        at: datetime,
        subject: Subject,
        key: int,
        kind: EventType,
        *,
        from_state: str = "",
        to_state: str,
        version: int = 1,
        data: Mapping[str, Any] | None = None,
        prev_hash: str = GENESIS,
    ) -> "Fact":
        """What ``actor`` did; without ``prev_hash`` it is the first fact of its subject."""
        return cls(
            subject=subject,
            subject_id=key,
            type=kind,
            at=at,
            actor_role=actor.role.value,
            actor_name=actor.name,
            actor_id=actor.account_id,
            from_state=from_state,
            to_state=to_state,
            version=version,
            data=data or {},
            prev_hash=prev_hash,
        )

    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the fact, chained to the one before it."""
        content = [
            self.prev_hash,
            self.subject.value,
            self.subject_id,
            self.type.value,
            # Whole microseconds: no float, so that no rounding can tell two moments alike.
            (self.at - _EPOCH) // _MICROSECOND,
            self.actor_role,
            self.actor_name,
            self.actor_id,
            self.from_state,
            self.to_state,
            self.version,
            self.data,
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
