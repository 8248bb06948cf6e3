"""Model files on disk: saving and loading a trained part, and which version is in force."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.appeal import evidence_size
from classifiers.archive import Archive, ModelError, read_archive, write_archive
from classifiers.catalogue import CURRENT_EDITION, labels
from classifiers.category import Trained
from classifiers.county import CountyPart, Question, answers_of, fields_of
from classifiers.features import Vectorizer
from classifiers.lexicon import APPEALS
from classifiers.linear import Columns, LinearPart
from classifiers.mixing import EVIDENCE, Prior
from classifiers.place_part import PlacePart
from classifiers.place_signs import PLACES_VERSION, SPAN_SIGNS, TABLE
from classifiers.text import TOKENIZER_VERSION

FEATURES_VERSION = "features-3"
_INDEX = "models.json"


def requirements() -> dict[str, Any]:
    """Return what a model must have been made for to be used by this program."""
    return {
        "edition": CURRENT_EDITION,
        "tokenizer": TOKENIZER_VERSION,
        "features": FEATURES_VERSION,
        "labels": list(labels()),
        "evidence": list(EVIDENCE),
        "appeals": list(APPEALS),
    }


def save(path: Path, trained: Trained, name: str, facts: Mapping[str, Any]) -> str:
    """Write a model file and return its version. `facts` (counts, figures) are kept with it."""
    arrays, texts = _packed("cold", trained.linear)
    arrays |= {"log_share": trained.prior.log_share, "mixing": trained.weights}
    county = trained.county
    if county is not None:
        more_arrays, more_texts = _packed("county", county.linear)
        arrays |= more_arrays
        texts |= more_texts
        for asked, question in _questions(county).items():
            arrays[f"{asked}_carried"] = question.carried
            arrays[f"{asked}_constant"] = question.constant
            arrays[f"{asked}_columns"] = question.columns
            arrays[f"{asked}_sureness"] = question.sureness
    arrays |= _place_arrays(trained.place)
    header = {"name": name, "facts": dict(facts), **requirements()}
    return write_archive(path, Archive(header, arrays, texts))


def _packed(name: str, linear: LinearPart) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays = {
        f"{name}_weights": linear.weights,
        f"{name}_bias": linear.bias,
        f"{name}_idf": linear.vectorizer.idf,
    }
    texts = {
        f"{name}_vocabulary": list(linear.vectorizer.keys),
        f"{name}_columns": list(linear.columns.names),
    }
    return arrays, texts


def _unpacked(name: str, archive: Archive) -> LinearPart:
    return LinearPart(
        Vectorizer(archive.texts[f"{name}_vocabulary"], archive.arrays[f"{name}_idf"]),
        Columns(tuple(archive.texts[f"{name}_columns"])),
        archive.arrays[f"{name}_weights"],
        archive.arrays[f"{name}_bias"],
    )


_PLACE_TABLES = {
    "begins": TABLE,
    "ends": TABLE,
    "insides": TABLE,
    "spans": SPAN_SIGNS,
    "none": 1,
}


def _place_arrays(place: PlacePart | None) -> dict[str, Any]:
    """Return the tables of the place under the version of its signs."""
    if place is None:
        return {}
    return {
        f"{PLACES_VERSION}_{name}": getattr(place, name).astype(np.float16)
        for name in _PLACE_TABLES
    }


def _place(archive: Archive) -> PlacePart | None:
    """Return the learned place; None where none was taught or for signs of another version."""
    if f"{PLACES_VERSION}_none" not in archive.arrays:
        return None
    tables = {name: archive.arrays[f"{PLACES_VERSION}_{name}"] for name in _PLACE_TABLES}
    if any(tables[name].shape != (size,) for name, size in _PLACE_TABLES.items()):
        raise ValueError("the tables of the place do not fit its signs")
    return PlacePart(**{name: table.astype(np.float32) for name, table in tables.items()})


def _questions(county: CountyPart) -> dict[str, Question]:
    asked = {"subject": county.subject, "field": county.field, "appeal": county.appeal}
    return {name: question for name, question in asked.items() if question is not None}


def load(path: Path) -> Trained:
    """Load a model file.

    Raises ModelError when it is missing, damaged, altered, or made for another edition.
    """
    archive = read_archive(path, requirements())
    try:
        linear = _unpacked("cold", archive)
        prior, weights = Prior(archive.arrays["log_share"]), archive.arrays["mixing"]
        county = _county(archive) if "county_weights" in archive.arrays else None
        place = _place(archive)
    except (KeyError, TypeError, IndexError, ValueError) as problem:
        raise ModelError(f"{path.name} is incomplete ({problem}); train it again") from None
    if prior.log_share.shape != (len(labels()),) or weights.shape != (len(EVIDENCE),):
        raise ModelError(f"{path.name} does not fit the labels of this edition; train it again")
    if not all(np.isfinite(array).all() for array in archive.arrays.values()):
        raise ModelError(f"{path.name} holds numbers that are none; train it again")
    return Trained(linear, prior, weights, county, archive.version, place)


def _county(archive: Archive) -> CountyPart:
    linear = _unpacked("county", archive)
    linear.weights = linear.weights.astype(np.float32)  # asked for every text; halves cost time
    answers, fields = answers_of(labels()), fields_of(labels())
    appeal = None
    if "appeal_carried" in archive.arrays:
        appeal = _question(archive, "appeal", APPEALS, evidence_size(), linear)
    evidence = len(answers) + len(fields)
    return CountyPart(
        linear,
        _question(archive, "subject", answers, evidence, linear),
        _question(archive, "field", fields, len(fields), linear),
        appeal,
    )


def _question(
    archive: Archive, name: str, answers: tuple[str, ...], evidence: int, linear: LinearPart
) -> Question:
    """Return one question of the county part; raises ValueError when its shapes do not fit."""
    carried, constant, columns, sureness = (
        archive.arrays[f"{name}_{part}"] for part in ("carried", "constant", "columns", "sureness")
    )
    many = len(answers)
    if carried.shape != (evidence, many) or constant.shape != (many,) or columns.shape != (many,):
        raise ValueError(f"the question of the {name} does not fit its answers")
    if sureness.shape != (2,):
        raise ValueError(f"the question of the {name} does not say how sure it is")
    if columns.min() < -1 or columns.max() >= len(linear.columns.names):
        raise ValueError(f"the question of the {name} names columns that are not there")
    return Question(answers, carried, constant, columns, sureness)


@dataclass(frozen=True, slots=True)
class Entry:
    """One known model: its file name in the folder, its hash and what is said about it."""

    version: str
    file: str
    sha256: str
    facts: Mapping[str, Any]


class Registry:
    """A folder of models with a list of those that went live, the newest last.

    The list holds the hash of every file, so a file that was swapped is refused, and rolling
    back is taking the last one off the list.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self) -> list[Entry]:
        """Return every model that is on the list, oldest first."""
        index = self._folder / _INDEX
        if not index.exists():
            return []
        rows = json.loads(index.read_text(encoding="utf-8"))
        return [Entry(row["version"], row["file"], row["sha256"], row["facts"]) for row in rows]

    def promote(self, path: Path, facts: Mapping[str, Any]) -> Entry:
        """Put a model file of this folder into force, after loading it once."""
        if path.parent.resolve() != self._folder.resolve():
            raise ModelError(f"{path} must lie in {self._folder} to be put into force")
        entry = Entry(load(path).version, path.name, _digest(path), dict(facts))
        self._write([*self.entries(), entry])
        return entry

    def roll_back(self) -> Entry | None:
        """Take the model in force off the list; returns the one that is in force now, if any."""
        entries = self.entries()[:-1]
        self._write(entries)
        return entries[-1] if entries else None

    def active(self) -> Path | None:
        """Return the file in force, or None when no model ever went live.

        Raises ModelError when the file is missing or not the one that was put into force.
        """
        entries = self.entries()
        if not entries:
            return None
        path = self._folder / entries[-1].file
        if not path.exists() or _digest(path) != entries[-1].sha256:
            raise ModelError(
                f"{path.name} is missing or not the file that was put into force; roll back"
            )
        return path

    def _write(self, entries: list[Entry]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{_INDEX}.part"
        rows = [
            {"version": one.version, "file": one.file, "sha256": one.sha256, "facts": one.facts}
            for one in entries
        ]
        draft.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self._folder / _INDEX)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def versioned(trained: Trained, version: str) -> Trained:
    """Return the same trained part under the version its file was given."""
    return replace(trained, version=version)
