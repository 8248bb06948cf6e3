"""Groups of near-copies, so that a text and its copy never stand on both sides of a split."""

import itertools
import re
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_SIGNS = re.compile(r"[\W_]+")
_HASHES = 48
_ROWS = 3
_PRIME = (1 << 31) - 1
LIKE = 0.3
"""Share of common character pairs (Jaccard) from which two texts count as copies."""


def groups_of(texts: Sequence[str]) -> list[int]:
    """Return a group number for each text; the number is the index of a member.

    Candidates come from MinHash bands over character pairs and are confirmed by their true
    Jaccard share, so the work grows with the number of texts and not with its square.
    """
    pairs = [_pairs(text) for text in texts]
    parent = list(range(len(texts)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    buckets: dict[tuple[int, bytes], list[int]] = {}
    for index, codes in enumerate(pairs):
        for band in _bands(codes):
            buckets.setdefault(band, []).append(index)
    for members in buckets.values():
        for one, other in itertools.pairwise(members):
            first, second = root(one), root(other)
            if first != second and _alike(pairs[one], pairs[other]):
                parent[max(first, second)] = min(first, second)
    return [root(index) for index in range(len(texts))]


def _pairs(text: str) -> npt.NDArray[np.int64]:
    plain = _SIGNS.sub("", text)[:1000]
    codes = {
        zlib.crc32(plain[begin : begin + 2].encode("utf-8", "replace")) % _PRIME
        for begin in range(len(plain) - 1)
    }
    return np.asarray(sorted(codes), dtype=np.int64)


_RANDOM = np.random.default_rng(20260701)
_FACTORS = _RANDOM.integers(1, _PRIME, _HASHES, dtype=np.int64)
_SHIFTS = _RANDOM.integers(0, _PRIME, _HASHES, dtype=np.int64)


def _bands(codes: npt.NDArray[np.int64]) -> list[tuple[int, bytes]]:
    if len(codes) == 0:
        return []
    smallest = ((codes[None, :] * _FACTORS[:, None] + _SHIFTS[:, None]) % _PRIME).min(axis=1)
    return [
        (start, smallest[start : start + _ROWS].tobytes()) for start in range(0, _HASHES, _ROWS)
    ]


def _alike(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> bool:
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common >= LIKE * (len(one) + len(other) - common)
