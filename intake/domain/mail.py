"""What a mail carries beside its words: envelope, and how far its sender can be believed."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the SMTP session told (RFC 5321); addresses as they were given there.

    ``sender`` is empty for bounces (RFC 5321 section 4.5.5). ``trusted`` tells that the peer is one
    of the county's own gateways or signed in; ``user`` is who signed in.
    """

    peer: str = ""
    helo: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    tls: bool = False
    user: str = ""
    trusted: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Envelope":
        """From ``as_json``, once it went through the store."""
        return cls(**{**stored, "recipients": tuple(stored["recipients"])})


class Check(StrEnum):
    """Results of RFC 8601 section 2.7, cut to what a person needs to know."""

    PASSED = "pass"
    FAIL = "fail"
    SOFT = "softfail"
    NONE = "none"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _CHECK_LABELS[self]


_CHECK_LABELS = {
    Check.PASSED: "通过",
    Check.FAIL: "不通过",
    Check.SOFT: "存疑",
    Check.NONE: "未设置",
    Check.UNKNOWN: "未能核对",
}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) of one mail.

    ``domain`` is the domain of the From field. Even a pass names a mailbox, never a person: the
    sender of a mail stays an unverified identity (R178).
    """

    spf: Check = Check.UNKNOWN
    dkim: Check = Check.UNKNOWN
    dmarc: Check = Check.UNKNOWN
    domain: str = ""
    signers: tuple[str, ...] = field(default=())

    @property
    def forged(self) -> bool:
        """The domain's owner says that this mail is not from there."""
        return self.dmarc is Check.FAIL

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Verdicts":
        """From ``as_json``; an empty record is a mail that was not checked."""
        if not stored:
            return cls()
        checks = {name: Check(stored[name]) for name in ("spf", "dkim", "dmarc")}
        return cls(**checks, domain=stored["domain"], signers=tuple(stored["signers"]))
