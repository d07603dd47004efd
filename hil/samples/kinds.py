"""Kinds of samples, told by the suffixes of their files."""

from __future__ import annotations

PICTURES = (".png", ".jpg", ".jpeg")
ARRAYS = (".npy", ".npz")
"""NumPy's: the array of the only input, or one for each input."""
RAW = (".bin",)
"""The bytes of all inputs."""

SAMPLES = PICTURES + ARRAYS + RAW


def is_sample(name: str) -> bool:
    """Whether a file's name is one of a sample."""
    return name.lower().endswith(SAMPLES)
