"""Texts that the shift leader edits: what is said on a call, what is written to citizens.

A text has places to fill, written {名称}. Only the places its wording names may be used, so that
nobody can put another person's data or an internal word into a message by mistake.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_WORDING = 2_000
_PLACE = re.compile(r"\{([^{}\n]{1,12})\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One editable text: its key, what it is for, the text until somebody changes it.

    ``samples`` are the places it may use, each with a made-up value for the preview. ``must`` are
    the places without which the text would be of no use.
    """

    key: str
    title: str
    text: str
    samples: Mapping[str, str] = field(default_factory=dict)
    must: frozenset[str] = frozenset()


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; a line whose only place is empty is left out.

    Values are put in as they are and never read for places again.
    """
    lines = []
    for line in text.splitlines():
        named = _PLACE.findall(line)
        known = [name for name in named if name in values]
        if known and not any(values[name] for name in known):
            continue
        lines.append(_PLACE.sub(lambda found: values.get(found[1], found[0]), line))
    return "\n".join(lines).strip()


def faults(wording: Wording, text: str) -> list[str]:
    """Everything that keeps ``text`` from being used for ``wording``, in Chinese; [] if nothing."""
    found = []
    if not text.strip():
        found.append("请填写内容。")
    if len(text) > LONGEST_WORDING:
        found.append(f"内容不能超过{LONGEST_WORDING}字，现在有{len(text)}字。")
    used = set(_PLACE.findall(text))
    known = "、".join(map(_shown, wording.samples)) or "（没有）"
    strange = sorted(used - {*wording.samples})
    found += [f"不能使用{_shown(name)}，可以使用：{known}。" for name in strange]
    found += [f"必须保留{_shown(name)}。" for name in sorted(wording.must - used)]
    return found


def _shown(name: str) -> str:
    return "{" + name + "}"
