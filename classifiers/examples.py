"""Texts with their right label: decisions of people, and our own synthetic corpus."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.catalogue import Catalogue, labels
from classifiers.lexicon import APPEALS, Lexicon


class ExampleError(ValueError):
    """A line of a data file cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text. `alternatives` are labels that count as right too (evaluation only).

    `place` is empty where a person found none named, None where nobody said.
    """

    id: str
    label: str
    title: str
    text: str
    weight: float = 1.0
    alternatives: tuple[str, ...] = ()
    appeal: str | None = None
    urgent: bool | None = None
    place: str | None = None


def read_examples(path: Path) -> list[Example]:
    """Read labelled rows (JSON lines: label, text, optional title, appeal, urgent, place …).

    Raises ExampleError for the first line that cannot be used.
    """
    return [_example(where, row) for where, row in read_rows(path)]


def read_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (where, object) for each filled line of a JSON lines file."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{path.name} line {number}"
            try:
                row = json.loads(line)
            except (json.JSONDecodeError, RecursionError) as problem:
                raise ExampleError(f"{where}: is no JSON object: {problem}") from None
            if not isinstance(row, dict):
                raise ExampleError(f"{where}: a JSON object is needed, one a line")
            yield where, row


def text_of(where: str, row: Mapping[str, Any], key: str) -> str:
    """Return a text field, empty where it is missing or null; anything else is an error."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ExampleError(f"{where}: {key!r} must be a text")
    return value


def _example(where: str, row: Mapping[str, Any]) -> Example:
    label = text_of(where, row, "label")
    if label not in labels():
        raise ExampleError(f"{where}: label {label!r} is not suggested in this edition")
    alternatives = row.get("alternatives") or []
    if not isinstance(alternatives, list) or not all(isinstance(one, str) for one in alternatives):
        raise ExampleError(f"{where}: 'alternatives' must be a list of labels")
    appeal = text_of(where, row, "appeal") or None
    if appeal is not None and appeal not in APPEALS:
        raise ExampleError(f"{where}: appeal {appeal!r} must be one of {'、'.join(APPEALS)}")
    urgent = row.get("urgent")
    return Example(
        id=str(row.get("id", where)),
        label=label,
        title=text_of(where, row, "title"),
        text=text_of(where, row, "text"),
        alternatives=tuple(alternatives),
        appeal=appeal,
        urgent=None if urgent is None else bool(urgent),
        place=None if row.get("place") is None else text_of(where, row, "place"),
        weight=_certainty(where, row),
    )


def _certainty(where: str, row: Mapping[str, Any]) -> float:
    """Return how much a decision teaches: rows may say how certain its person was, 1 to 3."""
    certainty = row.get("confidence")
    if certainty is None:
        return 1.0
    if not isinstance(certainty, int) or certainty not in CERTAINTY:
        raise ExampleError(f"{where}: confidence {certainty!r} must be 1, 2 or 3")
    return CERTAINTY[certainty]


def own_corpus(catalogue: Catalogue, lexicon: Lexicon) -> list[Example]:
    """Return the texts every model starts from: names, terms and our synthetic utterances.

    They teach a model the words of each category; they never count as evidence of quality.
    """
    own = [
        Example(f"name-{row.label}", row.label, "", row.name, 2.0) for row in catalogue.suggestible
    ]
    own.extend(
        Example(f"term-{number}", term.label, "", term.text, term.weight)
        for number, term in enumerate(lexicon.terms)
        if term.type != "exclude" and len(term.text) > 1
    )
    own.extend(
        Example(f"utterance-{number}", utterance.label, "", utterance.text, UTTERANCE_WEIGHT)
        for number, utterance in enumerate(lexicon.utterances)
    )
    return own


CERTAINTY = {1: 0.4, 2: 0.8, 3: 1.0}
"""What a decision teaches by how certain its person was; decisions seldom say."""
UTTERANCE_WEIGHT = 3.0
"""A whole sentence teaches more than a single term."""
