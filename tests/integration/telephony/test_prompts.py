"""What callers hear: spoken by a speech program, replaced by what people have recorded."""

import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.address import require_program
from tests.services.asterisk import write_tone

SCRIPT = Path(__file__).parents[3] / "deploy" / "asterisk" / "prompts"
Make = Callable[[dict[str, str]], str]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make these texts into sounds below sounds/zh; tells what the script said."""
    require_program("espeak-ng")
    require_program("sox")

    def run(texts: dict[str, str]) -> str:
        done = subprocess.run(
            [SCRIPT, tmp_path / "sounds" / "zh", tmp_path / "recorded"],
            input="".join(f"{name}\t{text}\n" for name, text in texts.items()),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    return run


def seconds(path: Path) -> float:
    """Length of a sound that a telephone line can carry and that is not silent."""
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        frames = sound.readframes(sound.getnframes())
        assert any(frames), path
        return sound.getnframes() / 8000


def test_texts_are_spoken(make: Make, tmp_path: Path) -> None:
    make({"minsheng/short": "您好。", "minsheng/long": "您好，欢迎致电城市管理服务热线，请稍候。"})
    spoken = tmp_path / "sounds" / "zh" / "minsheng"
    assert 0.2 < seconds(spoken / "short.wav") < 2
    assert seconds(spoken / "long.wav") > 2 * seconds(spoken / "short.wav")
    assert seconds(tmp_path / "sounds" / "zh" / "beep.wav") < 1
    assert seconds(tmp_path / "moh" / "waiting.wav") > 3


def test_only_what_changed_is_made_again(make: Make) -> None:
    assert "2 made" in make({"a": "一", "b": "二"})
    assert "0 made" in make({"a": "一", "b": "二"})
    assert "1 made" in make({"a": "一", "b": "三"})


def test_a_recorded_sound_replaces_a_spoken_one(make: Make, tmp_path: Path) -> None:
    make({"minsheng/greeting": "您好。"})
    greeting = tmp_path / "sounds" / "zh" / "minsheng" / "greeting.wav"
    write_tone(tmp_path / "recorded" / "minsheng" / "greeting.wav", seconds=3)
    assert "1 made" in make({"minsheng/greeting": "您好。"})
    assert seconds(greeting) == pytest.approx(3, abs=0.1)
    (tmp_path / "recorded" / "minsheng" / "greeting.wav").unlink()
    make({"minsheng/greeting": "您好。"})
    assert seconds(greeting) < 2
