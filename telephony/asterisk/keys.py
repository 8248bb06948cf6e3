"""Secrets of one PBX instance: made at its first start, in a file only its owner reads."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """The AMI user's secret, and one for each extension's telephone."""

    ami: str = field(repr=False)
    phones: dict[str, str] = field(repr=False)


def load_keys(folder: Path, extensions: Iterable[str]) -> Keys:
    """The instance's secrets; what is missing is made now, and what is there is never changed.

    Raises OSError or ValueError when the file is there but cannot be read.
    """
    path = folder / FILE
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    phones = dict(kept.get("phones", {}))
    for extension in extensions:
        phones.setdefault(extension, secrets.token_urlsafe(15))
    keys = Keys(kept.get("ami") or secrets.token_urlsafe(24), phones)
    told = {"ami": keys.ami, "phones": keys.phones}
    if told != kept:
        fresh = path.with_name(f".{FILE}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(told, file, indent=1)
        fresh.replace(path)
    return keys
