"""What may be done to a living call, by whom, and why a call may end without a ticket."""

from collections.abc import Mapping
from enum import StrEnum

from intake.domain.call import Direction
from intake.domain.pbx_command import CommandKind


class CallVerb(StrEnum):
    """Steps of call control (domain.md §7.1)."""

    HANGUP = "hangup"
    HOLD = "hold"
    UNHOLD = "unhold"
    MUTE = "mute"
    UNMUTE = "unmute"
    TRANSFER = "transfer"
    ATTENDED = "attended"
    COMPLETE = "complete"
    CANCEL = "cancel"
    CONFERENCE = "conference"
    RECORD_PAUSE = "record-pause"
    RECORD_RESUME = "record-resume"
    SPY = "spy"

    @property
    def command(self) -> CommandKind:
        return _COMMANDS[self]

    @property
    def needs_target(self) -> bool:
        return self in {CallVerb.TRANSFER, CallVerb.ATTENDED, CallVerb.CONFERENCE}


_COMMANDS: Mapping[CallVerb, CommandKind] = {
    CallVerb.HANGUP: CommandKind.HANGUP,
    CallVerb.HOLD: CommandKind.HOLD,
    CallVerb.UNHOLD: CommandKind.UNHOLD,
    CallVerb.MUTE: CommandKind.MUTE,
    CallVerb.UNMUTE: CommandKind.UNMUTE,
    CallVerb.TRANSFER: CommandKind.TRANSFER_BLIND,
    CallVerb.ATTENDED: CommandKind.TRANSFER_ATTENDED,
    CallVerb.COMPLETE: CommandKind.TRANSFER_COMPLETE,
    CallVerb.CANCEL: CommandKind.TRANSFER_CANCEL,
    CallVerb.CONFERENCE: CommandKind.CONFERENCE,
    CallVerb.RECORD_PAUSE: CommandKind.RECORD_PAUSE,
    CallVerb.RECORD_RESUME: CommandKind.RECORD_RESUME,
    CallVerb.SPY: CommandKind.SPY,
}


class SpyMode(StrEnum):
    """How the shift leader joins: unheard, heard by the operator, or heard by both."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"

    @property
    def label(self) -> str:
        return {"listen": "监听", "whisper": "耳语指导", "barge": "强插"}[self.value]


class NoTicket(StrEnum):
    """Why an answered call needs no ticket; kept with the contact, so that the balance closes."""

    WRONG_NUMBER = "WRONG_NUMBER"
    SILENT = "SILENT"
    NUISANCE = "NUISANCE"
    PROGRESS = "PROGRESS"
    CONSULT = "CONSULT"
    CUT_OFF = "CUT_OFF"

    @property
    def label(self) -> str:
        return _NO_TICKET_LABELS[self]


_NO_TICKET_LABELS = {
    NoTicket.WRONG_NUMBER: "打错电话",
    NoTicket.SILENT: "接通后无声",
    NoTicket.NUISANCE: "骚扰电话",
    NoTicket.PROGRESS: "查询进度，已告知",
    NoTicket.CONSULT: "简单咨询，当场答复",
    NoTicket.CUT_OFF: "通话中断，已回拨或无法回拨",
}


def controls(
    direction: Direction, *, live: bool, answered: bool, own: bool, leader: bool
) -> tuple[CallVerb, ...]:
    """What somebody may do to a call now; services check the same rule again."""
    if not live:
        return ()
    if own and answered:
        return tuple(verb for verb in CallVerb if verb is not CallVerb.SPY)
    if own and direction is Direction.OUT:
        return (CallVerb.HANGUP,)
    if leader and answered and not own:
        return (CallVerb.SPY, CallVerb.HANGUP)
    return ()
