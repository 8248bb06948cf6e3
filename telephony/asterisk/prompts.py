"""What callers hear, as texts: a speech program reads them, or people who record them."""

from functools import cache
from pathlib import Path

_TEXTS = Path(__file__).parent / "prompts.tsv"


def prompt_texts(county: str, hotline: str) -> dict[str, str]:
    """Text by sound name, as it lies below the sounds of one language.

    `{county}` and `{hotline}` stand for the county's name and the number. Digits have the names
    Asterisk itself asks for when it says a number; the rest lies in ``minsheng/``.
    """
    told = {"county": county, "hotline": hotline}
    return {
        key if "/" in key else f"minsheng/{key}": text.format(**told)
        for key, text in _template_lines()
    }


@cache
def _template_lines() -> tuple[tuple[str, str], ...]:
    lines = _TEXTS.read_text("utf-8").splitlines()
    pairs = (line.partition("\t") for line in lines if line)
    return tuple((key, text) for key, _, text in pairs)
