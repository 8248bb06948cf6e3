"""Both databases find the same tickets, newest first, page by page."""

import pytest

from classifiers.text import search_tokens
from intake.services.workroom import Workroom
from intake.store import search

TEXTS = {
    1: "中山路路口垃圾成堆",
    2: "中山路的路灯坏了",
    3: "建设街垃圾桶满了，KFC门口",
    4: "建设街路灯不亮",
    5: "中山路垃圾 中山路垃圾",
}


@pytest.fixture
def texts(room: Workroom) -> Workroom:
    for key, words in TEXTS.items():
        put(room, key, search_tokens(words))
    return room


def put(room: Workroom, key: int, tokens: list[str]) -> None:
    room.database.write(lambda unit: search.index(unit.conn, key, tokens))


def found(room: Workroom, query: str, before: int | None = None, limit: int = 50) -> list[int]:
    with room.database.read() as conn:
        return search.search(conn, search_tokens(query), before=before, limit=limit)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("垃圾", [5, 3, 1]),
        ("中山路", [5, 2, 1]),
        ("中山路垃圾", [5, 1]),
        ("中山路 路灯", [2]),
        ("kfc", [3]),
        ("KFC", [3]),
        ("井盖", []),
        ("垃圾 井盖", []),
        ("，。！", []),
        ("", []),
    ],
)
def test_every_word_must_be_there(texts: Workroom, query: str, keys: list[int]) -> None:
    assert found(texts, query) == keys


def test_pages_follow_each_other(texts: Workroom) -> None:
    assert found(texts, "中山路", limit=2) == [5, 2]
    assert found(texts, "中山路", before=2, limit=2) == [1]


def test_indexing_again_replaces_the_words(texts: Workroom) -> None:
    put(texts, 1, ["井盖"])
    assert found(texts, "垃圾") == [5, 3]
    assert found(texts, "井盖") == [1]


@pytest.mark.parametrize(
    "hostile",
    ['"', "'", "垃圾' | 'x", 'NEAR("垃圾")', "垃圾 OR 路灯", "*", "tokens:垃圾", "\\", "!"],
)
def test_operators_are_only_words(texts: Workroom, hostile: str) -> None:
    with texts.database.read() as conn:
        search.search(conn, [hostile])
        assert search.search(conn, [hostile, "没有这个词"]) == []


def test_words_beyond_the_basic_plane_stay_whole(room: Workroom) -> None:
    put(room, 7, ["𫠊", "㐂道", "路"])
    with room.database.read() as conn:
        assert search.search(conn, ["𫠊"]) == [7]
        assert search.search(conn, ["㐂道"]) == [7]
        assert search.search(conn, ["道"]) == []


def test_a_text_without_words_can_be_indexed(room: Workroom) -> None:
    put(room, 8, [])
    with room.database.read() as conn:
        assert search.search(conn, ["垃圾"]) == []


def test_a_rare_old_word_is_found_behind_many_newer_tickets(
    room: Workroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_NEWEST", 5)
    for key in range(1, 31):
        put(room, key, ["路", "积雪"] if key in (2, 3) else ["路"])
    with room.database.read() as conn:
        assert search.search(conn, ["积雪"]) == [3, 2]
        assert search.search(conn, ["路"], limit=4) == [30, 29, 28, 27]
        assert search.search(conn, ["路"], limit=10, before=9) == [8, 7, 6, 5, 4, 3, 2, 1]
