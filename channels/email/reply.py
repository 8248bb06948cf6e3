"""The way back: messages to citizens by mail, through the county's own outgoing server.

The standard library's client: sending happens in worker threads, where nothing is gained by
asyncio.
"""

import smtplib
import ssl
from dataclasses import dataclass

import structlog

from channels.email.compose import compose
from channels.email.recipients import is_ours
from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.security.keyring import Keyring
from intake.settings import Settings

log = structlog.get_logger()

SECONDS = 30.0
_AWAY = "发信服务器连接不上。"
_REFUSED_US = "发信服务器没有接受，请管理员检查发信设置。"


@dataclass(frozen=True, slots=True)
class MailCourier:
    """Carries letters by SMTP; ``send`` returns the Message-ID.

    A worker that dies after the server took the letter sends it again under the same Message-ID.
    """

    settings: Settings
    keys: Keyring

    def send(self, letter: Letter) -> str:
        """Hand one letter over; raises Undeliverable and TryLater with a reason for the operator.

        Letters to the hotline's own addresses are not sent: that is a loop.
        """
        if is_ours(letter.address, self.settings.own_addresses):
            raise Undeliverable("收件地址是热线自己的邮箱。")
        try:
            message_id, raw = compose(self.settings, self.keys, letter)
        except OSError as error:
            raise TryLater("签名密钥读不到，请管理员检查 mail_dkim_key。") from error
        try:
            self._hand_over(letter.address.strip(), raw)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise _told(codes[0] if codes else 450, "对方邮箱") from None
        except smtplib.SMTPDataError as refused:
            raise _told(refused.smtp_code, "对方邮箱") from None
        except smtplib.SMTPException as error:
            log.warning("mail server did not take a letter", error=type(error).__name__)
            raise TryLater(_REFUSED_US) from None
        except (OSError, ssl.SSLError) as error:
            log.warning("mail server is away", error=type(error).__name__)
            raise TryLater(_AWAY) from None
        return message_id

    def _hand_over(self, address: str, raw: bytes) -> None:
        settings = self.settings
        context = ssl.create_default_context()
        direct = settings.mail_out_tls == "tls"
        where = (settings.mail_out_host, settings.mail_out_port)
        link = (
            smtplib.SMTP_SSL(*where, timeout=SECONDS, context=context)
            if direct
            else smtplib.SMTP(*where, timeout=SECONDS)
        )
        with link:
            if settings.mail_out_tls == "starttls":
                link.starttls(context=context)
            if settings.mail_out_user:
                link.login(settings.mail_out_user, settings.mail_out_password.get_secret_value())
            options = () if address.isascii() else ("SMTPUTF8",)
            link.sendmail(settings.own_addresses[0], [address], raw, mail_options=options)


def _told(code: int, who: str) -> Exception:
    """5xx is for good, 4xx for now (RFC 5321 section 4.2.1)."""
    if code >= 500:
        return Undeliverable(f"{who}拒收（{code}）。")
    return TryLater(f"{who}暂时不能接收（{code}）。")
