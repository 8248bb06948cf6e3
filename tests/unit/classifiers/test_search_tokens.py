"""Search terms: stable, folded, and the same for a query as for the document it is part of."""

import pytest

from classifiers.text import fold, search_tokens


def test_widths_and_case_are_folded() -> None:
    assert search_tokens("ＡＢＣ１２路灯") == search_tokens("abc12路灯")


def test_every_dictionary_word_is_a_term() -> None:
    terms = search_tokens("解放街路口的井盖")
    assert {"解放", "解放街", "路口", "井盖"} <= set(terms)
    assert "的" not in terms


@pytest.mark.parametrize("query", ["井盖", "解放街", "路口", "bus8路", "翘起来"])
def test_terms_of_a_part_are_terms_of_the_whole(query: str) -> None:
    whole = "在解放街路口，bus8路 井盖翘起来了"
    assert set(search_tokens(query)) <= set(search_tokens(whole))


def test_unknown_characters_stand_alone() -> None:
    assert search_tokens("囧𠮷") == ["囧", "𠮷"]


@pytest.mark.parametrize("text", ["", " \n", "\ud800", "\x00", "，。！", "🙂"])
def test_nothing_to_search_for(text: str) -> None:
    assert search_tokens(text) == []


@pytest.mark.parametrize("text", ["ＬＥＤ①㍿é", "e\u0301路灯", "ﷺ路灯", "Ａ路灯\u200b"])
def test_a_folded_span_leads_back_to_the_source(text: str) -> None:
    folded = fold(text)
    assert folded.original(0, len(folded.text)) in text
    for index in range(len(folded.text)):
        assert folded.original(index, index + 1) in text
