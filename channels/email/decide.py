"""The worker's part: a stored mail is read, judged by the table of rules, and settled (topic
``mail.received``)."""

import threading
from functools import cache

import structlog

from channels.email.chain import decide
from channels.email.dns import NameServer, name_server
from channels.email.files import Limits
from channels.email.letter import FileKind, Letter, Unreadable
from channels.email.markup import harmless
from channels.email.matter import Decision, Matter
from channels.email.photos import keep_photos
from channels.email.read import read
from channels.email.subjects import canonical
from channels.email.trust import verify
from intake.domain.contact import Outcome, Source
from intake.domain.mail import Verdicts
from intake.domain.message import MessageChannel, Origin
from intake.domain.submission import ReporterDetails, Submission
from intake.security.email_address import normalise_email
from intake.services import outbox
from intake.services.deliver_message import bounced
from intake.services.mail_records import MailRecords
from intake.services.mail_settle import Finding, settle_mail
from intake.services.mail_stored import (
    Heading,
    MailFile,
    MailForgotten,
    Reading,
    StoredMail,
    find_mail,
    raw_pieces,
)
from intake.services.outbox import Job
from intake.services.workroom import Workroom

log = structlog.get_logger()

LARGE = 2_000_000
UNREADABLE = "unreadable"
_PHOTO_ONLY = "（邮件没有文字，见照片）"
_FILES_ONLY = "（邮件没有文字，见附件）"
_NOTHING = "（空白邮件）"
_CUT = "\n……（正文较长，全文见原邮件）"
_large_one = threading.Lock()


def mail_received(room: Workroom, job: Job) -> None:
    """Decide one mail. What cannot be read becomes a work item; what fails for want of store or
    disk is tried again."""
    stored = find_mail(room, int(job.key))
    again = bool(job.payload.get("again"))
    if stored is None or (stored.outcome is not Outcome.OPEN and not again):
        outbox.finish_with(room, job.id, lambda _unit: None)
        return
    if stored.size <= LARGE:
        _decide(room, job, stored)
        return
    with _large_one:  # A mail takes several times its size while it is read.
        _decide(room, job, stored)


def _decide(room: Workroom, job: Job, stored: StoredMail) -> None:
    try:
        if job.attempts >= room.settings.job_attempts:
            # The last time before it would be parked: whatever reads it does not come to an end.
            raise Unreadable("多次读取都没有完成")
        raw = b"".join(raw_pieces(room, stored))
        letter = read(raw, _limits(room))
        _require_content(letter, by_hand=_by_hand(job))
    except (Unreadable, MailForgotten) as trouble:
        reason = str(trouble) if isinstance(trouble, Unreadable) else "原邮件已不在系统中"
        settle_mail(room, job, _unreadable(stored, reason))
        return
    verdicts = verify(raw, stored.envelope, letter, dns_of(room.settings.mail_dns))
    matter = Matter(
        letter=letter,
        envelope=stored.envelope,
        verdicts=verdicts,
        records=MailRecords(room, stored.contact_id),
        keys=room.keyring,
        settings=room.settings,
        size=stored.size,
    )
    rule, decision = decide(matter, by_hand=_by_hand(job))
    if decision.bounced and decision.permanent:
        bounced(room, decision.bounced, decision.remark)
    settle_mail(room, job, _finding(room, stored, letter, verdicts, rule, decision))
    log.info("mail decided", contact=stored.contact_id, rule=rule, outcome=decision.outcome.value)


@cache
def dns_of(setting: str) -> NameServer:
    """One door to DNS a process."""
    return name_server(setting)


def _by_hand(job: Job) -> bool:
    return bool(job.payload.get("by_hand"))


def _limits(room: Workroom) -> Limits:
    settings = room.settings
    return Limits(settings.mail_files, settings.photos, settings.photo_bytes)


def _require_content(letter: Letter, *, by_hand: bool) -> None:
    """A mail that says nothing is looked at by a person; delivery reports speak for themselves."""
    if letter.subject or letter.text or letter.attached or letter.bounce or by_hand:
        return
    raise Unreadable("邮件没有标题、文字和附件")


def _unreadable(stored: StoredMail, reason: str) -> Finding:
    return Finding(
        contact_id=stored.contact_id,
        external_id=stored.external_id,
        message_id=stored.external_id,
        rule=UNREADABLE,
        outcome=Outcome.UNREADABLE,
        remark=reason,
    )


def _finding(
    room: Workroom,
    stored: StoredMail,
    letter: Letter,
    verdicts: Verdicts,
    rule: str,
    decision: Decision,
) -> Finding:
    takes = decision.outcome in (Outcome.TICKET, Outcome.SUPPLEMENT)
    return Finding(
        contact_id=stored.contact_id,
        external_id=stored.external_id,
        message_id=letter.message_id or stored.external_id,
        rule=rule,
        outcome=decision.outcome,
        remark=decision.remark,
        heading=Heading(letter.subject, letter.sender, letter.sender_name, letter.date),
        reading=Reading(
            letter.text,
            harmless(letter.markup) if letter.markup else "",
            tuple(MailFile(one.name, one.size, one.refusal) for one in letter.attached),
        ),
        subject=canonical(letter.subject),
        words=_own_words(room, letter),
        verdicts=verdicts,
        submission=_submission(room, stored, letter) if takes else None,
        join=decision.join,
        related=decision.related,
    )


def _submission(room: Workroom, stored: StoredMail, letter: Letter) -> Submission:
    known = normalise_email(letter.sender) is not None
    origin = Origin(MessageChannel.EMAIL, letter.sender, letter.message_id) if known else None
    return Submission(
        source=Source.EMAIL,
        external_id=stored.external_id,
        received_at=stored.received_at,
        text=_report_text(room, letter),
        raw=b"",
        raw_hash=stored.raw_hash,
        reporter=ReporterDetails(
            name=letter.sender_name[:40] if known else "", email=letter.sender if known else ""
        ),
        uploads=keep_photos(room, letter.photos),
        needs_reply=known,
        origin=origin,
    )


def _report_text(room: Workroom, letter: Letter) -> str:
    """Subject and own words; what was only forwarded counts when there are no own words."""
    words = letter.visible or letter.text
    subject = letter.subject
    parts = [subject] if subject and subject not in words[: len(subject) + 20] else []
    parts += [words] if words else []
    if not parts:
        files = any(one.kind is not FileKind.PHOTO for one in letter.attached)
        parts = [_PHOTO_ONLY if letter.photos else _FILES_ONLY if files else _NOTHING]
    return _cut(room, _with_files("\n".join(parts), letter))


def _own_words(room: Workroom, letter: Letter) -> str:
    return _cut(room, _with_files(letter.visible, letter)) if letter.visible else ""


def _with_files(text: str, letter: Letter) -> str:
    names = [one.name for one in letter.attached if one.kind is not FileKind.PHOTO]
    return f"{text}\n【附件】{'、'.join(names[:10])}" if names else text


def _cut(room: Workroom, text: str) -> str:
    most = room.settings.text_length
    return text if len(text) <= most else text[: most - len(_CUT)] + _CUT
