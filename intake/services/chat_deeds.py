"""What a turn of a conversation does: hand in, add, tell how it stands, take an answer, forget."""

from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import delete, insert, update

from intake.domain import chat_words as words
from intake.domain.chat import Chat, ChatState, Deed, DeedKind, Draft, why_buttons
from intake.domain.contact import Outcome, Source
from intake.domain.errors import Refusal
from intake.domain.message import Button, Direction, MessageChannel, Origin
from intake.domain.people import CITIZEN
from intake.domain.progress import citizen_status
from intake.domain.submission import Datum, Place, Submission
from intake.domain.visit import Solved
from intake.geo.coordinates import Datum as MapDatum
from intake.geo.coordinates import to_wgs84
from intake.services.accept import write_tickets
from intake.services.chat_rows import Held, reports_of
from intake.services.citizen_answer import write_answer, write_reason
from intake.services.stepping import find_ticket
from intake.services.supplement import write_supplement
from intake.services.workroom import Workroom
from intake.store.tables import chat, chat_media, contact, message
from intake.store.unit import Unit

MEDIA_TOPIC = "chat.media"
_DATUMS = {MessageChannel.WECHAT: Datum.GCJ02}


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said after a deed."""

    text: str = ""
    buttons: tuple[Button, ...] = ()


def do(room: Workroom, unit: Unit, held: Held, deed: Deed, contact_id: int | None) -> Reply:
    """Do it inside the caller's transaction; ``contact_id`` is the arrival that asked for it."""
    match deed.kind:
        case DeedKind.SUBMIT:
            return _submit(room, unit, held, deed.draft, contact_id)
        case DeedKind.SUPPLEMENT:
            return _supplement(room, unit, held, deed, contact_id)
        case DeedKind.STATUS:
            return _status(unit, held)
        case DeedKind.ANSWER | DeedKind.EXPLAIN:
            return _answer(room, unit, held, deed)
        case DeedKind.DROP:
            decide(unit, deed.draft.contacts, Outcome.REFUSED, remark="cancelled")
            return Reply()
        case DeedKind.FORGET:
            decide(unit, deed.draft.contacts, Outcome.REFUSED, remark="cancelled")
            _forget(unit, held)
            return Reply()


def decide(
    unit: Unit,
    contacts: tuple[int, ...],
    outcome: Outcome,
    *,
    ticket_id: int | None = None,
    remark: str = "",
) -> None:
    """Give these arrivals their one outcome."""
    if not contacts:
        return
    unit.conn.execute(
        update(contact)
        .where(contact.c.id.in_(contacts))
        .values(outcome=outcome.value, outcome_at=unit.now, ticket_id=ticket_id, remark=remark)
    )


def _submit(room: Workroom, unit: Unit, held: Held, draft: Draft, contact_id: int | None) -> Reply:
    raw = draft.text.encode("utf-8", "replace")
    report = Submission(
        source=Source.BOT,
        external_id=f"chat:{held.id}:{contact_id or draft.contacts[0]}",
        received_at=unit.now,
        text=draft.text,
        raw=raw,
        raw_hash=sha256(raw).hexdigest(),
        place=_place(room, held.channel, draft),
        origin=_origin(held, draft),
    )
    [(key, _)] = write_tickets(room, unit, [report])
    _plan_media(room, unit, held, draft, key)
    first, *rest = _all(draft, contact_id)
    decide(unit, (first,), Outcome.TICKET, ticket_id=key)
    decide(unit, tuple(rest), Outcome.SUPPLEMENT, ticket_id=key)
    # The receipt follows from the fact, as for every channel.
    return Reply()


def _supplement(
    room: Workroom, unit: Unit, held: Held, deed: Deed, contact_id: int | None
) -> Reply:
    sheet = find_ticket(unit.conn, deed.number)
    said = deed.draft.text
    if deed.draft.position:
        lon, lat = deed.draft.position
        said = f"{said}\n位置：{lon:.6f},{lat:.6f}".strip()
    said = said or "（照片）"
    try:
        write_supplement(
            room,
            unit,
            CITIZEN,
            sheet,
            said,
            contact_id=deed.draft.contacts[0] if deed.draft.contacts else contact_id,
            origin=_origin(held, deed.draft),
        )
    except Refusal:
        held.chat = Chat(state=ChatState.DRAFTING, draft=deed.draft)
        if contact_id is not None:
            decide(unit, (contact_id,), Outcome.AUTOMATIC)
        return Reply(words.GONE_ON.format(number=deed.number))
    _plan_media(room, unit, held, deed.draft, sheet.id)
    decide(unit, _all(deed.draft, contact_id), Outcome.SUPPLEMENT, ticket_id=sheet.id)
    return Reply(words.SUPPLEMENTED.format(number=deed.number))


def _all(draft: Draft, contact_id: int | None) -> tuple[int, ...]:
    """Every arrival of a draft, and the one that handed it in."""
    return draft.contacts if contact_id is None else (*draft.contacts, contact_id)


def _status(unit: Unit, held: Held) -> Reply:
    found = reports_of(unit.conn, held.hash, still_open=False)
    if not found:
        return Reply(words.NO_REPORTS)
    return Reply("\n".join(f"{number}：{citizen_status(state)[1]}" for number, state in found))


def _answer(room: Workroom, unit: Unit, held: Held, deed: Deed) -> Reply:
    mine = [number for number, _ in reports_of(unit.conn, held.hash)]
    if deed.number not in mine:
        return Reply(words.NOT_ASKED)
    if deed.kind is DeedKind.EXPLAIN:
        noted = write_reason(room, unit, deed.number, deed.word)
        return Reply(words.NOTED if noted else words.ANSWERED_BEFORE)
    solved = Solved(deed.word)
    try:
        if not write_answer(room, unit, deed.number, solved):
            return Reply(words.ANSWERED_BEFORE)
    except Refusal:
        return Reply(words.NOT_ASKED)
    if solved is Solved.SOLVED:
        return Reply(words.THANKS)
    buttons = why_buttons(deed.number)
    held.chat = replace(held.chat, offered=buttons)
    return Reply(words.WHY, buttons)


def _forget(unit: Unit, held: Held) -> None:
    """The reports stay as the law asks; the way to this person is erased."""
    unit.conn.execute(
        update(message)
        .where(message.c.address_hash == held.hash, message.c.direction == Direction.IN.value)
        .values(address=None, address_hash=None)
    )
    unit.conn.execute(delete(chat).where(chat.c.id == held.id))


def _plan_media(room: Workroom, unit: Unit, held: Held, draft: Draft, ticket_id: int) -> None:
    for media in draft.media:
        key = unit.conn.execute(
            insert(chat_media)
            .values(
                ticket_id=ticket_id,
                channel=held.channel.value,
                kind=media.kind,
                ref=room.cipher.seal(media.ref, f"chat.media:{ticket_id}"),
                state="WAITING",
                key="",
                media_type="",
                size=0,
                trouble="",
                asked_at=unit.now,
            )
            .returning(chat_media.c.id)
        ).scalar_one()
        unit.enqueue(MEDIA_TOPIC, str(key), {"media": key})


def _origin(held: Held, draft: Draft) -> Origin:
    last = draft.texts[-1][0] if draft.texts else ""
    return Origin(held.channel, held.address, last)


def _place(room: Workroom, channel: MessageChannel, draft: Draft) -> Place:
    """The position sent, if it lies in the county; else the words have to do."""
    if draft.position is None:
        return Place()
    lon, lat = draft.position
    datum = _DATUMS.get(channel, Datum.WGS84)
    spot = to_wgs84(lon, lat, MapDatum(datum.value))
    location = room.county.diagnose(spot.lon, spot.lat).location
    if location is None:
        return Place()
    return Place(
        lon=spot.lon,
        lat=spot.lat,
        original_lon=lon,
        original_lat=lat,
        datum=datum,
        town_code=location.town.code if location.town else "",
        unit_grid_code=location.unit_grid_code or "",
        in_area=location.in_managed_area,
    )
