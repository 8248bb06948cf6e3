"""Settings of the messenger doors; part of ``Settings``. All are shut until they are opened."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, model_validator


class MessengerSettings(BaseModel):
    """``telegram`` is ``off``, ``webhook`` or ``polling``.

    Telegram's servers stand abroad: open this door only after the assessment that the Personal
    Information Protection Law asks of state organs (art. 36). ``telegram_api`` is the Bot API
    server; one's own in the county keeps files at home.
    """

    telegram: Literal["off", "webhook", "polling"] = "off"
    telegram_token: SecretStr = SecretStr("")
    telegram_secret: SecretStr = SecretStr("")
    telegram_api: Annotated[str, Field(pattern=r"https?://[^\s]+")] = "https://api.telegram.org"

    @model_validator(mode="after")
    def _complete(self) -> "MessengerSettings":
        if self.telegram != "off" and not self.telegram_token.get_secret_value():
            raise ValueError("telegram is open but telegram_token is empty: set it or telegram=off")
        secret = self.telegram_secret.get_secret_value()
        if self.telegram == "webhook" and len(secret) < 16:
            raise ValueError("telegram=webhook needs telegram_secret of at least 16 characters")
        return self

    @property
    def has_telegram(self) -> bool:
        """Whether the Telegram door is open."""
        return self.telegram != "off"
