"""What becomes of a mail: the table of rules on a real store, whole conversations included."""

import base64
import io

import pytest
from PIL import Image
from sqlalchemy import select

from channels.contract import Delivery
from channels.email.chain import CHAIN
from channels.email.receive import EmailChannel
from channels.email.tokens import message_id_for, tagged_address
from intake.domain.contact import Outcome
from intake.domain.mail import Envelope
from intake.domain.numbers import county_day, ticket_key, ticket_number
from intake.services.ask import withdraw
from intake.services.balance import balance
from intake.services.mail_reception import MailReception
from intake.services.mail_settle import RELATED
from intake.services.workroom import Workroom
from intake.store.tables import attachment, message, reporter, supplement, ticket, ticket_link
from tests.mail.mailers import MAILERS
from tests.mail.office import CITIZEN, HOTLINE, decide_mails, mails, with_mail
from tests.mail.writing import plain_mail, raw_mail

STRANGER = "stranger@mail.example"


class Office:
    """Takes mails and decides them at once."""

    def __init__(self, room: Workroom) -> None:
        self.room = with_mail(room)
        self.channel = EmailChannel(room, MailReception(room))
        self._sent = 0

    async def post(self, raw: bytes, envelope: Envelope | None = None) -> dict[str, object]:
        """One mail through to its outcome: contact and mail together."""
        self._sent += 1
        channel = self.channel
        if envelope is not None:
            channel = EmailChannel(self.room, MailReception(self.room), envelope)
        delivery = Delivery(f"mail-{self._sent}", raw, "message/rfc822", self.room.clock())
        await channel.receive(delivery)
        decide_mails(self.room)
        return mails(self.room)[-1]

    async def ticket(self, words: str = "路灯不亮", **fields: str) -> str:
        row = await self.post(plain_mail(words, **fields))
        assert row["outcome"] == Outcome.TICKET.value
        return number_of(row)

    def rows(self, table: object) -> list[dict[str, object]]:
        with self.room.database.read() as conn:
            return [dict(row) for row in conn.execute(select(table)).mappings()]


def number_of(row: dict[str, object]) -> str:
    key = row["ticket_id"]
    assert isinstance(key, int)
    return ticket_number(key)


@pytest.fixture
def office(room: Workroom) -> Office:
    return Office(room)


async def test_a_report_becomes_a_ticket_with_a_way_back(office: Office) -> None:
    number = await office.ticket("中山路路灯不亮\n\n发自我的iPhone", subject="报修")
    [made] = office.rows(ticket)
    assert made["text"] == "报修\n中山路路灯不亮"
    assert made["needs_reply"]
    [person] = office.rows(reporter)
    sealed = person["email"]
    assert isinstance(sealed, bytes)
    key = ticket_key(number)
    assert office.room.cipher.open_text(sealed, f"reporter.email:{key}") == CITIZEN
    [said] = office.rows(message)
    assert (said["direction"], said["channel"]) == ("IN", "EMAIL")


async def test_photos_and_file_names_come_along(office: Office) -> None:
    stream = io.BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(stream, "JPEG")
    parts = (
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "树倒了".encode(),
        b"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="../a.exe"\r\n\r\n'
        + base64.encodebytes(stream.getvalue()),
        b'Content-Disposition: attachment; filename="b.zip"\r\n\r\nPK',
    )
    body = b"".join(b"--p\r\n" + part + b"\r\n" for part in parts) + b"--p--\r\n"
    kind = 'Content-Type: multipart/mixed; boundary="p"'
    row = await office.post(raw_mail(body, f"From: {CITIZEN}", kind))
    [made] = office.rows(ticket)
    assert (made["photos"], made["text"]) == (1, "树倒了\n【附件】b.zip")
    [photo] = office.rows(attachment)
    assert str(photo["key"]).startswith("incoming/")
    assert row["outcome"] == Outcome.TICKET.value


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("own-mail", {"sender": HOTLINE}),
        ("loop-headers", {"x": f"X-Loop: {HOTLINE}"}),
        ("auto-reply", {"x": "Auto-Submitted: auto-replied"}),
        ("auto-reply", {"x": "X-Autoreply: yes"}),
        ("out-of-office", {"subject": "自动回复：我在休假"}),
        ("out-of-office", {"subject": "Out of Office: away"}),
        ("bounce", {"x": "X-Failed-Recipients: a@b.example"}),
        ("mailing-list", {"x": "List-Id: <all.mail.example>"}),
        ("mailing-list", {"x": "Precedence: bulk"}),
    ],
)
async def test_what_no_person_wrote_is_recorded(
    office: Office, rule: str, fields: dict[str, str]
) -> None:
    more = [line for name, line in fields.items() if name == "x"]
    named = {name: value for name, value in fields.items() if name != "x"}
    row = await office.post(plain_mail("hello", *more, **named))
    assert (row["outcome"], row["rule"]) == (Outcome.AUTOMATIC.value, rule)
    assert office.rows(ticket) == []


async def test_spam_counts_when_our_gateway_says_so(office: Office) -> None:
    raw = plain_mail("buy", "X-Spam-Flag: YES")
    ours = Envelope(recipients=(HOTLINE,), trusted=True)
    assert (await office.post(raw, ours))["outcome"] == Outcome.REFUSED.value
    other = plain_mail("sell", "X-Spam-Flag: YES")
    assert (await office.post(other))["outcome"] == Outcome.TICKET.value


async def test_size_and_recipient(office: Office) -> None:
    office.room.settings.mail_bytes = 100_000
    assert (await office.post(plain_mail("x" * 200_000)))["rule"] == "size"
    elsewhere = Envelope(recipients=("old@county.example",))
    assert (await office.post(plain_mail("y"), elsewhere))["rule"] == "unknown-recipient"


async def test_every_rule_has_decided_here() -> None:
    names = {rule.name for rule in CHAIN}
    assert len(names) == len(CHAIN)
    assert [rule.name for rule in CHAIN][-2:] == ["reply-to-ticket", "new-ticket"]


class TestAnswers:
    async def test_to_the_signed_address(self, office: Office) -> None:
        number = await office.ticket()
        to = tagged_address(office.room.keyring, HOTLINE, number)
        row = await office.post(plain_mail("在路口", to=to))
        assert (row["outcome"], number_of(row)) == (Outcome.SUPPLEMENT.value, number)
        assert [one["text"] for one in office.rows(supplement)] == ["在路口"]
        assert [one["kind"] for one in office.rows(message)] == ["REPORT", "SUPPLEMENT"]

    async def test_to_the_signed_address_of_the_envelope(self, office: Office) -> None:
        number = await office.ticket()
        to = tagged_address(office.room.keyring, HOTLINE, number)
        row = await office.post(plain_mail("密送"), Envelope(recipients=(to,)))
        assert number_of(row) == number

    @pytest.mark.parametrize("name", MAILERS)
    async def test_of_every_mailer_by_message_id(self, office: Office, name: str) -> None:
        number = await office.ticket()
        ours = message_id_for(office.room.keyring, "county.example", 7, number)
        answer = MAILERS[name]("在路口", "哪里？")
        row = await office.post(f"References: <x@y> {ours}\r\n".encode() + answer)
        assert (row["outcome"], number_of(row)) == (Outcome.SUPPLEMENT.value, number)
        assert str(office.rows(supplement)[0]["text"]).startswith("在路口")

    async def test_to_ones_own_first_mail_under_its_subject(self, office: Office) -> None:
        number = await office.ticket(message_id="<first@mail.example>", subject="路灯")
        again = plain_mail("还是不亮", "References: <first@mail.example>", subject="回复：路灯")
        assert number_of(await office.post(again)) == number
        other = plain_mail("别的事", "References: <first@mail.example>", subject="井盖")
        assert number_of(await office.post(other)) != number

    async def test_with_the_number_in_the_subject(self, office: Office) -> None:
        number = await office.ticket()
        row = await office.post(plain_mail("补充一句", subject=f"关于{number}"))
        assert (row["outcome"], number_of(row)) == (Outcome.SUPPLEMENT.value, number)

    @pytest.mark.parametrize("way", ["tag", "id", "number", "first"])
    async def test_a_stranger_joins_nothing(self, office: Office, way: str) -> None:
        number = await office.ticket(message_id="<first@mail.example>", subject="路灯")
        keys = office.room.keyring
        ours = message_id_for(keys, "county.example", 7, number)
        mail = {
            "tag": plain_mail("x", sender=STRANGER, to=tagged_address(keys, HOTLINE, number)),
            "id": plain_mail("x", f"In-Reply-To: {ours}", sender=STRANGER),
            "number": plain_mail("x", sender=STRANGER, subject=f"回复：{number}"),
            "first": plain_mail(
                "x", "In-Reply-To: <first@mail.example>", sender=STRANGER, subject="Re: 路灯"
            ),
        }[way]
        row = await office.post(mail)
        assert row["outcome"] == Outcome.TICKET.value
        assert number_of(row) != number
        assert office.rows(supplement) == []
        [link] = office.rows(ticket_link)
        assert (link["kind"], link["other_ticket_id"]) == (RELATED, ticket_key(number))

    async def test_a_forged_tag_is_no_tag(self, office: Office) -> None:
        number = await office.ticket()
        to = f"hotline+{number.lower()}.{'a' * 16}@county.example"
        row = await office.post(plain_mail("x", to=to))
        assert number_of(row) != number
        assert office.rows(ticket_link) == []

    async def test_after_the_end_a_new_ticket_is_made(self, office: Office) -> None:
        number = await office.ticket()
        withdraw(office.room, number)
        to = tagged_address(office.room.keyring, HOTLINE, number)
        row = await office.post(plain_mail("又坏了", to=to))
        assert row["outcome"] == Outcome.TICKET.value
        [link] = office.rows(ticket_link)
        assert link["other_ticket_id"] == ticket_key(number)


async def test_two_copies_of_one_letter_are_one_ticket(office: Office) -> None:
    raw = plain_mail("井盖丢了", message_id="<copy@mail.example>")
    number = await office.ticket("井盖丢了", message_id="<copy@mail.example>")
    footer = b"X-Gateway: 2\r\n" + raw.replace(b"Date: Sun", b"Date: Mon")
    row = await office.post(footer)
    assert (row["outcome"], number_of(row)) == (Outcome.DUPLICATE_DELIVERY.value, number)
    other = await office.post(plain_mail("又一件事", message_id="<copy@mail.example>"))
    assert other["outcome"] == Outcome.TICKET.value


async def test_another_machine_that_answers_stops_at_the_cap(office: Office) -> None:
    office.room.settings.mail_daily_cap = 5
    number = await office.ticket()
    to = tagged_address(office.room.keyring, HOTLINE, number)
    rows = [await office.post(plain_mail(f"收到 {turn}", to=to)) for turn in range(8)]
    outcomes = [row["outcome"] for row in rows]
    assert outcomes == [Outcome.SUPPLEMENT.value] * 4 + [Outcome.AUTOMATIC.value] * 4


async def test_unreadable_waits_and_the_balance_closes(office: Office) -> None:
    row = await office.post(b"\r\n")
    assert (row["outcome"], row["waits"]) == (Outcome.UNREADABLE.value, True)
    await office.ticket()
    await office.post(raw_mail(b"x", "Subject: " + "y" * 400_000))
    sheet = balance(office.room, county_day(office.room.clock()))
    assert sheet.closed


async def test_a_mail_that_kills_its_reader_becomes_a_work_item(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from channels.email import decide
    from intake.services import outbox

    reception = MailReception(office.room)
    await EmailChannel(office.room, reception).receive(
        Delivery("killer", plain_mail("x"), "message/rfc822", office.room.clock())
    )
    last = office.room.settings.job_attempts - 1
    for attempts in range(last):
        assert outbox.begin(office.room, 1, attempts) is not None  # begun, and the process died
    job = outbox.begin(office.room, 1, last)
    assert job is not None
    monkeypatch.setattr(decide, "read", lambda *_: pytest.fail("read once too often"))
    decide.mail_received(office.room, job)
    assert mails(office.room)[0]["outcome"] == Outcome.UNREADABLE.value
