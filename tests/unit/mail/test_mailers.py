"""Every mailer's answer: the citizen's own words and nothing of what he answers to."""

import pytest

from channels.email.read import read
from channels.email.subjects import canonical, is_reply
from tests.mail.mailers import MAILERS, Mailer

WORDS = "在中山路菜市场门口，镕基巷子对面，第二根灯杆不亮。"
QUESTION = "请问具体在哪个路口？"


@pytest.mark.parametrize("mailer", MAILERS.values(), ids=MAILERS)
def test_own_words_alone(mailer: Mailer) -> None:
    letter = read(mailer(WORDS, QUESTION))
    # Foxmail signs with the bare address, which is left as it is.
    assert letter.visible.removesuffix(letter.sender).strip() == WORDS
    assert QUESTION in letter.text or not letter.markup
    assert letter.sender_name == "张三"


@pytest.mark.parametrize("mailer", MAILERS.values(), ids=MAILERS)
def test_subjects_meet_without_their_prefix(mailer: Mailer) -> None:
    subject = read(mailer(WORDS, QUESTION)).subject
    assert is_reply(subject)
    assert canonical(subject) in {canonical("请补充"), canonical("more, PLEASE")}


def test_markup_hides_nothing_in_the_text() -> None:
    letter = read(MAILERS["only_markup"](WORDS, QUESTION))
    for absent in ("alert", "color:red", "看不见", "tracker"):
        assert absent not in letter.text
