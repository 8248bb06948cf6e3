"""An invitation in a mail (RFC 5545), told in one line: what, when, where."""

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"^(SUMMARY|DTSTART|LOCATION)(?:;[^:\r\n]{0,200})?:(.{0,500})$", re.MULTILINE)
_LABELS = {"SUMMARY": "", "DTSTART": "时间：", "LOCATION": "地点："}
_LARGEST = 100_000


def told(text: str) -> str:
    """The invitation's first values; empty when it has none."""
    found: dict[str, str] = {}
    for name, value in _LINE.findall(_FOLD.sub("", text[:_LARGEST])):
        found.setdefault(name, value.replace("\\n", " ").replace("\\,", ",").strip())
    parts = [f"{label}{found[name]}" for name, label in _LABELS.items() if found.get(name)]
    return f"【日程】{' '.join(parts)}" if parts else ""
