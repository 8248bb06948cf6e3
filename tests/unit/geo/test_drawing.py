"""The sample's tables are what its drawing draws: nobody edited one without the other."""

from pathlib import Path

import pytest

import intake.sample
from intake.sample.drawing.__main__ import draw
from intake.sample.drawing.curves import chance, smoothed, weathered

HOME = Path(intake.sample.__file__).parent
DRAWN = ["regions", "communities", "villages", "grids", "roads", "river", "landmarks"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("drawn")
    draw(home)
    return home


@pytest.mark.parametrize("table", DRAWN)
def test_drawing_again_gives_the_same_table(table: str, drawn: Path) -> None:
    assert (drawn / f"{table}.tsv").read_text() == (HOME / f"{table}.tsv").read_text()


def test_chance_depends_on_its_key_alone() -> None:
    assert chance("a", 1) == chance("a", 1)
    assert chance("a", 1) != chance("a", 2)
    assert all(0 <= chance("spread", number) < 1 for number in range(1000))


def test_lines_keep_their_ends() -> None:
    corner = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0)]
    for line in (smoothed(corner), weathered(corner, "key", 0.1, 50)):
        assert (line[0], line[-1]) == (corner[0], corner[-1])
        assert len(line) > len(corner)
