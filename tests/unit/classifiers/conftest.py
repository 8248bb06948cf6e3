from pathlib import Path

import pytest

from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import own_corpus
from classifiers.lexicon import lexicon
from classifiers.registry import save
from classifiers.suggestion import Suggester
from classifiers.training import train


@pytest.fixture(scope="session")
def cold_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model every new county starts with."""
    path = tmp_path_factory.mktemp("models") / "cold.npz"
    words = lexicon()
    own = own_corpus(catalogue(), words)
    save(path, train(Reader(catalogue(), words), words, own, []), "cold", {})
    return path


@pytest.fixture(scope="session")
def cold(cold_model: Path) -> Suggester:
    return Suggester.load(cold_model)


@pytest.fixture(scope="session")
def untrained() -> Suggester:
    return Suggester.load(None)
