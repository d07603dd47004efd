"""Samples that a seed makes, for any network; and those of a NumPy file."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.network.contract import Contract
    from hil.wire.network_header import Tensor

GIVEN = "given"
"""Kind of a sample that comes from a file."""

LABELS = "labels"
"""Array of a .npz file that is no input: the class of each sample."""

DEFAULT_SAMPLES = 8
DEFAULT_SEED = 1

_FIXED = ("extremes-min", "extremes-max", "extremes-alternating", "constant")
_SEEDED = ("uniform", "normal")
_FIRST = ("uniform-0", *_FIXED[:2], "normal-0", *_FIXED[2:])
_FLOAT_RANGE = 1.0
_INT32_RANGE = 1 << 20


@dataclass(frozen=True)
class Sample:
    """One input of a network, ready to be sent.

    Attributes:
        name: unique in its set.
        kind: "uniform", "normal", "extremes", "constant" or `GIVEN`.
        data: the bytes of all input tensors, one behind the other.
    """

    name: str
    kind: str
    data: bytes

    @property
    def crc(self) -> int:
        """CRC-32 of the bytes, by which the board names it."""
        return zlib.crc32(self.data)


def sample_names(count: int) -> tuple[str, ...]:
    """The names of `count` seeded samples; a few show most."""
    more = (f"{_SEEDED[n % 2]}-{1 + n // 2}" for n in range(max(count - len(_FIRST), 0)))
    return (*_FIRST[:count], *more)


def seeded_samples(
    contract: Contract, *, seed: int = DEFAULT_SEED, count: int = DEFAULT_SAMPLES
) -> tuple[Sample, ...]:
    """`count` samples for a network; the same for the same seed.

    "uniform": all values of the type, for float32 -1 to 1, for int32 a million around 0.
    "normal": around the middle of the range, most of it. "extremes": the smallest and the largest
    value, everywhere or in turn. "constant": half of the largest value.
    """
    return tuple(seeded_sample(contract, name, seed=seed) for name in sample_names(count))


def seeded_sample(contract: Contract, name: str, *, seed: int = DEFAULT_SEED) -> Sample:
    """One of `seeded_samples` by its name. Raises UsageError for a name that none has."""
    import numpy as np

    kind, _, rest = name.partition("-")
    if name not in _FIXED and (kind not in _SEEDED or not rest.isdecimal()):
        raise UsageError(
            f"no seeded sample has the name {name!r}",
            hint=f"names are {', '.join(_FIXED)}, uniform-0, normal-0 and so on",
        )
    parts = []
    for index, tensor in enumerate(contract.header.inputs):
        rng = np.random.default_rng([seed, zlib.crc32(name.encode()), index])
        parts.append(_values(tensor, name, kind, rng).tobytes())
    return Sample(name, kind, b"".join(parts))


def _values(tensor: Tensor, name: str, kind: str, rng: np.random.Generator) -> NDArray[Any]:
    import numpy as np

    from hil.network.arrays import dtype_of

    dtype = dtype_of(tensor)
    low, high = _range(dtype)
    size = math.prod(tensor.shape)
    middle = (low + high) / 2
    if name == "extremes-min":
        values = np.full(size, low)
    elif name == "extremes-max":
        values = np.full(size, high)
    elif name == "extremes-alternating":
        values = np.resize([low, high], size)
    elif name == "constant":
        values = np.full(size, high / 2)  # not 0, by which some networks divide
    elif kind == "uniform":
        values = rng.uniform(low, high, size)
    else:
        values = rng.normal(middle, (high - low) / 6, size)
    if dtype.kind != "f":
        values = np.rint(values)
    clipped: NDArray[Any] = np.clip(values, low, high).astype(dtype)
    return clipped


def _range(dtype: np.dtype[Any]) -> tuple[float, float]:
    import numpy as np

    if dtype.kind == "f":
        return -_FLOAT_RANGE, _FLOAT_RANGE
    if dtype.kind == "b":
        return 0, 1
    if dtype.itemsize >= 4:
        return -_INT32_RANGE, _INT32_RANGE  # more overflows in most networks, and is no input
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def read_samples(path: Path, contract: Contract) -> tuple[Sample, ...]:
    """The samples of a data set's folder, or of a .npz file: an array for each input, by its name,
    with a row for each sample.

    A network with one input also takes a file with one array of any name, or a .npy; an array of
    the input's shape is one sample. Values are as `hil.samples.load.pack_arrays` takes them.

    Raises UsageError for what is none, and for a name, type, shape or value that does not fit, with
    its line or row.
    """
    if path.is_dir():
        return _of_folder(path, contract)
    return samples_of(read_arrays(path), path, contract)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a .npz or .npy file by name, without the outputs that `save_samples` adds.

    Raises UsageError for a file that is none.
    """
    from hil.base.text_file import read_bytes
    from hil.samples.array_file import arrays_of
    from hil.samples.load import OUTPUT

    found = arrays_of(read_bytes(path, "the samples"), path)
    return {name: array for name, array in found.items() if not name.startswith(OUTPUT)}


def samples_of(
    arrays: Mapping[str, NDArray[Any]], path: Path, contract: Contract
) -> tuple[Sample, ...]:
    """The samples of a file's arrays. Raises UsageError as `read_samples`."""
    from hil.samples.load import input_arrays, pack_arrays
    from hil.samples.rows import row_name, same_rows

    try:
        given = input_arrays(arrays, contract)
        rowed = {t.name: _rows(given[t.name], t) for t in contract.header.inputs}
        rows = same_rows({name: len(array) for name, array in rowed.items()})
        samples = []
        for row in range(rows):
            try:
                data, _ = pack_arrays({name: a[row] for name, a in rowed.items()}, contract)
            except UsageError as error:
                error.message = f"row {row}: {error.message}"
                raise
            samples.append(Sample(row_name(path, row), GIVEN, data))
    except UsageError as error:
        error.where = error.where or str(path)
        raise
    return tuple(samples)


def _of_folder(path: Path, contract: Contract) -> tuple[Sample, ...]:
    from hil.samples.data import read_data
    from hil.samples.labels import Problem, problems_error
    from hil.samples.load import load_sample

    data = read_data(path)
    samples, problems = [], []
    for entry in data.entries:
        found = load_sample(data.folder, entry, contract)
        if found.data is None:
            problems.append(Problem(entry.line, found.problem))
        else:
            samples.append(Sample(entry.file, GIVEN, found.data))
    if problems:
        raise problems_error(data.labels, problems)
    return tuple(samples)


def _rows(array: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    """The array as [samples, *shape]."""
    from hil.network.arrays import described, same_but_for_ones

    shape = tuple(tensor.shape)
    if array.shape != shape and same_but_for_ones(array.shape[1:], shape):
        return array.reshape(len(array), *shape)
    if same_but_for_ones(array.shape, shape):
        return array.reshape(1, *shape)  # one sample without a row of its own
    raise UsageError(
        f"the array of input {tensor.name!r} is {list(array.shape)} in the file, a sample is "
        f"{described(tensor)}",
        hint="the first axis counts the samples",
    )


def save_samples(
    path: Path,
    contract: Contract,
    samples: Sequence[Sample],
    outputs: Sequence[Sequence[NDArray[Any]]],
) -> None:
    """Writes samples as a .npz file, which `read_samples` reads, and the outputs of each beside.

    Raises UsageError if it cannot be written.
    """
    import io

    import numpy as np

    from hil.base.host_error import host_errors
    from hil.base.whole_file import write_whole
    from hil.samples.load import OUTPUT

    unpacked = [contract.unpack(sample.data) for sample in samples]
    arrays = {
        tensor.name: np.stack([parts[index] for parts in unpacked])
        for index, tensor in enumerate(contract.header.inputs)
    }
    arrays |= {
        f"{OUTPUT}{tensor.name}": np.stack([parts[index] for parts in outputs])
        for index, tensor in enumerate(contract.header.outputs)
    }
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    with host_errors("cannot write the samples", path):
        write_whole(path, buffer.getvalue())
