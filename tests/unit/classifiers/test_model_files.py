"""Model files: same data, same bytes; refused when altered or made for another edition."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from classifiers.archive import ModelError
from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import Example
from classifiers.lexicon import lexicon
from classifiers.registry import Registry, load, save
from classifiers.suggestion import Suggester
from classifiers.training import train

FEW = [
    Example("1", "C01037", "", "路灯不亮"),
    Example("2", "E06010", "", "垃圾没人扫"),
    Example("3", "OUT:人社", "", "欠薪不发"),
    Example("4", "E08001", "", "工地半夜施工"),
]


def _small(path: Path, texts: list[Example] = FEW) -> Path:
    words = lexicon()
    save(path, train(Reader(catalogue(), words), words, texts, []), "small", {})
    return path


def _altered(source: Path, target: Path, member: str, data: bytes) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name == member else old.read(name))
    return target


def test_the_same_texts_give_the_same_file(tmp_path: Path) -> None:
    one, two = _small(tmp_path / "one.npz"), _small(tmp_path / "two.npz")
    assert one.read_bytes() == two.read_bytes()
    assert load(one).version == load(two).version
    assert load(_small(tmp_path / "three.npz", FEW[:3])).version != load(one).version


def test_an_altered_member_is_refused(tmp_path: Path) -> None:
    model = _small(tmp_path / "one.npz")
    changed = _altered(model, tmp_path / "two.npz", "cold_bias.npy", b"\x93NUMPY nothing")
    with pytest.raises(ModelError, match=r"cold_bias\.npy was altered"):
        load(changed)


def test_a_model_of_another_edition_is_refused(tmp_path: Path) -> None:
    model = _small(tmp_path / "one.npz")
    with zipfile.ZipFile(model) as packed:
        manifest = json.loads(packed.read("manifest.json"))
    manifest["edition"] = "CJ/T 214-2007"
    changed = _altered(model, tmp_path / "two.npz", "manifest.json", json.dumps(manifest).encode())
    with pytest.raises(ModelError, match="was made for edition 'CJ/T 214-2007'"):
        Suggester.load(changed)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x80\x04pickle", b"{}"])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"one\.npz"):
        load(path)


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="train a model"):
        load(tmp_path / "none.npz")


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    model = _small(tmp_path / "one.npz")
    with zipfile.ZipFile(model) as packed:
        names = packed.namelist()
    assert all(name.endswith((".npy", ".json")) for name in names)
    with zipfile.ZipFile(model) as packed, packed.open("cold_weights.npy") as stream:
        assert np.lib.format.read_magic(stream) == (1, 0)


def test_the_newest_promoted_model_is_in_force_and_can_be_rolled_back(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    assert registry.active() is None
    one, two = _small(tmp_path / "one.npz"), _small(tmp_path / "two.npz", FEW[:3])
    registry.promote(one, {})
    registry.promote(two, {"decisions": 3})
    assert registry.active() == two
    registry.roll_back()
    assert registry.active() == one
    assert registry.roll_back() is None
    assert registry.active() is None


def test_a_swapped_file_is_not_in_force(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    one, two = _small(tmp_path / "one.npz"), _small(tmp_path / "two.npz", FEW[:3])
    registry.promote(one, {})
    one.write_bytes(two.read_bytes())
    with pytest.raises(ModelError, match="not the file that was put into force"):
        registry.active()


def test_a_model_outside_the_folder_is_not_promoted(tmp_path: Path) -> None:
    model = _small(tmp_path / "one.npz")
    with pytest.raises(ModelError, match="must lie in"):
        Registry(tmp_path / "models").promote(model, {})


def test_serving_never_loads_the_training_libraries(cold_model: Path) -> None:
    code = (
        "import sys, pathlib; from classifiers.suggestion import Suggester; "
        "from classifiers.finder import search; "
        "Suggester.load(pathlib.Path(sys.argv[1])).suggest('路灯不亮'); search('ld'); "
        "print(sorted({'sklearn', 'scipy', 'pypinyin', 'jieba'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(cold_model)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
