"""Whether a network tells images apart, asked of the oracle."""

from __future__ import annotations

from hil.images import synthetic
from hil.judge.sameness import all_equal
from hil.oracle.oracle import Oracle

_NOISES = range(2, 6)


def answers_alike(oracle: Oracle) -> bool:
    """Whether gradients, extremes and several noises all get the same scores and place.

    The features may still differ in a network that has died behind them. A confident network
    may give such images equal scores, but then its map has its maximum here and there.
    """
    size = oracle.model.input_size
    photos = list(synthetic(size=size))
    for seed in _NOISES:
        photos += [photo for photo in synthetic(seed, size) if photo.name == "noise"]
    answers = (oracle.run(photo.tensor, threshold=0) for photo in photos)
    return all_equal((answer.scores.tobytes(), answer.location) for answer in answers)
