"""Settings of the mail door, part of ``Settings``: ``MINSHENG_MAIL_…`` in the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, field_validator

from intake.security.email_address import normalise_email
from intake.security.ratelimit import parse_rules


class MailSettings(BaseModel):
    """The mail door is shut until ``mail_addresses`` names at least one address of the hotline.

    Lists are written with commas. Sizes are bytes. ``mail_dns`` is ``system``, ``off`` or the
    address of one DNS server (``127.0.0.1:53``); without DNS the sender is told as "not checked".
    """

    mail_addresses: str = ""
    mail_host: str = "127.0.0.1"
    mail_port: Annotated[int, Field(ge=0, le=65535)] = 8325
    mail_name: str = ""
    mail_bytes: Annotated[int, Field(ge=100_000, le=100_000_000)] = 30_000_000
    mail_certificate: Path | None = None
    mail_certificate_key: Path | None = None
    mail_require_tls: bool = False
    mail_relay_user: str = ""
    mail_relay_password: SecretStr = SecretStr("")
    mail_trusted_relays: str = ""
    mail_connections: Annotated[int, Field(ge=1, le=5_000)] = 200
    mail_connections_each: Annotated[int, Field(ge=1, le=5_000)] = 20
    mail_rate: str = "120/minute;2000/hour"
    mail_spam_header: str = "X-Spam-Flag"
    mail_dns: str = "system"
    mail_daily_cap: Annotated[int, Field(ge=1, le=10_000)] = 30
    mail_files: Annotated[int, Field(ge=0, le=200)] = 30
    mail_dkim_key: Path | None = None
    mail_dkim_selector: str = "minsheng"
    mail_out_host: str = ""
    mail_out_port: Annotated[int, Field(ge=1, le=65535)] = 587
    mail_out_tls: Annotated[str, Field(pattern="starttls|tls|none")] = "starttls"
    mail_out_user: str = ""
    mail_out_password: SecretStr = SecretStr("")

    @field_validator("mail_addresses")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for part in _listed(value):
            if normalise_email(part) is None or "+" in part:
                raise ValueError(f"{part!r} is no plain mail address; write hotline@example.org")
        return value

    @field_validator("mail_rate")
    @classmethod
    def _rate(cls, value: str) -> str:
        parse_rules(value)
        return value

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """The hotline's addresses, normalised; the first one is the sender of our mails."""
        found = (normalise_email(part) for part in _listed(self.mail_addresses))
        return tuple(address for address in found if address is not None)

    @property
    def has_mail(self) -> bool:
        """Whether the mail door is open."""
        return bool(self.own_addresses)

    @property
    def mail_hostname(self) -> str:
        """What the door calls itself: the given name, or the domain of the first address."""
        own = self.own_addresses
        return self.mail_name or (own[0].rpartition("@")[2] if own else "localhost")

    @property
    def trusted_relays(self) -> tuple[str, ...]:
        """Networks of the county's own mail gateways, as written."""
        return tuple(_listed(self.mail_trusted_relays))


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
