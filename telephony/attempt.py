"""A call we started ourselves: known by its own id before the PBX has heard of it."""

from dataclasses import dataclass

from intake.domain.call import Purpose


@dataclass(frozen=True, slots=True)
class Attempt:
    """``id`` is the channel id and so the call's linked id; ``number`` is empty after a restart."""

    id: str
    purpose: Purpose
    extension: str = ""
    number: str = ""
