"""Mails at the desk: the unreadable ones, replay, the original behind a recorded look."""

import email
from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from channels.contract import Delivery
from channels.email.receive import EmailChannel
from intake.domain.contact import Outcome
from intake.domain.errors import Incomplete, NotAllowed, WrongState
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.services import accounts
from intake.services.mail_reception import MailReception
from intake.services.mail_view import (
    Shelf,
    list_mails,
    mails_of_ticket,
    original,
    replay_mail,
    view_mail,
)
from intake.services.workroom import Workroom
from intake.store.tables import event
from tests.mail.office import CITIZEN, decide_mails, mails, with_mail
from tests.mail.writing import plain_mail, raw_mail
from tests.web_app import web_app

OPERATOR = Actor(Role.OPERATOR, "接线员", 1)
LEADER = Actor(Role.SHIFT_LEADER, "值班长", 2)
AUDITOR = Actor(Role.AUDITOR, "审计员", 3)
HOSTILE = (
    '<p>请处理</p><script>alert(1)</script><img src="http://tracker.example/x.gif">'
    '<a href="javascript:alert(1)">x</a>'
    f'<p>回信 <a href="mailto:{CITIZEN}">{CITIZEN}</a> 或 13800000000</p>'
)


@pytest.fixture
async def office(room: Workroom) -> Workroom:
    """An unreadable mail (1), a newsletter (2) and a report in HTML (3)."""
    with_mail(room)
    channel = EmailChannel(room, MailReception(room))
    html = raw_mail(
        HOSTILE.encode(),
        f"From: 张三 <{CITIZEN}>",
        "Subject: 报修",
        "Message-ID: <html@mail.example>",
        "Content-Type: text/html; charset=utf-8",
    )
    for name, raw in (
        ("empty", b"\r\n"),
        ("news", plain_mail("新品上市", "List-Id: <news>")),
        ("report", html),
    ):
        await channel.receive(Delivery(name, raw, "message/rfc822", room.clock()))
    decide_mails(room)
    return room


def number_of(room: Workroom) -> str:
    return view_mail(room, OPERATOR, 3).line.number


async def test_shelves(office: Workroom) -> None:
    [waiting], _ = list_mails(office, OPERATOR, Shelf.WAITING)
    assert (waiting.stored.contact_id, waiting.stored.outcome) == (1, Outcome.UNREADABLE)
    [aside], _ = list_mails(office, OPERATOR, Shelf.ASIDE)
    assert aside.stored.rule == "mailing-list"
    assert CITIZEN not in aside.sender
    [of_ticket] = mails_of_ticket(office, OPERATOR, number_of(office))
    assert of_ticket.stored.contact_id == 3
    with pytest.raises(NotAllowed):
        list_mails(office, AUDITOR, Shelf.WAITING)


async def test_a_newsletter_taken_in_by_hand(office: Workroom) -> None:
    replay_mail(office, OPERATOR, 2, by_hand=True)
    decide_mails(office)
    assert mails(office)[1]["outcome"] == Outcome.TICKET.value
    with pytest.raises(WrongState):
        replay_mail(office, OPERATOR, 2, by_hand=True)


async def test_still_unreadable_comes_back(office: Workroom) -> None:
    replay_mail(office, OPERATOR, 1, by_hand=False)
    assert list_mails(office, OPERATOR, Shelf.WAITING)[0] == []
    decide_mails(office)
    assert len(list_mails(office, OPERATOR, Shelf.WAITING)[0]) == 1
    replay_mail(office, OPERATOR, 1, by_hand=True)
    decide_mails(office)
    assert mails(office)[0]["outcome"] == Outcome.TICKET.value


async def test_the_original_is_given_out_on_the_record(office: Workroom) -> None:
    with pytest.raises(Incomplete):
        original(office, LEADER, 3, " ")
    with pytest.raises(NotAllowed):
        original(office, OPERATOR, 3, "好奇")
    raw = b"".join(original(office, LEADER, 3, "核对附件"))
    assert email.message_from_bytes(raw)["Message-ID"] == "<html@mail.example>"
    assert b"".join(original(office, LEADER, 1, "看看是什么")) == b"\r\n"
    with office.database.read() as conn:
        kinds = conn.scalars(select(event.c.type)).all()
    assert kinds.count(EventType.REPORTER_REVEALED.value) == 2


class Pages:
    """The desk's pages, called as the shift leader."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def get(self, path: str) -> tuple[str, Mapping[str, str]]:
        async with self.session.get(self.base + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text(), answer.headers

    async def post(self, path: str, **fields: str) -> tuple[int, bytes, Mapping[str, str]]:
        async with self.session.post(self.base + path, data=fields) as answer:
            return answer.status, await answer.read(), answer.headers


@pytest.fixture
async def pages(office: Workroom) -> AsyncIterator[Pages]:
    issued = accounts.create_token(office, accounts.CONSOLE, "test", Role.SHIFT_LEADER)
    headers = {"Authorization": f"Bearer {issued.secret}", "Accept": "text/html"}
    async with TestServer(web_app(office)) as server, ClientSession(headers=headers) as session:
        yield Pages(session, str(server.make_url("")).rstrip("/"))


async def test_pages(pages: Pages, office: Workroom) -> None:
    shelf, _ = await pages.get("/desk/mails")
    assert "邮件没有标题、文字和附件" in shelf
    assert "新品" not in shelf
    aside, _ = await pages.get("/desk/mails?shelf=aside&before=xyz")
    assert "群发邮件" in aside
    page, _ = await pages.get("/desk/mails/3")
    assert "请处理" in page
    assert CITIZEN not in page
    assert "13800000000" not in page
    assert "<script>alert" not in page
    ticket, _ = await pages.get(f"/desk/tickets/{number_of(office)}")
    assert f"/desk/mails?ticket={number_of(office)}" in ticket
    mails_of, _ = await pages.get(f"/desk/mails?ticket={number_of(office)}")
    assert "/desk/mails/3" in mails_of


async def test_the_mails_own_markup_is_shut_in(pages: Pages) -> None:
    text, headers = await pages.get("/desk/mails/3/markup")
    policy = headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    for absent in ("script", "tracker", "javascript", "<img", CITIZEN, "13800000000"):
        assert absent not in text


async def test_the_original_is_a_file_and_never_a_page(pages: Pages) -> None:
    status, _, _ = await pages.post("/desk/mails/3/original", reason="")
    assert status == 422
    status, body, headers = await pages.post("/desk/mails/3/original", reason="核对附件")
    assert status == 200
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert b"<html@mail.example>" in body


async def test_replay_from_the_page(pages: Pages, office: Workroom) -> None:
    status, _, _ = await pages.post("/desk/mails/2/replay", **{"as": "report"})
    assert status == 200  # after the redirect
    decide_mails(office)
    assert mails(office)[1]["outcome"] == Outcome.TICKET.value
    status, _, _ = await pages.post("/desk/mails/99999999999999999999/replay")
    assert status == 404
