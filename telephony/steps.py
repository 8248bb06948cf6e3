"""Steps of the dialplan that somebody beside the books wants to hear of: answers by key."""

from functools import partial

from intake.services.return_attempts import return_answered, return_done
from intake.services.workroom import Workroom
from telephony.framing import Headers
from telephony.ledger import Ledger


def hear_step(room: Workroom, ledger: Ledger, event: Headers) -> None:
    """Hand one UserEvent on; it is written by the ledger, in order."""
    attempt = event.get("Attempt", "")
    if not attempt or event.get("UserEvent") != "Minsheng":
        return
    step = event.get("Step")
    if step == "return_answer":
        key, value = event.get("Key", ""), event.get("Value", "")
        ledger.note(partial(return_answered, room, attempt, key, value))
    elif step == "return_done" and event.get("Reason") != "not_reached":
        ledger.note(partial(return_done, room, attempt))
