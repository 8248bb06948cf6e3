"""One arrival at a door and its one outcome (architecture decision 1)."""

from enum import StrEnum


class Source(StrEnum):
    """Doors and origins of a problem (R23, domain.md §2.3)."""

    PHONE = "PHONE"
    WEB = "WEB"
    EMAIL = "EMAIL"
    BOT = "BOT"
    WALK_IN = "WALK_IN"
    LETTER = "LETTER"
    COLLECTOR = "COLLECTOR"
    LEADER = "LEADER"
    TRANSFER_12345 = "TRANSFER_12345"
    MEDIA = "MEDIA"
    VIDEO = "VIDEO"

    @property
    def label(self) -> str:
        return _SOURCE_LABELS[self]


_SOURCE_LABELS = {
    Source.PHONE: "电话",
    Source.WEB: "网页",
    Source.EMAIL: "邮件",
    Source.BOT: "消息",
    Source.WALK_IN: "来访",
    Source.LETTER: "来信",
    Source.COLLECTOR: "监督员上报",
    Source.LEADER: "领导批示",
    Source.TRANSFER_12345: "12345转办",
    Source.MEDIA: "媒体",
    Source.VIDEO: "视频",
}


class Outcome(StrEnum):
    """What became of a contact; every contact ends in exactly one (decision 1).

    OPEN means not decided yet; the day's balance must close to zero OPEN.
    """

    OPEN = "OPEN"
    TICKET = "TICKET"
    SUPPLEMENT = "SUPPLEMENT"
    DUPLICATE_DELIVERY = "DUPLICATE_DELIVERY"
    CALLBACK = "CALLBACK"
    VOICEMAIL = "VOICEMAIL"
    AUTOMATIC = "AUTOMATIC"
    REFUSED = "REFUSED"
    UNREADABLE = "UNREADABLE"
