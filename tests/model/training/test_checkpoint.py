"""Checkpoints: whole or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hil.errors import UsageError
from model.training.checkpoint import Checkpoint, load, save


@pytest.fixture
def state() -> Checkpoint:
    """Twelve weights, so that an order by text would differ from one by number."""
    random = np.random.default_rng(1)
    arrays = [random.normal(size=(n + 1, 2)).astype(np.float32) for n in range(12)]
    optimizer = [np.int64(17), np.float32(1e-3), *arrays]
    return Checkpoint(5, "identity", arrays, [2 * a for a in arrays], optimizer)


def same(one: Checkpoint, other: Checkpoint) -> bool:
    return (one.epoch, one.identity) == (other.epoch, other.identity) and all(
        len(getattr(one, name)) == len(getattr(other, name))
        and all(
            np.array_equal(a, b) and np.asarray(a).dtype == np.asarray(b).dtype
            for a, b in zip(getattr(one, name), getattr(other, name), strict=True)
        )
        for name in ("weights", "average", "optimizer")
    )


def test_what_was_saved_is_loaded_to_the_bit(tmp_path: Path, state: Checkpoint) -> None:
    save(tmp_path / "checkpoint.npz", state)
    assert same(load(tmp_path / "checkpoint.npz"), state)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


def test_a_crash_while_saving_leaves_the_old_one(
    tmp_path: Path, state: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint.npz"
    save(path, state)

    def full(file: object, **arrays: object) -> None:
        file.write(b"half of it")  # type: ignore[attr-defined]
        raise OSError("no space left")

    monkeypatch.setattr("numpy.savez", full)
    with pytest.raises(OSError, match="no space"):
        save(path, Checkpoint(6, "identity", [], [], []))
    assert same(load(path), state)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_one_is_refused_with_a_hint(
    tmp_path: Path, state: Checkpoint, share: float
) -> None:
    path = tmp_path / "checkpoint.npz"
    save(path, state)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UsageError, match="not a checkpoint of a training") as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "delete it" in caught.value.hint


def test_every_damaged_byte_is_noticed_or_harmless(tmp_path: Path, state: Checkpoint) -> None:
    """ZIP keeps a CRC-32 of each array; a byte that nothing reads may be changed."""
    path = tmp_path / "checkpoint.npz"
    save(path, state)
    content = path.read_bytes()
    refused = 0
    for position in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[position] ^= 0x55
        path.write_bytes(damaged)
        try:
            assert same(load(path), state), position
        except UsageError:
            refused += 1
    assert refused > 10


def test_another_npz_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "checkpoint.npz", weights=np.zeros(3))
    with pytest.raises(UsageError, match="not a checkpoint"):
        load(tmp_path / "checkpoint.npz")
