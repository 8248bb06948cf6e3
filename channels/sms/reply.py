"""Short messages through the county's gateway; on the console for trying things out.

The gateway is asked by one HTTP request a message: POST of JSON ``{"to", "text", "key"}`` with a
bearer token. It answers 2xx with ``{"id"}``; the same key is the same message, so that asking twice
sends once. Providers that speak otherwise stand behind a small translator of theirs or yours.
"""

from dataclasses import dataclass

import httpx
import structlog

from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.security.masking import mask_phone
from intake.settings import Settings

log = structlog.get_logger()

SECONDS = 15.0
LONGEST = 500
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class ConsoleCourier:
    """Says in the log that a message would have left; the number is masked, the text left out."""

    def send(self, letter: Letter) -> str:
        """Never refuses; returns the message's own key."""
        log.info("short message", to=mask_phone(letter.address), characters=len(letter.text))
        return letter.key


@dataclass(frozen=True, slots=True)
class GatewayCourier:
    """Carries letters to an HTTP gateway."""

    address: str
    token: str
    signature: str

    def send(self, letter: Letter) -> str:
        """Hand one message over; raises Undeliverable for 4xx and TryLater for everything else."""
        text = f"【{self.signature}】{_one_line(letter.text)}"
        try:
            answer = httpx.post(
                self.address,
                json={"to": letter.address, "text": text[:LONGEST], "key": letter.key},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=SECONDS,
            )
        except httpx.HTTPError as error:
            log.warning("short message gateway is away", error=type(error).__name__)
            raise TryLater("短信网关连接不上。") from None
        _require_taken(answer)
        return _id_of(answer) or letter.key


def sms_courier(settings: Settings) -> ConsoleCourier | GatewayCourier | None:
    """The courier of the settings; None where no short messages are sent."""
    if not settings.sms_gateway:
        return None
    if settings.sms_gateway == "console":
        return ConsoleCourier()
    signature = settings.sms_signature or f"{settings.county_name}城管"
    return GatewayCourier(settings.sms_gateway, settings.sms_token.get_secret_value(), signature)


def _require_taken(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    code = answer.status_code
    if code in _BUSY or code >= 500:
        wait = answer.headers.get("Retry-After", "")
        seconds = float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else None
        raise TryLater(f"短信网关忙（{code}）。", seconds)
    if code in {401, 403}:
        # Not the citizen's fault: the administrator can mend it, so it is tried again.
        raise TryLater("短信网关不认可我们的口令，请管理员检查 sms_token。")
    raise Undeliverable(f"短信网关拒收（{code}）。")


def _id_of(answer: httpx.Response) -> str:
    try:
        told = answer.json()
    except ValueError:
        return ""
    found = told.get("id") if isinstance(told, dict) else None
    return str(found)[:255] if found else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
