"""The model that answers is the one in force, whatever happens to its files."""

from pathlib import Path

import pytest

from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import own_corpus
from classifiers.lexicon import lexicon
from classifiers.registry import Registry, save
from classifiers.training import train
from intake.services.model_in_force import ModelInForce


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of a part of our own texts."""
    path = tmp_path_factory.mktemp("model") / "small.npz"
    words = lexicon()
    own = own_corpus(catalogue(), words)[::20]
    save(path, train(Reader(catalogue(), words), words, own, []), "cold", {})
    return path


def promote(trained: Path, models: Path) -> str:
    models.mkdir(exist_ok=True)
    copy = models / trained.name
    copy.write_bytes(trained.read_bytes())
    return Registry(models).promote(copy, {}).version


def test_a_promoted_model_is_taken_up_and_a_rolled_back_one_let_go(
    trained: Path, tmp_path: Path
) -> None:
    model = ModelInForce(tmp_path / "models")
    assert model.suggest("路灯不亮").model_version == "lexicon-1"
    version = promote(trained, tmp_path / "models")
    assert model.suggest("路灯不亮").model_version == version
    Registry(tmp_path / "models").roll_back()
    assert model.suggest("路灯不亮").model_version == "lexicon-1"


def test_a_damaged_model_leaves_the_one_in_memory_or_the_word_lists(
    trained: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    version = promote(trained, models)
    running = ModelInForce(models)
    assert running.version == version
    (models / trained.name).write_bytes(b"no model")
    (models / "models.json").touch()
    assert running.suggest("路灯不亮").model_version == version
    fresh = ModelInForce(models)
    assert fresh.suggest("路灯不亮").guesses
    assert fresh.version == "lexicon-1"
