"""Samples for a float network and its int8 form: given once, in the type of either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.samples.seeded import LABELS, Sample, read_arrays, samples_of, seeded_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hil.network.contract import Contract


@dataclass(frozen=True, eq=False)
class PairedSample:
    """One sample for both networks.

    Attributes:
        sample: the int8 network's.
        exact: the float network's inputs as they were given; None where they are the int8
            network's, dequantized.
        label: its class, counted from 0; None where nobody said.
    """

    sample: Sample
    exact: tuple[NDArray[Any], ...] | None = None
    label: int | None = None


@dataclass(frozen=True)
class PairedSamples:
    """Samples that can be gone through several times. They are made one by one.

    `reals`: `samples` are the float network's. `given`: type in which they were given. `source`: in
    words; `noise` if a seed made them.
    """

    floats: Contract
    ints: Contract
    samples: tuple[Sample, ...]
    labels: tuple[int, ...] | None
    reals: bool
    given: str
    source: str
    noise: bool = False

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[PairedSample]:
        for row, sample in enumerate(self.samples):
            label = None if self.labels is None else self.labels[row]
            if not self.reals:
                yield PairedSample(sample, None, label)
                continue
            exact = self.floats.unpack(sample.data)
            yield PairedSample(
                Sample(sample.name, sample.kind, self._quantized(exact)), exact, label
            )

    def _quantized(self, exact: tuple[NDArray[Any], ...]) -> bytes:
        from hil.network.arrays import dtype_of
        from hil.network.quantization import quantized

        graph, header = self.ints.graph, self.ints.header
        return b"".join(
            quantized(graph.tensors[index], array, dtype_of(tensor)).tobytes()
            for index, tensor, array in zip(graph.inputs, header.inputs, exact, strict=True)
        )


def seeded_pairs(floats: Contract, ints: Contract, *, seed: int, count: int) -> PairedSamples:
    """Seeded samples of the int8 network."""
    samples = seeded_samples(ints, seed=seed, count=count)
    source = f"noise made from seed {seed}"
    return PairedSamples(floats, ints, samples, None, False, _types(ints), source, True)


def read_pairs(path: Path, floats: Contract, ints: Contract) -> PairedSamples:
    """The samples of a NumPy file, in the inputs' type of either network, with their classes where
    a .npz has an array `labels`.

    Raises UsageError as `hil.samples.seeded.read_samples`, and for classes that there are not.
    """
    arrays = read_arrays(path)
    taken = {name for each in (floats, ints) for name in _names(each)}
    labels = None if LABELS in taken else arrays.pop(LABELS, None)
    has_reals = any(array.dtype.kind == "f" for array in arrays.values())
    reals = has_reals and "float" not in _types(ints)
    samples = samples_of(arrays, path, floats if reals else ints)
    classes = None if labels is None else _classes(labels, len(samples), ints, path)
    given = _types(floats if reals else ints)
    return PairedSamples(floats, ints, samples, classes, reals, given, path.name)


def _classes(labels: NDArray[Any], rows: int, ints: Contract, path: Path) -> tuple[int, ...]:
    where = f"{path}, array {LABELS}"
    if labels.dtype.kind not in "iu" or labels.ndim != 1 or len(labels) != rows:
        raise UsageError(
            f"the classes are {labels.dtype} {list(labels.shape)}, not integers [{rows}]",
            where=where,
            hint="save one integer for each sample: its class, counted from 0",
        )
    if not ints.task.classes:
        raise UsageError(
            f"classes for a network of the task {ints.task.kind}: {ints.task.why}",
            where=where,
            hint='leave the array out, or declare task = "classification" in the .toml beside the '
            "int8 network",
        )
    for row, label in enumerate(labels):
        if not 0 <= label < ints.task.classes:
            raise UsageError(
                f"row {row} has the class {label}; the network has {ints.task.classes}",
                where=where,
                hint=f"classes are 0 to {ints.task.classes - 1}",
            )
    return tuple(map(int, labels))


def _names(contract: Contract) -> set[str]:
    return {tensor.name for tensor in contract.header.inputs} | {
        contract.graph.tensors[index].name for index in contract.graph.inputs
    }


def _types(contract: Contract) -> str:
    from hil.network.arrays import dtype_of

    return ", ".join(dict.fromkeys(dtype_of(tensor).name for tensor in contract.header.inputs))
