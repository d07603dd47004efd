"""Samples and outputs: from arrays to the bytes on the wire, and back.

A sample is the bytes of all input tensors, one behind the other, little endian. Works on the
header alone, so that it does for a board whose .tflite is not at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from hil.errors import UsageError
from hil.wire.network_header import NetworkHeader, Tensor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sample: TypeAlias = (
        bytes | NDArray[Any] | Sequence[NDArray[Any]] | Mapping[str, NDArray[Any]] | "Picture"
    )
    """One input of a network: raw bytes in the order of the inputs, the array of the only input,
    arrays by position or by name, or a picture (`hil.images.Photo`) of the input's size."""


class Picture(Protocol):
    """Has pixels: uint8 [rows, columns], or [rows, columns, channels]."""

    @property
    def pixels(self) -> NDArray[np.uint8]: ...


_FORMATS = {0: "<f4", 2: "<i4", 3: "u1", 4: "<i8", 6: "?", 7: "<i2", 9: "i1", 15: "<u4"}
_NAMES = {"f": "float", "i": "int", "u": "uint", "b": "bool"}
TENSOR_TYPES = frozenset(_FORMATS)
"""Codes of TFLite's TensorType that an input or output can have."""


def dtype_of(tensor: Tensor) -> np.dtype[Any]:
    """How numpy calls a tensor's type."""
    import numpy as np

    return np.dtype(_FORMATS[tensor.type])


def described(tensor: Tensor) -> str:
    """A tensor in words: "input_1: int8 [1, 96, 96, 1]"."""
    return f"{tensor.name}: {dtype_of(tensor).name} {list(tensor.shape)}"


def pack_sample(header: NetworkHeader, sample: Sample) -> bytes:
    """The bytes of a sample, as they are sent.

    An array may leave out dimensions of size 1. Integers of another type are taken where the
    input's type holds each of them, and any real number for a float. Pixels become what the
    contract's table of each channel says.

    Raises UsageError, with the input's name, for a wrong name, number, shape, type or range.
    """
    import numpy as np

    inputs = header.inputs
    if isinstance(sample, (bytes, bytearray, memoryview)):
        data = bytes(sample)
        if len(data) != header.sample_bytes:
            raise _wrong(header, f"the sample has {len(data)} bytes, not {header.sample_bytes}")
        return data
    if hasattr(sample, "pixels"):
        return picture_input(header, sample.pixels).tobytes()
    if isinstance(sample, np.ndarray):
        arrays: list[Any] = [sample]
    elif isinstance(sample, Mapping):
        names = [tensor.name for tensor in inputs]
        if set(sample) != set(names):
            given = ", ".join(map(str, sample)) or "none"
            raise _wrong(header, f"arrays for the inputs {given}, not {', '.join(names)}")
        arrays = [sample[name] for name in names]
    else:
        arrays = list(sample)
    if len(arrays) != len(inputs):
        raise _wrong(
            header, f"{len(arrays)} array{'s' * (len(arrays) != 1)} for {len(inputs)} inputs"
        )
    return b"".join(_packed(tensor, each) for tensor, each in zip(inputs, arrays, strict=True))


def unpack_sample(header: NetworkHeader, data: bytes) -> tuple[NDArray[Any], ...]:
    """The input arrays of a sample's bytes, in the order of the inputs; read-only."""
    arrays, at = [], 0
    for tensor in header.inputs:
        arrays.append(as_array(tensor, data[at : at + tensor.size]))
        at += tensor.size
    return tuple(arrays)


def output_arrays(header: NetworkHeader, parts: Sequence[bytes]) -> tuple[NDArray[Any], ...]:
    """Output arrays in their type and shape, of the bytes of each."""
    return tuple(as_array(tensor, data) for tensor, data in zip(header.outputs, parts, strict=True))


def as_array(tensor: Tensor, data: bytes) -> NDArray[Any]:
    """A tensor's bytes as an array of its type and shape; read-only."""
    import numpy as np

    return np.frombuffer(data, dtype_of(tensor)).reshape(tensor.shape)


def picture_input(header: NetworkHeader, pixels: NDArray[np.uint8]) -> NDArray[Any]:
    """A picture as the network's input, by the contract's table of each channel.

    `pixels`: uint8 [rows, columns, channels], or [rows, columns] of a gray picture, whose channels
    are equal. Raises UsageError where the input is no picture, or one of another size.
    """
    import numpy as np

    image, tensor = header.image, header.inputs[0]
    if image is None:
        raise UsageError(
            "the network's input is no picture, or nobody declared what its pixels become",
            hint="give arrays of the input's type, or declare pixels in the settings beside the "
            "model: hil check says why",
        )
    channels = image.channels
    wanted = (*image.size, channels)
    picture = pixels[:, :, None] if pixels.ndim == 2 else pixels
    fits = picture.ndim == 3 and picture.shape[2] in (1, channels)
    if pixels.dtype != np.uint8 or not fits or picture.shape[:2] != wanted[:2]:
        raise UsageError(
            f"the picture is {pixels.dtype} {list(pixels.shape)}, not uint8 {list(wanted)}",
            hint="hil.images.load gives pictures of the size that it is told",
        )
    looked_up: NDArray[Any] = pixel_values(header)[np.arange(channels), picture]
    return looked_up.reshape(tensor.shape)


def pixel_values(header: NetworkHeader) -> NDArray[Any]:
    """What pixels 0 to 255 become, in the input's type: [channels, 256]; none without a picture."""
    import numpy as np

    tables = () if header.image is None else header.image.tables
    return np.frombuffer(b"".join(tables), dtype_of(header.inputs[0])).reshape(len(tables), 256)


def picture_of(tensor: NDArray[Any]) -> NDArray[Any]:
    """A picture's tensor [1, rows, columns, channels] as [rows, columns], or with its channels
    behind where it has several."""
    return tensor[0, :, :, 0] if tensor.shape[3] == 1 else tensor[0]


def _packed(tensor: Tensor, given: Any) -> bytes:
    import numpy as np

    array, kind = np.asarray(given), dtype_of(tensor)
    if not same_but_for_ones(array.shape, tensor.shape):
        raise refused(tensor, f"its array is {array.dtype} {list(array.shape)}")
    allowed = {"f": "fiu", "b": "b"}.get(kind.kind, "iu")
    if array.dtype.kind not in allowed:
        raise refused(tensor, f"its array has the type {array.dtype}")
    if kind.kind in "iu" and array.dtype != kind and array.size:
        limits = np.iinfo(kind)
        least, most = int(array.min()), int(array.max())
        if least < limits.min or most > limits.max:
            raise refused(tensor, f"its array has values from {least} to {most}")
    with np.errstate(over="ignore"):
        packed = array.astype(kind)
    if kind.kind == "f" and not np.isfinite(packed).all():
        raise refused(tensor, "its array has values that are not finite")
    return packed.tobytes()


def same_but_for_ones(shape: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two shapes are the same, dimensions of size 1 left out."""
    return _without_ones(shape) == _without_ones(other)


def _without_ones(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def refused(tensor: Tensor, what: str) -> UsageError:
    """The error for what an input cannot take."""
    return UsageError(
        f"the input {described(tensor)} cannot take this: {what}",
        hint="give an array of the input's type and shape; for a picture use hil.images",
    )


def _wrong(header: NetworkHeader, what: str) -> UsageError:
    listed = "; ".join(described(tensor) for tensor in header.inputs)
    return UsageError(what, hint=f"the network's inputs are {listed}")
