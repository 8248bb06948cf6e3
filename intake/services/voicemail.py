"""A message left on tape becomes a ticket, in the transaction that takes the recording in."""

from sqlalchemy import select

from intake.domain.contact import Outcome
from intake.domain.people import CITIZEN
from intake.domain.recording import RecordingState
from intake.services.call_list import find_call
from intake.services.call_numbers import open_call_number, read_number
from intake.services.call_ticket import decide, ticket_of_call
from intake.services.workroom import Workroom
from intake.store.tables import call
from intake.store.unit import Unit

MESSAGE = "（语音留言，请听录音）"
LOST_MESSAGE = "（语音留言，录音缺失，请回拨了解）"
_NOT_HEARD = "没有留下声音"


def settle_voicemail(room: Workroom, unit: Unit, call_id: int, state: RecordingState) -> None:
    """Give the caller's contact its outcome: VOICEMAIL with a ticket, or none for silence.

    A silent caller is called back like anybody who was missed; one who withheld the number as well
    has left nothing to work on. Done again it changes nothing.
    """
    line = find_call(unit.conn, call_id, lock=True)
    if line.ticket_id is not None:
        return
    if state is not RecordingState.SILENT:
        text = MESSAGE if state is RecordingState.KEPT else LOST_MESSAGE
        ticket_of_call(room, unit, CITIZEN, line, text, Outcome.VOICEMAIL)
        return
    sealed = unit.conn.execute(select(call.c.number).where(call.c.id == call_id)).scalar()
    caller = read_number(room, open_call_number(room, line.pbx, line.linkedid, sealed))
    outcome = Outcome.CALLBACK if caller.reachable else Outcome.REFUSED
    decide(room, unit, line, outcome, None, _NOT_HEARD)
