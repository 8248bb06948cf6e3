"""Settings of the messenger doors; part of ``Settings``. All are shut until they are opened."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, model_validator


class MessengerSettings(BaseModel):
    """``telegram`` is ``off``, ``webhook`` or ``polling``.

    Telegram's servers stand abroad: open this door only after the assessment that the Personal
    Information Protection Law asks of state organs (art. 36). ``telegram_api`` is the Bot API
    server; one's own in the county keeps files at home. ``wechat`` is an official account's
    callback; with ``wechat_aes_key`` only encrypted messages are taken.
    """

    telegram: Literal["off", "webhook", "polling"] = "off"
    telegram_token: SecretStr = SecretStr("")
    telegram_secret: SecretStr = SecretStr("")
    telegram_api: Annotated[str, Field(pattern=r"https?://[^\s]+")] = "https://api.telegram.org"

    wechat: bool = False
    wechat_appid: Annotated[str, Field(max_length=64)] = ""
    wechat_secret: SecretStr = SecretStr("")
    wechat_token: SecretStr = SecretStr("")
    wechat_aes_key: SecretStr = SecretStr("")
    wechat_api: Annotated[str, Field(pattern=r"https?://[^\s]+")] = "https://api.weixin.qq.com"

    @model_validator(mode="after")
    def _complete_wechat(self) -> "MessengerSettings":
        if not self.wechat:
            return self
        if not (self.wechat_appid and self.wechat_secret.get_secret_value()):
            raise ValueError("wechat is open but wechat_appid or wechat_secret is empty")
        if len(self.wechat_token.get_secret_value()) < 8:
            raise ValueError("wechat_token needs 8 characters or more, as on the platform")
        if self.wechat_aes_key_text and len(self.wechat_aes_key_text) != 43:
            raise ValueError("wechat_aes_key is the EncodingAESKey of the platform: 43 characters")
        return self

    @model_validator(mode="after")
    def _complete(self) -> "MessengerSettings":
        if self.telegram != "off" and not self.telegram_token.get_secret_value():
            raise ValueError("telegram is open but telegram_token is empty: set it or telegram=off")
        secret = self.telegram_secret.get_secret_value()
        if self.telegram == "webhook" and len(secret) < 16:
            raise ValueError("telegram=webhook needs telegram_secret of at least 16 characters")
        return self

    @property
    def wechat_aes_key_text(self) -> str:
        """The key of the encrypted mode; empty in plain mode."""
        return self.wechat_aes_key.get_secret_value()

    @property
    def has_telegram(self) -> bool:
        """Whether the Telegram door is open."""
        return self.telegram != "off"
