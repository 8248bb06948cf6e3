"""Settings of one installation: environment ``MINSHENG_*``, then ``var/minsheng.toml``, then here.

A bad value stops the start with a sentence that says what to change.
"""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from intake.domain.agent import extensions_of
from intake.domain.filing import FilingAuthority
from intake.mail_settings import MailSettings
from intake.message_settings import MessageSettings
from intake.messenger_settings import MessengerSettings
from intake.suggestion_settings import SuggestionSettings

DEFAULT_DATA = Path("var")


def data_folder() -> Path:
    """Where everything of this installation lives, ``var`` below the current folder by default."""
    return Path(os.environ.get("MINSHENG_DATA", DEFAULT_DATA)).resolve()


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what to do."""


class Settings(SuggestionSettings, MailSettings, MessageSettings, MessengerSettings, BaseSettings):
    """All settings, with safe defaults: loopback, SQLite, no broker, operators file."""

    model_config = SettingsConfigDict(env_prefix="MINSHENG_", extra="forbid")

    data: Path = Field(default_factory=data_folder)
    database_url: str = ""
    broker_url: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8319
    public_address: str = ""
    behind_tls: bool = False
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    county_name: str = "示范县"
    hotline: str = "12319"
    area_code: str = "0000"
    filing_authority: FilingAuthority = FilingAuthority.OPERATOR
    edition: str = "GB/T 47678.5-2026"
    report_rate: str = "10/minute;60/hour"
    query_rate: str = "20/minute;120/hour"
    rate_storage: str = "memory://"
    photo_bytes: Annotated[int, Field(ge=100_000, le=50_000_000)] = 10_000_000
    photos: Annotated[int, Field(ge=0, le=20)] = 9
    text_length: Annotated[int, Field(ge=100, le=20_000)] = 5_000
    register_minutes: Annotated[int, Field(ge=1, le=1_440)] = 15
    verification_minutes: Annotated[int, Field(ge=5, le=1_440)] = 30
    information_hours: Annotated[int, Field(ge=1, le=720)] = 72
    duplicate_days: Annotated[int, Field(ge=1, le=90)] = 7
    office_hours: str = "08:30-12:00,14:30-18:00"
    idle_minutes: Annotated[int, Field(ge=5, le=60)] = 20
    log_days: Annotated[int, Field(ge=180)] = 365
    reporter_days: Annotated[int, Field(ge=180)] = 1_095
    raw_days: Annotated[int, Field(ge=180)] = 365
    job_attempts: Annotated[int, Field(ge=1, le=50)] = 8
    store_threads: Annotated[int, Field(ge=2, le=64)] = 8
    log_level: str = "INFO"
    pbx_name: Annotated[str, Field(pattern=r"[a-z0-9-]{1,40}")] = "pbx1"
    pbx_host: str = "127.0.0.1"
    pbx_ami_port: Annotated[int, Field(ge=1, le=65535)] = 5038
    pbx_ami_user: str = ""
    pbx_ami_secret: SecretStr = SecretStr("")
    pbx_logs: Path | None = None
    pbx_recordings: Path | None = None
    pbx_queue: Annotated[str, Field(pattern=r"[a-z0-9-]{1,40}")] = "hotline"
    pbx_ws_url: str = ""
    pbx_always_open: bool = False
    wrap_up_seconds: Annotated[int, Field(ge=0, le=600)] = 30
    short_seconds: Annotated[int, Field(ge=0, le=60)] = 5
    service_level_seconds: Annotated[int, Field(ge=5, le=120)] = 15
    callback_minutes: Annotated[int, Field(ge=5, le=1_440)] = 30
    automatic_returns: bool = False
    sample_percent: Annotated[int, Field(ge=0, le=100)] = 10
    pbx_extensions: str = "8001-8008"
    record_pause_seconds: Annotated[int, Field(ge=10, le=600)] = 60
    recording_days: Annotated[int, Field(ge=180)] = 730
    recording_wait_seconds: Annotated[int, Field(ge=30, le=86_400)] = 600

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("use sqlite:////path/file.db or postgresql+psycopg://user@host/name")
        return value

    @field_validator("pbx_extensions")
    @classmethod
    def _readable_extensions(cls, value: str) -> str:
        extensions_of(value)
        return value

    @property
    def store_url(self) -> str:
        """The database address; by default one SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data / 'minsheng.db'}"

    @property
    def has_pbx(self) -> bool:
        """Whether a PBX is configured; without an AMI user the telephony process is not started."""
        return bool(self.pbx_ami_user)

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"

    @property
    def recordings(self) -> Path:
        """Where recordings are kept, sealed, once they have been fetched from the PBX."""
        return self.data / "recordings"

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def models(self) -> Path:
        """The folder of category models; a register in it names the one in force."""
        return self.data / "models"

    @property
    def site(self) -> str:
        """The address citizens see, without a trailing slash."""
        return (self.public_address or f"http://{self.host}:{self.port}").rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        file = TomlConfigSettingsSource(settings_cls, data_folder() / "minsheng.toml")
        return init_settings, env_settings, file


def load_settings() -> Settings:
    """Read the settings; raises SettingsError with one line per bad value."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"MINSHENG_{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        advice = "Correct these settings (environment or minsheng.toml) and start again:"
        raise SettingsError("\n  ".join([advice, *lines])) from None
