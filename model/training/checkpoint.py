"""All that a training needs to go on: one .npz file, replaced as a whole."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What reading a damaged file raises; RuntimeError where a flag says that it is encrypted.
_DAMAGED = (
    OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """`epoch`: epochs that are done. `identity`: of recipe, data and initial weights."""

    epoch: int
    identity: str
    weights: Sequence[NDArray[Any]]
    average: Sequence[NDArray[Any]]
    optimizer: Sequence[NDArray[Any]]


def save(path: Path, state: Checkpoint) -> None:
    """Writes a checkpoint; a crash leaves the old one."""
    import numpy as np

    arrays: dict[str, Any] = {
        "epoch": np.int64(state.epoch),
        "identity": np.frombuffer(state.identity.encode(), np.uint8),
    }
    for name in ("weights", "average", "optimizer"):
        for number, array in enumerate(getattr(state, name)):
            arrays[f"{name}_{number:04}"] = array
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load(path: Path) -> Checkpoint:
    """Reads a checkpoint.

    Raises:
        UsageError: damaged, or something else.
    """
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            left = set(file.files)
            parts = []
            for name in ("weights", "average", "optimizer"):
                keys = sorted(key for key in left if key.startswith(f"{name}_"))
                if keys != [f"{name}_{number:04}" for number in range(len(keys))]:
                    raise ValueError(f"{name} are not complete")
                parts.append([file[key] for key in keys])
                left.difference_update(keys)
            state = Checkpoint(int(file["epoch"]), bytes(file["identity"]).decode(), *parts)
            if left != {"epoch", "identity"}:
                raise ValueError("it holds something else")
            return state
    except _DAMAGED as error:
        raise UsageError(
            f"not a checkpoint of a training: {error}",
            where=str(path),
            hint="delete it to train from the beginning",
        ) from error
