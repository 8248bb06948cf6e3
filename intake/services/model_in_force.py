"""The model that makes suggestions in this process; a newly promoted one is taken up by itself."""

import threading
from pathlib import Path

import structlog

from classifiers.archive import ModelError
from classifiers.registry import Registry
from classifiers.suggestion import Suggester, Suggestion

_INDEX = "models.json"
log = structlog.get_logger()


class ModelInForce:
    """Loads the model on first use, and again when the list of models changes.

    While one thread loads, the others go on with the model they have. In place of a model that
    cannot be read (damaged, or made for another version) the one in memory stays, else the word
    lists alone answer, and it is logged: reports must not wait for a model.
    """

    def __init__(self, models: Path) -> None:
        self._models = models
        self._lock = threading.Lock()
        self._seen = -1
        self._suggester: Suggester | None = None

    @property
    def version(self) -> str:
        """The version that answers now."""
        return self._current().version

    def suggest(self, text: str, title: str = "") -> Suggestion:
        return self._current().suggest(text, title)

    def _current(self) -> Suggester:
        changed = self._changed_at()
        present = self._suggester
        if present is not None and changed == self._seen:
            return present
        # Whoever has a model need not wait for the one that is being loaded.
        if present is not None and not self._lock.acquire(blocking=False):
            return present
        if present is None:
            self._lock.acquire()
        try:
            if self._suggester is None or changed != self._seen:
                self._suggester = self._loaded(present)
                self._seen = changed
            return self._suggester
        finally:
            self._lock.release()

    def _loaded(self, present: Suggester | None) -> Suggester:
        try:
            return Suggester.load(Registry(self._models).active())
        except ModelError as problem:
            log.error("model cannot be used, roll back or train again", error=str(problem))
            return present or Suggester()

    def _changed_at(self) -> int:
        try:
            return (self._models / _INDEX).stat().st_mtime_ns
        except FileNotFoundError:
            return 0
