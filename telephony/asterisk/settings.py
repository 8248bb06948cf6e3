"""Settings of the PBX that `deploy/run --with-asterisk` starts.

Environment ``MINSHENG_ASTERISK_*``, then ``asterisk.toml`` in the data folder, then here. What the
bridge must know as well (name, AMI, extensions, queue) is in ``intake/settings.py``.
"""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from intake.domain.agent import extensions_of
from intake.settings import Settings, SettingsError, data_folder
from telephony.asterisk.plan import Plan

Port = Annotated[int, Field(ge=1, le=65_535)]


class AsteriskSettings(BaseSettings):
    """The carrier's line, ports and patience; the defaults keep everything on loopback."""

    model_config = SettingsConfigDict(env_prefix="MINSHENG_ASTERISK_", extra="forbid")

    sip_host: str = "127.0.0.1"
    sip_port: Port = 5060
    http_port: Port = 8088
    rtp_first: Port = 21_000
    rtp_last: Port = 22_999
    trunk_address: str = "127.0.0.4:5060"
    trunk_sources: str = "127.0.0.2,127.0.0.4"
    trunk_user: str = ""
    trunk_secret: SecretStr = SecretStr("")
    ring_seconds: Annotated[int, Field(ge=5, le=120)] = 20
    max_wait_seconds: Annotated[int, Field(ge=10, le=3_600)] = 300
    max_waiting: Annotated[int, Field(ge=1, le=500)] = 20
    voicemail_seconds: Annotated[int, Field(ge=10, le=900)] = 180

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
        file = TomlConfigSettingsSource(settings_cls, data_folder() / "asterisk.toml")
        return init_settings, env_settings, file


def load_asterisk_settings() -> AsteriskSettings:
    """Read the settings; raises SettingsError with one line per bad value."""
    try:
        return AsteriskSettings()
    except ValidationError as error:
        lines = [
            f"MINSHENG_ASTERISK_{'_'.join(str(part) for part in problem['loc']).upper()}:"
            f" {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        advice = "Correct these settings (environment or asterisk.toml) and start again:"
        raise SettingsError("\n  ".join([advice, *lines])) from None


def plan_of(settings: Settings, asterisk: AsteriskSettings) -> Plan:
    """The PBX these settings describe; raises PlanError for a value no file can hold."""
    return Plan(
        name=settings.pbx_name,
        hotline=settings.hotline,
        area_code=settings.area_code,
        queue=settings.pbx_queue,
        sip_host=asterisk.sip_host,
        sip_port=asterisk.sip_port,
        ami_port=settings.pbx_ami_port,
        ami_user=settings.pbx_ami_user or "minsheng",
        http_port=asterisk.http_port,
        rtp_ports=(asterisk.rtp_first, asterisk.rtp_last),
        trunk_address=asterisk.trunk_address,
        trunk_sources=tuple(part.strip() for part in asterisk.trunk_sources.split(",")),
        trunk_user=asterisk.trunk_user,
        trunk_secret=asterisk.trunk_secret.get_secret_value(),
        extensions=extensions_of(settings.pbx_extensions),
        ring_seconds=asterisk.ring_seconds,
        max_wait_seconds=asterisk.max_wait_seconds,
        max_waiting=asterisk.max_waiting,
        voicemail_seconds=asterisk.voicemail_seconds,
    )
