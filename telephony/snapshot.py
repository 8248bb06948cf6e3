"""What the PBX says is going on now: asked after every FullyBooted, before anything is known.

AMI has no replay: what happened while nobody listened is only visible by its result.
"""

from dataclasses import dataclass

from telephony.connection import Link
from telephony.framing import Headers

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``callers`` wait in the queue, ``members`` are its lines, as the PBX lists them."""

    channels: tuple[Headers, ...]
    members: tuple[Headers, ...]
    callers: tuple[Headers, ...]

    @property
    def uniqueids(self) -> frozenset[str]:
        """The channels that live."""
        return frozenset(channel["Uniqueid"] for channel in self.channels)


async def take_snapshot(link: Link, queue: str) -> Snapshot:
    """Ask for everything; raises LinkLost, TimeoutError and Refused."""
    channels = await list_channels(link)
    status = await link.listing({"Action": "QueueStatus", "Queue": queue}, _SECONDS)
    return Snapshot(
        channels=channels,
        members=tuple(one for one in status if one.get("Event") == "QueueMember"),
        callers=tuple(one for one in status if one.get("Event") == "QueueEntry"),
    )


async def list_channels(link: Link) -> tuple[Headers, ...]:
    """The channels that live now; raises as ``take_snapshot``."""
    listed = await link.listing({"Action": "CoreShowChannels"}, _SECONDS)
    return tuple(one for one in listed if one.get("Event") == "CoreShowChannel")
