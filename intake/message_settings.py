"""Settings of messages to citizens; part of ``Settings``."""

from typing import Annotated

from pydantic import BaseModel, Field


class MessageSettings(BaseModel):
    """How many automatic messages one address gets a day: what ends every loop of machines."""

    message_daily_cap: Annotated[int, Field(ge=1, le=1_000)] = 20
