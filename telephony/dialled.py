"""Numbers on their way to the PBX: a type of their own, so that no other text gets there."""

import re
from typing import NewType

from intake.security.phone import normalise_phone

Dialled = NewType("Dialled", str)
"""Digits the trunk takes: made by ``dialled`` and by nothing else."""

_SERVICE = frozenset({"110", "119", "120", "122"})
_LISTED = re.compile(r"[0-9]{3,12}")
_HOUSE = re.compile(r"[1-9][0-9]{2,5}")


class NotDialable(ValueError):
    """No number of this country's network; the message does not quote it."""


def dialled(number: str, area_code: str) -> Dialled:
    """A citizen's or department's number as dialled inside the country.

    Mobile numbers with their 11 digits, landlines with area code, the emergency numbers as they
    are. Raises NotDialable for everything else, foreign and premium numbers among them.
    """
    if number in _SERVICE:
        return Dialled(number)
    known = normalise_phone(number, area_code)
    if known is None or not known.startswith("+86"):
        raise NotDialable("this number cannot be dialled from here")
    national = known.removeprefix("+86")
    whole = national[0] == "1" and len(national) == 11
    return Dialled(national if whole or national.startswith(("400", "800")) else f"0{national}")


def configured(number: str, area_code: str) -> Dialled:
    """A department's number from the county's own list: also hotlines such as 12345.

    Raises NotDialable for what has no form of a number at all.
    """
    try:
        return dialled(number, area_code)
    except NotDialable:
        if not _LISTED.fullmatch(number):
            raise
        return Dialled(number)


def inside(extension: str) -> Dialled:
    """An extension of the house; raises NotDialable."""
    if not _HOUSE.fullmatch(extension):
        raise NotDialable("this is no extension")
    return Dialled(extension)
