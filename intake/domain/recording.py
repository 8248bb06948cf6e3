"""A recording of a call: where it is on its way from the PBX to its end."""

from enum import StrEnum


class RecordingKind(StrEnum):
    """The conversation, or a message left when nobody could answer."""

    CALL = "CALL"
    VOICEMAIL = "VOICEMAIL"

    @property
    def label(self) -> str:
        return {"CALL": "通话录音", "VOICEMAIL": "语音留言"}[self.value]


class RecordingState(StrEnum):
    """WAITING at the PBX → KEPT with us → PURGED; SILENT held no sound, MISSING never came."""

    WAITING = "WAITING"
    KEPT = "KEPT"
    SILENT = "SILENT"
    MISSING = "MISSING"
    PURGED = "PURGED"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    RecordingState.WAITING: "录音处理中",
    RecordingState.KEPT: "可播放",
    RecordingState.SILENT: "没有声音",
    RecordingState.MISSING: "录音缺失",
    RecordingState.PURGED: "保存期满已删除",
}

SILENT_BYTES = 44
"""The header of a WAVE file: what a recorder leaves that heard nothing."""
