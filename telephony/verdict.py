"""What a call comes to: the record of the books from what is known of it (domain.md §6.1)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from intake.domain.call import CallOutcome, CallRecord, Direction, Purpose
from telephony.calls import Call, Leg
from telephony.channels import is_line, is_outside

# ITU-T Q.850 causes.
_BUSY, _REJECTED = {"17"}, {"21"}
_INVALID = {"1", "2", "3", "22", "28"}
_SILENT = {"18", "19", "20"}
_BY_STATUS = {
    "BUSY": CallOutcome.BUSY,
    "NOANSWER": CallOutcome.NO_ANSWER,
    "CANCEL": CallOutcome.NO_ANSWER,
}
_SPYING = "spy-"
"""How the channels of a listening shift leader are named: no call of a citizen."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the books need to know beside the events."""

    pbx: str
    short_seconds: float = 5.0


def record_of(call: Call, rules: Rules, *, open_still: bool = False) -> CallRecord | None:
    """The call as the books keep it, or None for what is no call of ours.

    ``open_still`` withholds the end: late words about it may still be on their way.
    """
    direction, purpose = _nature(call)
    if direction is None or call.linkedid.startswith(_SPYING):
        return None
    ended = None if open_still else call.ended
    answered, extension = _answer(call, direction)
    return CallRecord(
        pbx=rules.pbx,
        linkedid=call.linkedid,
        direction=direction,
        purpose=purpose,
        started_at=_moment(_start(call)),
        outcome=CallOutcome.OPEN if ended is None else _outcome(call, direction, rules),
        in_gap=call.in_gap,
        number=_number(call, direction),
        queued_at=_maybe(_queued(call)),
        ringing_at=_maybe(_ringing(call)),
        answered_at=_maybe(answered),
        ended_at=_maybe(ended),
        hold_ms=_held(call, ended),
        extension=extension,
        attempt_id=call.attempt.id if call.attempt else None,
        remark=_remark(call),
    )


def direction_of(call: Call) -> Direction | None:
    """Who called whom; None for what is no call of ours."""
    return _nature(call)[0]


def _nature(call: Call) -> tuple[Direction | None, Purpose]:
    if call.before is not None:
        return call.before.direction, call.before.purpose
    if call.attempt is not None:
        return Direction.OUT, call.attempt.purpose
    root = call.root
    if call.queued is not None or call.connected or _hotline_steps(call):
        return Direction.IN, Purpose.HOTLINE
    if root is None or not root.channel:
        return (Direction.IN, Purpose.HOTLINE) if root is not None else (None, Purpose.HOTLINE)
    if not is_line(root.channel):
        return None, Purpose.INTERNAL
    if is_outside(root.channel):
        return Direction.IN, Purpose.HOTLINE
    return Direction.OUT, Purpose.INTERNAL


def _hotline_steps(call: Call) -> bool:
    return any(step in call.steps for step in ("greeted", "nuisance", "queued", "after_hours"))


def _start(call: Call) -> float:
    root = call.root
    return root.born if root is not None and root.born is not None else call.first


def _queued(call: Call) -> float | None:
    told = call.steps.get("queued")
    return call.queued if call.queued is not None else (told[0] if told else None)


def _ringing(call: Call) -> float | None:
    if call.before is not None and call.before.ringing_at is not None:
        return call.before.ringing_at.timestamp()
    rings = [leg.rang for leg in call.legs.values() if leg.rang is not None]
    return min(rings, default=None)


def _answer(call: Call, direction: Direction) -> tuple[float | None, str]:
    """When a person answered, and the operator's extension."""
    if call.before is not None and call.before.answered_at is not None:
        return call.before.answered_at.timestamp(), call.before.extension
    if direction is Direction.OUT:
        extension = call.attempt.extension if call.attempt else ""
        root = call.root
        if not extension and root is not None:
            extension = root.extension
        return _far_answer(call), extension
    if call.connected is not None:
        return call.connected
    return _joined_with_operator(call)


def _joined_with_operator(call: Call) -> tuple[float | None, str]:
    """The connect event is missing: caller and operator were seen in a bridge."""
    root = call.root
    if root is None or root.bridged is None:
        return None, _ringing_extension(call)
    lines = [
        (max(leg.bridged, root.bridged), leg.extension)
        for leg in call.legs.values()
        if leg.extension and leg.bridged is not None
    ]
    return min(lines, default=(None, _ringing_extension(call)))


def _ringing_extension(call: Call) -> str:
    """Whose telephone rang last; a caller who gave up is shown with it."""
    rings = [(leg.rang, leg.extension) for leg in call.legs.values() if leg.rang is not None]
    return max(rings, default=(0.0, ""))[1]


def _far_legs(call: Call) -> list[Leg]:
    """Those called outside (or, inside, the colleague): never the operator who began it."""
    outside = [
        leg
        for leg in call.legs.values()
        if is_outside(leg.channel) and (leg.dialled or leg.bridged is not None)
    ]
    if outside or call.attempt is not None:
        return outside
    return [leg for key, leg in call.legs.items() if leg.dialled and key != call.linkedid]


def _far_answer(call: Call) -> float | None:
    """When the other side answered; the moment of joining where nobody saw the answer itself."""
    answers = [
        leg.dialled[0]
        for leg in _far_legs(call)
        if leg.dialled is not None and leg.dialled[1] == "ANSWER"
    ]
    joined = [leg.bridged for leg in _far_legs(call) if leg.bridged is not None]
    return min(answers or joined, default=None)


def _outcome(call: Call, direction: Direction, rules: Rules) -> CallOutcome:
    if call.lost:
        return CallOutcome.LOST_TRACK
    if direction is Direction.IN:
        return _inbound(call, rules)
    return _outbound(call)


def _inbound(call: Call, rules: Rules) -> CallOutcome:
    if _answer(call, Direction.IN)[0] is not None:
        return CallOutcome.ANSWERED
    for step, outcome in (
        ("voicemail", CallOutcome.VOICEMAIL),
        ("nuisance", CallOutcome.NUISANCE),
        ("after_hours", CallOutcome.AFTER_HOURS),
        ("overflow", CallOutcome.OVERFLOW),
        ("no_agent", CallOutcome.OVERFLOW),
    ):
        if step in call.steps:
            return outcome
    lasted = (call.ended or 0.0) - _start(call)
    if _queued(call) is None and lasted < rules.short_seconds:
        return CallOutcome.SHORT
    return CallOutcome.ABANDONED


def _outbound(call: Call) -> CallOutcome:
    if _far_answer(call) is not None:
        return CallOutcome.OUT_ANSWERED
    far = _far_legs(call) or _rung_outside(call)
    if not far:
        return CallOutcome.FAILED
    leg = max(far, key=lambda one: one.dialled or (0.0, ""))
    status = leg.dialled[1] if leg.dialled else ""
    if leg.cause in _INVALID:
        return CallOutcome.INVALID
    if leg.cause in _BUSY:
        return CallOutcome.BUSY
    if leg.cause in _REJECTED:
        return CallOutcome.REJECTED
    if leg.cause in _SILENT:
        return CallOutcome.NO_ANSWER
    return _BY_STATUS.get(status, CallOutcome.FAILED)


def _rung_outside(call: Call) -> list[Leg]:
    """A dial of ours that rang until its time was up ends without the event of a dial's end."""
    return [leg for leg in call.legs.values() if is_outside(leg.channel) and leg.rang is not None]


def _number(call: Call, direction: Direction) -> str:
    if direction is Direction.OUT:
        return call.attempt.number if call.attempt else ""
    if call.root is not None and call.root.caller:
        return call.root.caller
    for _, event in call.steps.values():
        if event.get("Number"):
            return event["Number"]
    return ""


def _held(call: Call, ended: float | None) -> int:
    """Milliseconds on hold: holds and their ends in order, one at a time."""
    total, since = 0.0, None
    for at, kind in sorted(call.holds):
        if kind == "Hold" and since is None:
            since = at
        elif kind == "Unhold" and since is not None:
            total += at - since
            since = None
    if since is not None and ended is not None:
        total += max(0.0, ended - since)
    return int(total * 1000)


def _remark(call: Call) -> str:
    """Steps worth telling in the books, in our own words; never a number."""
    told = ("nuisance", "after_hours", "overflow", "no_agent")
    words: list[str] = [step for step in told if step in call.steps]
    if call.moved:
        words = [*words, "transferred"]
    return " ".join(words)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe(seconds: float | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)
