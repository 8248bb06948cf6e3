"""What the operator reads beside a message that has not gone out."""

from datetime import UTC, datetime, timedelta

import pytest

from intake.domain.message import MessageState, sending_progress

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in the county."""


@pytest.mark.parametrize(
    ("state", "tries", "wait", "words"),
    [
        (MessageState.WAITING, 2, timedelta(minutes=35), "已试 2 次，10:35 再试"),
        (MessageState.WAITING, 6, timedelta(hours=24), "已试 6 次，11月25日10:00 再试"),
        (MessageState.WAITING, 6, timedelta(hours=14), "已试 6 次，11月25日00:00 再试"),
        (MessageState.WAITING, 1, timedelta(0), "已试 1 次，马上再试"),
        (MessageState.WAITING, 0, timedelta(0), ""),
        (MessageState.WAITING, 0, timedelta(hours=8), "夜间不打扰市民，18:00 发出"),
        (MessageState.FAILED, 8, None, "试了 8 次"),
        (MessageState.FAILED, 1, None, ""),
        (MessageState.SENT, 3, None, ""),
        (MessageState.RECEIVED, 0, None, ""),
    ],
)
def test_progress(state: MessageState, tries: int, wait: timedelta | None, words: str) -> None:
    next_at = None if wait is None else NOW + wait
    assert sending_progress(state, tries, next_at, NOW) == words
