"""The word lists are read strictly: a wrong line is named, never skipped."""

from pathlib import Path

import pytest

from classifiers.lexicon import LexiconError, lexicon, read_lexicon


def test_the_shipped_word_lists_are_whole() -> None:
    words = lexicon()
    assert words.terms
    assert words.utterances
    assert words.triggers
    assert words.appeal_cues
    assert words.place_words.generic


def test_an_empty_folder_is_an_empty_lexicon(tmp_path: Path) -> None:
    assert read_lexicon(tmp_path).terms == ()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("terms_C01.tsv", "label\tterm\n", "line 1: the header must be"),
        ("terms_C01.tsv", "label\ttype\tterm\tweight\nC01037\tname\t路灯\n", "line 2: 4 filled"),
        ("terms_C01.tsv", "label\ttype\tterm\tweight\nC01037\tpet\t灯\t1\n", "type 'pet'"),
        ("terms_C01.tsv", "label\ttype\tterm\tweight\nC01037\tname\t灯\tnan\n", "weight 'nan'"),
        ("terms_C01.tsv", "label\ttype\tterm\tweight\nC01037\tname\t灯\t9\n", "weight '9'"),
        ("terms_E01.tsv", "label\ttype\tterm\tweight\nE01037\tname\t灯\t1\n", "label 'E01037'"),
        ("utterances_E06.tsv", "label\ttext\nE06999\t好\n", "label 'E06999'"),
        ("fields.tsv", "field\tterm\tweight\n天气\t下雨\t1\n", "field '天气'"),
        ("urgency.tsv", "term\tlevel\treason\n起火\t一般\t火\n", "level '一般'"),
        ("urgency.tsv", "term\tlevel\treason\nre:(\t紧急\t火\n", "no regular expression"),
        ("appeal.tsv", "appeal\tterm\tweight\n抱怨\t烦\t1\n", "appeal '抱怨'"),
        ("confusable.tsv", "label_a\tlabel_b\tfact\nC01037\tC01037\t同\n", "with itself"),
        (
            "confusable.tsv",
            "label_a\tlabel_b\tfact\nC01037\tC01039\t甲\nC01039\tC01037\t乙\n",
            "already told apart",
        ),
        ("place_words.tsv", "kind\tword\nother\t小区\n", "kind 'other'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        read_lexicon(tmp_path)
    assert message in str(caught.value)
    assert name in str(caught.value)


def test_comments_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    content = "# ours\nlabel\ttype\tterm\tweight\n\n# more\nC01037\tname\t路灯\t2.0\r\n"
    (tmp_path / "terms_C01.tsv").write_text(content, encoding="utf-8")
    assert [term.text for term in read_lexicon(tmp_path).terms] == ["路灯"]
