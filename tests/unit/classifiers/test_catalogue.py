"""The catalogue: three editions, the labels of today, and the search of live typing."""

import csv
from pathlib import Path

import pytest

from classifiers.catalogue import (
    CURRENT_EDITION,
    FOLDER,
    CatalogueError,
    catalogue,
    crosswalk,
    labels,
    name_of,
    out_fields,
    read_catalogue,
)
from classifiers.finder import search


def test_the_current_edition_is_complete() -> None:
    rows = [row for row in catalogue().rows if row.edition == CURRENT_EDITION]
    assert sum(row.kind == "COMPONENT" for row in rows) == 153
    assert sum(row.kind == "EVENT" for row in rows) == 250
    assert sum(row.edition == "CJ/T 214-2007" for row in catalogue().rows) == 135


def test_a_mirrored_event_is_never_suggested_and_leads_to_its_component() -> None:
    mirror = catalogue().by_label("E01037")
    assert mirror is not None
    assert mirror.mirrored
    assert "E01037" not in labels()
    assert catalogue().component_of(mirror).label == "C01037"


def test_every_label_has_a_name_and_every_field_an_authority() -> None:
    assert all(name_of(label) for label in labels())
    assert len(out_fields()) == 16
    assert all(out_fields().values())
    with pytest.raises(KeyError, match="C99999"):
        name_of("C99999")


def test_codes_of_two_editions_do_not_mix() -> None:
    old = catalogue().by_code("CJ/T 214-2007", "EVENT", "0401")
    newer = catalogue().by_code("GB/T 30428.2-2013", "EVENT", "0401")
    assert old is not None
    assert newer is not None
    assert (old.name, newer.name) == ("路面塌陷", "无照经营游商")


def test_the_crosswalk_only_leads_to_categories_that_exist() -> None:
    for step in crosswalk():
        assert catalogue().by_code(step.from_edition, step.kind, step.from_code) is not None
        if step.to_code is not None:
            assert step.to_edition is not None
            assert catalogue().by_code(step.to_edition, step.kind, step.to_code) is not None


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("01037", "C01037"),
        ("e11005", "E11005"),
        ("路灯", "C01037"),
        ("ld", "C01037"),
        ("ludeng", "C01037"),
        ("lajixiang", "C03005"),
        ("违建", "E06001"),
        ("暴露", "E06010"),
        ("Ｅ１１００１", "E11001"),
    ],
)
def test_search_finds_by_code_name_synonym_and_pinyin(query: str, first: str) -> None:
    assert search(query)[0].label == first


@pytest.mark.parametrize("query", ["", "   ", "|", "\ud800", "zzzzzz", "🙂", "x" * 10_000])
def test_search_of_nothing_finds_nothing(query: str) -> None:
    assert search(query) == []


def test_search_keeps_its_limit_and_its_order() -> None:
    assert len(search("井盖", 3)) == 3
    assert search("井盖") == search("井盖")
    assert search("井盖", 0) == []


def test_a_code_twice_is_refused(tmp_path: Path) -> None:
    source = FOLDER / "local_emergencies.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    (tmp_path / "one.csv").write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    with pytest.raises(CatalogueError, match="occurs twice"):
        read_catalogue(tmp_path)


def test_a_wrong_kind_is_named_with_its_line(tmp_path: Path) -> None:
    with (FOLDER / "local_emergencies.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    rows[2][0] = "MATTER"
    (tmp_path / "one.csv").write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"one\.csv line 3: kind 'MATTER'"):
        read_catalogue(tmp_path)
