"""The model that makes suggestions in this process; a newly promoted one is taken up by itself."""

import threading
from pathlib import Path

from classifiers.registry import Registry
from classifiers.suggestion import Suggester, Suggestion

_INDEX = "models.json"


class ModelInForce:
    """Loads the model on first use, and again when the list of models changes.

    While one thread loads, the others go on with the model they have. A model that cannot be read
    raises ModelError at the first use only; later the one in memory stays.
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
        except ValueError:
            if present is None:
                raise
            return present

    def _changed_at(self) -> int:
        try:
            return (self._models / _INDEX).stat().st_mtime_ns
        except FileNotFoundError:
            return 0
