"""What unlabelled reports teach: which features keep company with each other.

The strongest directions of the feature matrix of unlabelled reports (latent semantic analysis)
are added to the features. Reports that share no word but use words that keep company become
alike. The map is linear, so serving never sees it: training folds it into the weights.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

DIRECTIONS = 200
SHARE = 2.0
"""How much the directions count beside the features themselves."""
MOST_READ = 20_000
"""Unlabelled reports that are read; more change little and cost time."""
LEAST_READ = 500
"""Fewer reports say nothing reliable about which words belong together."""

_NOTHING = 1e-4
"""Directions weaker than this share of the strongest are rounding, not company."""

Matrix = Any


@dataclass(frozen=True, slots=True)
class Company:
    """The directions, one a column, scaled; an empty matrix where nothing was learned."""

    directions: Any

    @classmethod
    def learn(cls, unlabelled: Matrix) -> "Company":
        """Learn from a (reports, features) matrix; the same reports give the same directions."""
        from sklearn.utils.extmath import randomized_svd

        _, strength, right = randomized_svd(unlabelled, DIRECTIONS, n_iter=4, random_state=1)
        right = right[strength > strength[0] * _NOTHING]
        return cls(np.ascontiguousarray(right.T * SHARE, dtype=np.float32))

    @classmethod
    def none(cls, features: int) -> "Company":
        """Return no directions at all."""
        return cls(np.zeros((features, 0), dtype=np.float32))

    def of(self, matrix: Matrix) -> Any:
        """Return where each report lies along the directions (reports, directions)."""
        return matrix @ self.directions
