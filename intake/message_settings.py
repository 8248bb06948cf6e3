"""Settings of messages to citizens; part of ``Settings``."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, field_validator


class MessageSettings(BaseModel):
    """``message_daily_cap``: how many automatic messages one address gets a day.

    ``sms_gateway`` is empty (no short messages), ``console`` (only said in the log) or the address
    of an HTTP gateway; ``sms_signature`` is the name in 【】 that every message begins with.
    """

    message_daily_cap: Annotated[int, Field(ge=1, le=1_000)] = 20
    sms_gateway: str = ""
    sms_token: SecretStr = SecretStr("")
    sms_signature: Annotated[str, Field(max_length=20)] = ""

    @field_validator("sms_gateway")
    @classmethod
    def _known_gateway(cls, value: str) -> str:
        if value and value != "console" and not value.startswith(("https://", "http://127.0.0.1")):
            raise ValueError("use console, or an address that begins with https://")
        return value
