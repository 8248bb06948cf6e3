"""What the doors bring to the other parts: topics for the jobs, couriers for messages."""

from intake.domain.message import MessageChannel
from intake.security.keyring import Keyring
from intake.services.workroom import Courier
from intake.settings import Settings


def join_doors() -> None:
    """Call once in every process that runs or rings jobs, before the first row is taken."""
    from channels.email.decide import mail_received
    from intake.jobs.tasks import Queue, Task, join
    from intake.services.mail_reception import MAIL_TOPIC

    join(MAIL_TOPIC, Task(Queue.INTAKE, mail_received))


def couriers_of(settings: Settings, keys: Keyring) -> dict[MessageChannel, Courier]:
    """Whoever can carry messages in this installation, by channel."""
    couriers: dict[MessageChannel, Courier] = {}
    if settings.has_mail and settings.mail_out_host:
        from channels.email.reply import MailCourier

        couriers[MessageChannel.EMAIL] = MailCourier(settings, keys)
    if settings.sms_gateway:
        from channels.sms.reply import sms_courier

        if (carrier := sms_courier(settings)) is not None:
            couriers[MessageChannel.SMS] = carrier
    if settings.has_telegram:
        from channels.telegram.reply import TelegramCourier

        couriers[MessageChannel.TELEGRAM] = TelegramCourier(settings)
    if settings.wechat:
        from channels.wechat.reply import WeChatCourier

        couriers[MessageChannel.WECHAT] = WeChatCourier(settings)
    return couriers
