"""Two ways to learn answers from few texts, both linear. Training only: scipy and scikit-learn.

`corrected` starts from what is known before (an offset) and learns only where it is wrong: an
answer without examples keeps its offset, one with few moves little. `against_all` asks each
answer against all others and is sharper where there are many examples. They err differently.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = Any
Reals = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

MOST_TAUGHT = 2.0
"""Bound of what being taught says: answers no decision taught yet must stay within reach."""
_STEPS = 60
_CONSTANT_PENALTY = 0.05
STRICTNESS = 0.5
FEW_ENOUGH = 20_000
"""Up to this many texts the slower, slightly better solver is used."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Dual weights (texts, seen answers), constants, and the weight of the offset."""

    seen: Numbers
    dual: Reals
    constants: Reals
    slope: float


def corrected(
    kernel: Reals, offset: Reals, truth: Numbers, shares: Reals, penalty: float
) -> Correction:
    """Fit a multinomial regression with an offset; `kernel` holds the texts' inner products.

    Minimises the weighted negative log likelihood plus `penalty` times half the squared weights.
    """
    from scipy.optimize import minimize

    seen = np.unique(truth)
    texts, many = len(truth), len(seen)
    rows = np.arange(texts)
    share = shares[:, None]

    def loss(values: Reals) -> tuple[float, Reals]:
        dual = values[: texts * many].reshape(texts, many)
        constants, slope = values[texts * many : -1], values[-1]
        spread = kernel @ dual
        logits = slope * offset
        logits[:, seen] += spread + constants
        logits -= logits.max(axis=1, keepdims=True)
        parts = np.exp(logits)
        sums = parts.sum(axis=1, keepdims=True)
        likely = logits[rows, truth] - np.log(sums[:, 0])
        gap = parts / sums
        gap[rows, truth] -= 1.0
        gap *= share
        inner = gap[:, seen]
        value = -(shares * likely).sum() + 0.5 * penalty * (dual * spread).sum()
        value += _CONSTANT_PENALTY * (constants @ constants)
        slopes = np.concatenate(
            [
                (kernel @ inner + penalty * spread).ravel(),
                inner.sum(axis=0) + 2 * _CONSTANT_PENALTY * constants,
                [(gap * offset).sum()],
            ]
        )
        return float(value), slopes

    start = np.zeros(texts * many + many + 1)
    start[-1] = 1.0
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    dual = found[: texts * many].reshape(texts, many)
    return Correction(seen, dual, found[texts * many : -1], float(found[-1]))


def against_all(
    matrix: Matrix, truth: npt.NDArray[Any], shares: Reals, few_enough: int = FEW_ENOUGH
) -> tuple[list[Any], Reals, Reals]:
    """Fit one margin for each class against all others: classes, weights (features, classes), bias.

    Two classes mirror each other; with one class there is nothing to learn. The solver stops
    after a fixed number of steps: more of them change no answer and take long.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import SGDClassifier
    from sklearn.svm import LinearSVC

    if len(np.unique(truth)) < 2:
        return [], np.zeros((matrix.shape[1], 0)), np.zeros(0)
    solver = (
        LinearSVC(C=STRICTNESS, random_state=1)
        if matrix.shape[0] <= few_enough
        else SGDClassifier(loss="hinge", alpha=1e-5, max_iter=6, tol=None, random_state=1)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        solver.fit(matrix, truth, sample_weight=shares)
    weights, bias = solver.coef_.T, solver.intercept_
    if len(bias) == 1:
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return list(solver.classes_), weights, bias


def honesty(logits: Reals, taught: npt.NDArray[np.bool_], truth: Numbers) -> tuple[float, float]:
    """Return what makes the probabilities of unseen texts honest: a factor for all logits, and
    a constant (before the factor) for answers that were taught and not only known before.

    `taught` says for each text and answer whether its fold taught that answer.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def loss(values: Reals) -> float:
        scaled = (logits + values[1] * taught) * values[0]
        scaled -= scaled.max(axis=1, keepdims=True)
        return float(-(scaled[rows, truth] - np.log(np.exp(scaled).sum(axis=1))).mean())

    bounds = [(0.1, 5.0), (0.0, MOST_TAUGHT)]
    found = minimize(loss, np.asarray([0.8, 1.0]), method="L-BFGS-B", bounds=bounds).x
    return float(found[0]), float(found[1])


def sureness(tops: Reals, right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift that turn the log-odds of best answers into honest ones."""
    from scipy.optimize import minimize

    odds = np.log(tops + _TINY) - np.log(1 - tops + _TINY)

    def loss(values: Reals) -> float:
        logits = values[0] * odds + values[1]
        return float(np.logaddexp(0.0, np.where(right, -logits, logits)).mean())

    bounds = [(0.2, 2.0), (-3.0, 3.0)]
    found = minimize(loss, np.asarray([1.0, 0.0]), method="L-BFGS-B", bounds=bounds).x
    return float(found[0]), float(found[1])


_TINY = 1e-4
