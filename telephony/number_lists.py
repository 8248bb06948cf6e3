"""The PBX's copies of our lists, brought in line at every new connection: nuisance, departments.

Single changes come as commands; what changed while the link was down is found by comparing.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

import structlog

from intake.security.phone import normalise_phone
from intake.services.listed_numbers import department_numbers, nuisance_in_force
from intake.services.outbox import StoreUnavailable
from intake.services.workroom import Workroom
from telephony.connection import Refused
from telephony.dialled import NotDialable, configured
from telephony.ledger import Ledger
from telephony.orders import NotDone, Switchboard
from telephony.wire import LinkLost

log = structlog.get_logger()

Source = Callable[[Workroom], list[str]]

_LISTS: tuple[tuple[str, str, Source], ...] = (
    ("nuisance", "minsheng-nuisance", nuisance_in_force),
    ("directory", "minsheng-directory", department_numbers),
)


async def sync_lists(board: Switchboard, ledger: Ledger) -> None:
    """Compare and correct; a trouble on the way leaves the rest to the next connection."""
    for what, family, source in _LISTS:
        try:
            numbers = await ledger.call(partial(source, board.room))
            ours = _keys(numbers, board.room.settings.area_code)
            theirs = await _listed(board, family)
            for key in sorted(ours - theirs):
                await board.write(what, {"MS_KEY": key, "MS_VALUE": "1"})
            for key in sorted(theirs - ours):
                await board.write(what, {"MS_KEY": key, "MS_VALUE": ""})
        except (LinkLost, TimeoutError, NotDone, StoreUnavailable) as error:
            log.warning("a list of the PBX was not compared", list=what, reason=str(error))


async def _listed(board: Switchboard, family: str) -> set[str]:
    try:
        entries = await board.link.listing({"Action": "DBGetTree", "Family": family})
    except Refused:
        # So it answers when there is no entry at all.
        return set()
    return {entry.get("Key", "").rpartition("/")[2] for entry in entries} - {""}


def _keys(numbers: Iterable[str], area_code: str) -> set[str]:
    """As the dialplan looks them up; a number nobody can dial has no key."""
    keys = set()
    for number in numbers:
        plain = number if normalise_phone(number, area_code) else re.sub(r"[\s-]", "", number)
        with suppress(NotDialable):
            keys.add(str(configured(plain, area_code)))
    return keys
