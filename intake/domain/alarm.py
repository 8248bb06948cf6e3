"""What those in charge are told wherever they are: a way in, a way out or a voice is gone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """What is wrong, and so where it is looked after."""

    QUIET_DOOR = "quiet_door"
    STUCK_MESSAGES = "stuck_messages"
    TELEPHONE = "telephone"
    CALL_SOUND = "call_sound"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    AlarmKind.QUIET_DOOR: "异常安静",
    AlarmKind.STUCK_MESSAGES: "发不出去",
    AlarmKind.TELEPHONE: "电话中断",
    AlarmKind.CALL_SOUND: "通话无声",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm; ``key`` is the same as long as it is the same trouble."""

    key: str
    kind: AlarmKind
    text: str
    since: datetime | None


class CallSound(StrEnum):
    """What an operator's browser measures of a call that looks healthy to the PBX."""

    FLOWING = "flowing"
    SILENT = "silent"
    BROKEN = "broken"

    @property
    def label(self) -> str:
        return _SOUNDS[self]


_SOUNDS = {
    CallSound.FLOWING: "声音正常",
    CallSound.SILENT: "听不到市民的声音",
    CallSound.BROKEN: "声音通路已断",
}
