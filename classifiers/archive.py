"""Model files: one zip of arrays and JSON, read without running any code, refused when altered.

The manifest names edition, cutter and features the model was made with and the SHA-256 of every
member. A file that does not fit this program, or whose hashes do not fit, is refused with the
reason; nothing in a model file is ever executed (no pickle).
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MANIFEST = "manifest.json"
_MOST_BYTES = 200_000_000
_MOST_MANIFEST_BYTES = 4_000_000


class ModelError(ValueError):
    """A model file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Contents of a model file. `version` is derived from the contents, never chosen."""

    header: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]
    texts: Mapping[str, Any]
    version: str = ""


def write_archive(path: Path, archive: Archive) -> str:
    """Write a model file whole or not at all; the same contents give the same bytes.

    Returns the version: the kind named in the header and the start of the manifest's hash.
    """
    members: dict[str, bytes] = {}
    for name, array in archive.arrays.items():
        stream = io.BytesIO()
        np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
        members[f"{name}.npy"] = stream.getvalue()
    for name, value in archive.texts.items():
        members[f"{name}.json"] = _json(value)
    manifest = {
        "format": FORMAT,
        **archive.header,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
    }
    members[_MANIFEST] = _json(manifest)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name in sorted(members):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), members[name], zipfile.ZIP_DEFLATED)
    draft.replace(path)
    return _version(manifest)


def read_archive(path: Path, expected: Mapping[str, Any]) -> Archive:
    """Read a model file whose header must hold the `expected` values.

    Raises ModelError when the file is missing, damaged, altered or made for something else.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > _MOST_BYTES:
                raise ModelError(f"{path.name} is larger than any model of this product; remove it")
            members = {name: packed.read(name) for name in packed.namelist()}
    except FileNotFoundError:
        raise ModelError(f"{path} does not exist; train a model with --out {path}") from None
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError) as problem:
        if isinstance(problem, ModelError):
            raise
        raise ModelError(f"{path.name} is no readable model file: {problem}") from None
    manifest = _manifest(path, members)
    _check_hashes(path, manifest, members)
    _check_header(path, manifest, expected)
    arrays = {
        name.removesuffix(".npy"): np.load(io.BytesIO(members.pop(name)), allow_pickle=False)
        for name in sorted(members)
        if name.endswith(".npy")
    }
    texts = {
        name.removesuffix(".json"): json.loads(data)
        for name, data in members.items()
        if name.endswith(".json") and name != _MANIFEST
    }
    return Archive(manifest, arrays, texts, _version(manifest))


def read_manifest(path: Path) -> dict[str, Any]:
    """Read what a model file says of itself, without its arrays; raises ModelError."""
    try:
        with zipfile.ZipFile(path) as packed:
            if packed.getinfo(_MANIFEST).file_size > _MOST_MANIFEST_BYTES:
                raise ModelError(f"{path.name} has a damaged manifest; train the model again")
            return _manifest(path, {_MANIFEST: packed.read(_MANIFEST)})
    except FileNotFoundError:
        raise ModelError(f"{path} does not exist; train a model with --out {path}") from None
    except KeyError:
        raise ModelError(f"{path.name} has no manifest; it is no model of this product") from None
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError) as problem:
        raise ModelError(f"{path.name} is no readable model file: {problem}") from None


def _manifest(path: Path, members: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        manifest = json.loads(members[_MANIFEST])
    except (KeyError, ValueError):
        raise ModelError(f"{path.name} has no manifest; it is no model of this product") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("sha256"), dict):
        raise ModelError(f"{path.name} has a damaged manifest; train the model again")
    return manifest


def _check_hashes(path: Path, manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    stated = manifest["sha256"]
    if set(stated) != set(members) - {_MANIFEST}:
        raise ModelError(f"{path.name} holds other members than its manifest; train it again")
    for name, digest in stated.items():
        if hashlib.sha256(members[name]).hexdigest() != digest:
            raise ModelError(f"{path.name}: {name} was altered after training; train it again")


def _check_header(path: Path, manifest: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for key, wanted in {"format": FORMAT, **expected}.items():
        if manifest.get(key) != wanted:
            raise ModelError(
                f"{path.name} was made for {key} {manifest.get(key)!r}, this program needs "
                f"{wanted!r}; train a model of this program"
            )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _version(manifest: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(_json(dict(manifest))).hexdigest()
    return f"{manifest.get('name', 'model')}-{digest[:12]}"
