"""The conversation of a messenger, as a pure table of turns: what was heard leads to what is said.

A citizen tells what is wrong in as many messages as he likes and hands it in with one word; he may
add to an earlier report, ask how it stands, take back what he has not handed in, and be forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from intake.domain import chat_words as words
from intake.domain.message import Button
from intake.domain.return_visit import DISSATISFACTION_REASONS
from intake.domain.visit import Solved

MOST_MEDIA = 9
LONGEST_TEXT = 5_000
_OFFERED = 3


class ChatState(StrEnum):
    """IDLE: nothing begun. CHOOSING: new, or about an earlier report? DRAFTING: being told."""

    IDLE = "IDLE"
    CHOOSING = "CHOOSING"
    DRAFTING = "DRAFTING"


@dataclass(frozen=True, slots=True)
class Media:
    """A file that is still at the messenger's; ``ref`` fetches it. ``kind``: photo, voice, file."""

    kind: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message as a door understood it. ``message`` is the messenger's own number of it."""

    message: str
    text: str = ""
    command: str = ""
    pressed: str = ""
    media: tuple[Media, ...] = ()
    position: tuple[float, float] | None = None
    album: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been told and not handed in: texts by message, files, a position, its contacts."""

    texts: tuple[tuple[str, str], ...] = ()
    media: tuple[Media, ...] = ()
    position: tuple[float, float] | None = None
    contacts: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.texts)

    @property
    def empty(self) -> bool:
        return not (self.texts or self.media or self.position)


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a conversation stands. ``offered`` are the buttons last shown, ``album`` the last."""

    state: ChatState = ChatState.IDLE
    draft: Draft = field(default_factory=Draft)
    offered: tuple[Button, ...] = ()
    album: str = ""


class DeedKind(StrEnum):
    """What a turn asks the house to do."""

    SUBMIT = "SUBMIT"
    SUPPLEMENT = "SUPPLEMENT"
    STATUS = "STATUS"
    DROP = "DROP"
    FORGET = "FORGET"
    ANSWER = "ANSWER"
    EXPLAIN = "EXPLAIN"


@dataclass(frozen=True, slots=True)
class Deed:
    """``draft`` is what is handed in, ``number`` the report it is about, ``word`` the choice."""

    kind: DeedKind
    draft: Draft = field(default_factory=Draft)
    number: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """The conversation after one message, what is said, and what is to be done."""

    chat: Chat
    say: str = ""
    buttons: tuple[Button, ...] = ()
    deed: Deed | None = None


SUBMIT = Button("提交", "submit")
CANCEL = Button("取消", "cancel")
NEW = Button("反映新问题", "new")
_WORDS = {
    "提交": "submit",
    "取消": "cancel",
    "进度": "status",
    "查询进度": "status",
    "帮助": "help",
}


def hear(chat: Chat, heard: Heard, reports: Sequence[str] = ()) -> Turn:
    """One turn. ``reports`` are the numbers of this citizen's reports that are still open."""
    wish = heard.pressed or heard.command or _meant(chat, heard)
    if wish:
        return _wished(chat, wish, reports)
    if heard.edited:
        return _edited(chat, heard)
    return _told(chat, heard, reports)


def _meant(chat: Chat, heard: Heard) -> str:
    """A word or a number may stand for a button, for messengers that have none."""
    typed = heard.text.strip()
    if heard.edited or heard.media or heard.position:
        return ""
    for place, button in enumerate(chat.offered, start=1):
        if typed in {button.label, str(place)}:
            return button.data
    return _WORDS.get(typed, "")


def _wished(chat: Chat, wish: str, reports: Sequence[str]) -> Turn:
    name, _, rest = wish.partition(":")
    number, _, word = rest.partition(":")
    match name:
        case "submit":
            return _submit(chat)
        case "cancel":
            deed = None if chat.draft.empty else Deed(DeedKind.DROP, chat.draft)
            return Turn(Chat(), words.CANCELLED if deed else words.NOTHING_BEGUN, deed=deed)
        case "new" if chat.state is ChatState.CHOOSING:
            return _drafting(chat)
        case "about" if chat.state is ChatState.CHOOSING and number in reports:
            return Turn(Chat(), deed=Deed(DeedKind.SUPPLEMENT, chat.draft, number))
        case "solved" if word in set(Solved):
            return Turn(chat, deed=Deed(DeedKind.ANSWER, number=number, word=word))
        case "why" if word.isascii() and word.isdigit() and len(word) < 3:
            return _explained(chat, number, int(word))
        case "status":
            return Turn(chat, deed=Deed(DeedKind.STATUS))
        case "delete":
            return Turn(Chat(), words.FORGOTTEN, deed=Deed(DeedKind.FORGET, chat.draft))
        case "start" | "help":
            return Turn(chat, words.GREETING)
        case _:
            return Turn(chat, words.NOT_UNDERSTOOD)


def _submit(chat: Chat) -> Turn:
    if chat.draft.empty:
        return Turn(chat, words.NOTHING_BEGUN)
    if not chat.draft.text.strip():
        return Turn(chat, words.TEXT_NEEDED)
    return Turn(Chat(), deed=Deed(DeedKind.SUBMIT, chat.draft))


def _explained(chat: Chat, number: str, place: int) -> Turn:
    if place >= len(DISSATISFACTION_REASONS):
        return Turn(chat, words.NOT_UNDERSTOOD)
    reason = DISSATISFACTION_REASONS[place]
    return Turn(chat, words.NOTED, deed=Deed(DeedKind.EXPLAIN, number=number, word=reason))


def why_buttons(number: str) -> tuple[Button, ...]:
    """The reasons to choose from after "not solved"."""
    return tuple(
        Button(reason, f"why:{number}:{place}")
        for place, reason in enumerate(DISSATISFACTION_REASONS)
    )


def _edited(chat: Chat, heard: Heard) -> Turn:
    known = [message for message, _ in chat.draft.texts]
    if heard.message not in known:
        return Turn(chat, words.TOO_LATE_TO_EDIT)
    texts = tuple(
        (message, heard.text if message == heard.message else text)
        for message, text in chat.draft.texts
    )
    draft = replace(chat.draft, texts=texts)
    if len(draft.text) > LONGEST_TEXT:
        return Turn(chat, words.TOO_LONG)
    return Turn(replace(chat, draft=draft), words.EDITED, chat.offered)


def _told(chat: Chat, heard: Heard, reports: Sequence[str]) -> Turn:
    draft = chat.draft
    if heard.text.strip():
        draft = replace(draft, texts=(*draft.texts, (heard.message, heard.text.strip())))
    draft = replace(
        draft,
        media=(*draft.media, *heard.media)[:MOST_MEDIA],
        position=heard.position or draft.position,
    )
    if draft == chat.draft:
        full = bool(heard.media)
        return Turn(chat, words.TOO_MANY_FILES if full else words.NOT_UNDERSTOOD, chat.offered)
    if len(draft.text) > LONGEST_TEXT:
        return Turn(chat, words.TOO_LONG, chat.offered)
    same_album = bool(heard.album) and heard.album == chat.album
    after = replace(chat, draft=draft, album=heard.album)
    if same_album:
        return Turn(after)
    if chat.state is ChatState.IDLE and reports:
        return _choosing(after, reports)
    if chat.state is ChatState.CHOOSING:
        return Turn(after, words.NEW_OR_EARLIER, chat.offered)
    return _drafting(after)


def _choosing(chat: Chat, reports: Sequence[str]) -> Turn:
    offered = (*(Button(f"补充 {one}", f"about:{one}") for one in reports[:_OFFERED]), NEW)
    after = replace(chat, state=ChatState.CHOOSING, offered=offered)
    return Turn(after, words.NEW_OR_EARLIER, offered)


def _drafting(chat: Chat) -> Turn:
    offered = (SUBMIT, CANCEL)
    after = replace(chat, state=ChatState.DRAFTING, offered=offered)
    draft = chat.draft
    if not draft.text:
        return Turn(after, words.TEXT_NEEDED, offered)
    missing = words.missing(photos=bool(draft.media), position=draft.position is not None)
    return Turn(after, f"{words.NOTED_DOWN}{missing}{words.THEN_SUBMIT}", offered)
