"""Everything that is wrong now with the ways in and out, for the shift leader and administrator."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from intake.domain.alarm import Alarm, AlarmKind
from intake.domain.call import LinkState
from intake.domain.contact import Source
from intake.domain.message import MessageChannel, MessageState
from intake.domain.people import Action, Actor
from intake.services.call_sound import silent_calls
from intake.services.doors import TOO_QUIET
from intake.services.workroom import Workroom
from intake.store.tables import door, message, pbx

_TRIES = 3
"""One citizen's busy mail server is no trouble of ours: a channel is stuck when a message has
failed this often and nothing else has gone out since."""
_WORKING = {LinkState.LIVE, LinkState.SYNCING}


def read_alarms(room: Workroom, actor: Actor) -> list[Alarm]:
    """All alarms that stand; calls without sound only for who supervises calls."""
    actor.require(Action.SUPERVISE_DOORS)
    with room.database.read() as conn:
        alarms = [*_telephone(room, conn), *_quiet(conn), *_stuck(conn)]
        if actor.may(Action.SUPERVISE_CALLS):
            alarms += silent_calls(conn, room.clock())
    return alarms


def _telephone(room: Workroom, conn: Connection) -> list[Alarm]:
    if not room.settings.has_pbx:
        return []
    query = select(pbx.c.state, pbx.c.since).where(pbx.c.name == room.settings.pbx_name)
    row = conn.execute(query).first()
    state = LinkState(row.state) if row else LinkState.DISCONNECTED
    if state in _WORKING:
        return []
    text = f"{state.label}，来电可能接不进来，请检查电话交换机和电话服务。"
    return [Alarm("telephone", AlarmKind.TELEPHONE, text, row.since if row else None)]


def _quiet(conn: Connection) -> list[Alarm]:
    query = select(door.c.channel, door.c.alarm_at).where(door.c.alarm == TOO_QUIET)
    return [
        Alarm(
            f"quiet-{row.channel}-{row.alarm_at.timestamp():.0f}",
            AlarmKind.QUIET_DOOR,
            f"{Source(row.channel).label}：平时这个时间都有来件，请检查线路。",
            row.alarm_at,
        )
        for row in conn.execute(query.order_by(door.c.channel))
    ]


def _stuck(conn: Connection) -> list[Alarm]:
    query = (
        select(
            message.c.channel,
            func.count().label("waiting"),
            func.min(message.c.at).label("since"),
            door.c.last_error,
        )
        .join(door, door.c.channel == message.c.channel)
        .where(
            message.c.next_at.is_not(None),
            message.c.state == MessageState.WAITING.value,
            message.c.attempts >= _TRIES,
            door.c.last_sent.is_(None) | (door.c.last_sent < door.c.last_error_at),
        )
        .group_by(message.c.channel, door.c.last_error)
        .order_by(message.c.channel)
    )
    return [
        _stuck_alarm(row.channel, row.waiting, row.last_error, row.since)
        for row in conn.execute(query)
    ]


def _stuck_alarm(channel: str, waiting: int, error: str, since: datetime) -> Alarm:
    text = f"{MessageChannel(channel).label}：{waiting}条消息多次发送失败。{error}"
    return Alarm(f"stuck-{channel}-{since.timestamp():.0f}", AlarmKind.STUCK_MESSAGES, text, since)
