"""The PBX's copy of the nuisance list, brought in line with ours at every new connection.

Single changes come as commands; what changed while the link was down is found by comparing.
"""

from collections.abc import Iterable
from contextlib import suppress
from functools import partial

import structlog

from intake.services.nuisance_numbers import nuisance_in_force
from intake.services.outbox import StoreUnavailable
from telephony.connection import Refused
from telephony.dialled import NotDialable, configured
from telephony.ledger import Ledger
from telephony.orders import NotDone, Switchboard
from telephony.wire import LinkLost

log = structlog.get_logger()

_FAMILY = "minsheng-nuisance"


async def sync_nuisance(board: Switchboard, ledger: Ledger) -> None:
    """Compare and correct; a trouble on the way leaves the rest to the next connection."""
    try:
        ours = _keys(
            await ledger.call(partial(nuisance_in_force, board.room)),
            board.room.settings.area_code,
        )
        theirs = await _listed(board)
        for key in sorted(ours - theirs):
            await board.write("nuisance", {"MS_KEY": key, "MS_VALUE": "1"})
        for key in sorted(theirs - ours):
            await board.write("nuisance", {"MS_KEY": key, "MS_VALUE": ""})
    except (LinkLost, TimeoutError, NotDone, StoreUnavailable) as error:
        log.warning("the PBX's nuisance list was not compared", reason=str(error))


async def _listed(board: Switchboard) -> set[str]:
    try:
        entries = await board.link.listing({"Action": "DBGetTree", "Family": _FAMILY})
    except Refused:
        # So it answers when there is no entry at all.
        return set()
    return {entry.get("Key", "").rpartition("/")[2] for entry in entries} - {""}


def _keys(numbers: Iterable[str], area_code: str) -> set[str]:
    keys = set()
    for number in numbers:
        with suppress(NotDialable):
            keys.add(str(configured(number, area_code)))
    return keys
