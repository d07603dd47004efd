"""Samples for a float network and its int8 form: given once, in the type of either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hil.errors import UsageError
from hil.samples.seeded import GIVEN, LABELS, Sample, read_arrays, samples_of, seeded_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hil.network.contract import Contract
    from hil.samples.labels import DataSet


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


class PairedSamples(Protocol):
    """Samples that can be gone through several times. They are made one by one.

    `given`: type in which they were given. `source`: in words; `noise` if a seed made them.
    """

    @property
    def given(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def noise(self) -> bool: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[PairedSample]: ...


@dataclass(frozen=True)
class FolderSamples:
    """A data set in a folder, as the int8 network's contract takes it; read one by one."""

    data: DataSet
    ints: Contract
    classes: tuple[int | None, ...]
    given: str
    source: str
    noise: bool = False

    def __len__(self) -> int:
        return len(self.data.entries)

    def __iter__(self) -> Iterator[PairedSample]:
        from hil.samples.load import load_sample

        for entry, label in zip(self.data.entries, self.classes, strict=True):
            loaded = load_sample(self.data.folder, entry, self.ints)
            if loaded.data is None:
                raise UsageError(
                    loaded.problem,
                    where=self.data.where(entry),
                    hint="give samples that the int8 network takes (hil check shows its input), or "
                    "take the line out",
                )
            yield PairedSample(Sample(entry.file, GIVEN, loaded.data), None, label)


@dataclass(frozen=True)
class ArraySamples:
    """Samples in memory. `reals`: they are the float network's."""

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
        from hil.samples.load import pack_arrays

        names = (tensor.name for tensor in self.ints.header.inputs)
        return pack_arrays(dict(zip(names, exact, strict=True)), self.ints)[0]


def seeded_pairs(floats: Contract, ints: Contract, *, seed: int, count: int) -> ArraySamples:
    """Seeded samples of the int8 network."""
    samples = seeded_samples(ints, seed=seed, count=count)
    source = f"noise made from seed {seed}"
    return ArraySamples(floats, ints, samples, None, False, _types(ints), source, True)


def read_pairs(path: Path, floats: Contract, ints: Contract) -> PairedSamples:
    """The samples of a data set's folder, or of a NumPy file: in the inputs' type of either
    network, with their classes where a .npz has an array `labels`.

    Raises UsageError as `hil.samples.data.read_data` or `hil.samples.seeded.read_samples`, and for
    classes that there are not.
    """
    from hil.samples.load import TRUTH_ARRAYS

    if path.is_dir():
        return _read_folder(path, ints)
    arrays = read_arrays(path)
    taken = {name for each in (floats, ints) for name in _names(each)}
    labels = None if LABELS in taken else arrays.pop(LABELS, None)
    inputs = (array for name, array in arrays.items() if name not in TRUTH_ARRAYS)
    has_reals = any(array.dtype.kind == "f" for array in inputs)
    reals = has_reals and "float" not in _types(ints)
    samples = samples_of(arrays, path, floats if reals else ints)
    classes = None if labels is None else _classes(labels, len(samples), ints, path)
    given = _types(floats if reals else ints)
    return ArraySamples(floats, ints, samples, classes, reals, given, path.name)


def _read_folder(path: Path, ints: Contract) -> FolderSamples:
    from hil.samples.classes import check_labels, class_of
    from hil.samples.data import read_data

    data = read_data(path)
    check_labels(data, data.entries, ints.task)
    classes = tuple(class_of(entry, ints.task) for entry in data.entries)
    return FolderSamples(data, ints, classes, _types(ints), path.name)


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
