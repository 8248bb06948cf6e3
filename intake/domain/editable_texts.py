"""Every text that the shift leader may edit, by where it is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from intake.domain.message_texts import MESSAGE_WORDINGS
from intake.domain.phone_scripts import PHONE_SCRIPTS
from intake.domain.wording import Wording


@dataclass(frozen=True, slots=True)
class TextSection:
    """Texts for one use; ``hint`` says what becomes of a place without a value."""

    key: str
    title: str
    hint: str
    wordings: tuple[Wording, ...]


TEXT_SECTIONS: tuple[TextSection, ...] = (
    TextSection(
        "scripts",
        "电话话术",
        "接线员照着说的话；系统还不知道的词显示为“……”，由接线员询问。",
        PHONE_SCRIPTS,
    ),
    TextSection(
        "messages",
        "消息用语",
        "系统自动发给市民的文字；没有内容的行不发。",
        MESSAGE_WORDINGS,
    ),
)
EDITABLE_TEXTS: Mapping[str, Wording] = MappingProxyType(
    {wording.key: wording for section in TEXT_SECTIONS for wording in section.wordings}
)
