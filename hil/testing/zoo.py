"""A zoo of small networks, which together use most operators that TensorFlow Lite Micro has.

    from hil.testing.zoo import networks
    networks()["conv_2d"]          # the bytes of a .tflite file

Several inputs and outputs, int8, uint8, int16, int32, bool and float32, scales per tensor and per
channel, and networks that keep state. The same name always gives the same bytes.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hil.testing.model_builder import ModelBuilder
from hil.testing.tiny_model import tiny_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATEFUL = ("lstm", "svdf", "variable")
"""The networks that keep state."""

_SCALE = 0.05
_SCORE = (1 / 256, -128)


@dataclass(frozen=True)
class _Tensor:
    """An input or an output of an operator."""

    shape: tuple[int, ...]
    type: str = "INT8"
    scale: float | None = None
    zero_point: int = 0

    def add(self, file: ModelBuilder, name: str) -> int:
        scale = self.scale
        if scale is None and self.type in ("INT8", "UINT8", "INT16"):
            scale = _SCALE
        return file.tensor(name, self.shape, self.type, scale, self.zero_point)


@dataclass(frozen=True)
class _Constant:
    """A constant input of an operator; `scale` is None for axes and shapes."""

    values: NDArray[Any] = field(compare=False)
    scale: float | Sequence[float] | None = None
    dimension: int = 0

    def add(self, file: ModelBuilder, name: str) -> int:
        kind = self.values.dtype.name.upper()
        return file.tensor(
            *(name, self.values.shape, kind, self.scale),
            values=self.values,
            dimension=self.dimension,
        )


def networks() -> dict[str, bytes]:
    """All of them, by name."""
    return {name: network(name) for name in sorted(_MAKERS)}


def names() -> tuple[str, ...]:
    """Of all networks."""
    return tuple(sorted(_MAKERS))


@functools.cache
def network(name: str) -> bytes:
    """The .tflite file of one of them. Raises KeyError."""
    return _MAKERS[name]()


_MAKERS: dict[str, Callable[[], bytes]] = {}


def _one(
    name: str,
    operator: str,
    inputs: Sequence[_Tensor | _Constant | None],
    outputs: _Tensor | Sequence[_Tensor],
    options: str = "",
    **fields: Any,
) -> None:
    """A network of one operator."""

    def make() -> bytes:
        file = ModelBuilder()
        given = []
        for number, each in enumerate(inputs):
            index = -1 if each is None else each.add(file, f"{name}/{number}")
            given.append(index)
            if isinstance(each, _Tensor):
                file.inputs.append(index)
        made = [outputs] if isinstance(outputs, _Tensor) else outputs
        results = [each.add(file, f"{name}/out{number}") for number, each in enumerate(made)]
        file.op(operator, given, results, options, **fields)
        return file.build(results, f"camhil zoo: {name}")

    _MAKERS[name] = make


def _network(make: Callable[[ModelBuilder], Sequence[int]]) -> None:
    """A network that a function builds; its name is the function's."""
    name = make.__name__.strip("_")

    def made() -> bytes:
        file = ModelBuilder()
        return file.build(make(file), f"camhil zoo: {name}")

    _MAKERS[name] = made


def _weights(shape: Sequence[int], name: str, *, most: int = 127) -> NDArray[np.int8]:
    """Random int8 weights, always the same for a name."""
    import numpy as np

    random = np.random.default_rng(zlib.crc32(name.encode()))
    return random.integers(-most, most + 1, shape).astype(np.int8)


def _floats(shape: Sequence[int], name: str) -> NDArray[np.float32]:
    import numpy as np

    return np.asarray(_weights(shape, name) / 64, np.float32)


def _ints(*values: int) -> _Constant:
    import numpy as np

    return _Constant(np.array(values, np.int32))


def _scalar(value: int) -> _Constant:
    import numpy as np

    return _Constant(np.array(value, np.int32))


def _bias(count: int, name: str, scale: float | Sequence[float]) -> _Constant:
    return _Constant(_weights((count,), name).astype("int32") * 8, scale)


def _T(*shape: int, type: str = "INT8", scale: float | None = None, zero: int = 0) -> _Tensor:  # noqa: N802
    return _Tensor(shape, type, scale, zero)


_X = _T(1, 4, 6, 8, zero=3)
_F = _T(1, 4, 6, 8, type="FLOAT32")


def _declare_arithmetic() -> None:
    wide = _T(1, 4, 6, 8, scale=0.11, zero=-7)
    for operator, options in (("ADD", "AddOptions"), ("SUB", "SubOptions")):
        _one(operator.lower(), operator, [_X, wide], _T(1, 4, 6, 8, scale=0.15, zero=5), options)
    _one("add_broadcast", "ADD", [_X, _T(8, scale=0.1)], _T(1, 4, 6, 8, scale=0.12), "AddOptions")
    narrow = [_T(1, 4, 6, 8, type="INT16", scale=0.001), _T(1, 4, 6, 8, type="INT16", scale=0.0007)]
    _one("add_int16", "ADD", narrow, _T(1, 4, 6, 8, type="INT16", scale=0.0015), "AddOptions")
    _one("add_float", "ADD", [_F, _F], _F, "AddOptions")
    _one("add_int32", "ADD", [_T(6, type="INT32")] * 2, _T(6, type="INT32"), "AddOptions")
    _one("mul", "MUL", [_X, wide], _T(1, 4, 6, 8, scale=0.6, zero=9), "MulOptions")
    _one("mul_broadcast", "MUL", [_X, _T(1, 1, 1, 8)], _T(1, 4, 6, 8, scale=0.3), "MulOptions")
    _one("div_float", "DIV", [_F, _F], _F, "DivOptions")
    for operator in ("MAXIMUM", "MINIMUM"):
        _one(operator.lower(), operator, [_X, _X], _X, "MaximumMinimumOptions")
    _one(
        "squared_difference",
        "SQUARED_DIFFERENCE",
        [_X, _X],
        _T(1, 4, 6, 8, scale=0.7, zero=-128),
        "SquaredDifferenceOptions",
    )
    _one("add_n", "ADD_N", [_F, _F, _F], _F, "AddNOptions")
    _one("floor_div", "FLOOR_DIV", [_F, _F], _F, "FloorDivOptions")
    _one("floor_mod", "FLOOR_MOD", [_F, _F], _F, "FloorModOptions")


def _declare_activations() -> None:
    rows = _T(4, 10, scale=0.1, zero=-4)
    score = _T(4, 10, scale=_SCORE[0], zero=_SCORE[1])
    _one("softmax", "SOFTMAX", [rows], score, "SoftmaxOptions", beta=1.0)
    _one(
        "softmax_float",
        "SOFTMAX",
        [_T(4, 10, type="FLOAT32")],
        _T(4, 10, type="FLOAT32"),
        "SoftmaxOptions",
        beta=1.0,
    )
    _one(
        "log_softmax",
        "LOG_SOFTMAX",
        [rows],
        _T(4, 10, scale=16 / 256, zero=127),
        "LogSoftmaxOptions",
    )
    _one("logistic", "LOGISTIC", [rows], score)
    _one("tanh", "TANH", [rows], _T(4, 10, scale=1 / 128))
    for type_ in ("LOGISTIC", "TANH"):
        sixteen = _T(4, 10, type="INT16", scale=2.0**-12)
        _one(f"{type_.lower()}_int16", type_, [sixteen], _T(4, 10, type="INT16", scale=2.0**-15))
    _one("relu", "RELU", [rows], _T(4, 10, scale=0.06, zero=-128))
    _one("relu6", "RELU6", [rows], rows)
    _one("relu6_rescaled", "RELU6", [rows], _T(4, 10, scale=6 / 255, zero=-128))
    _one(
        "leaky_relu",
        "LEAKY_RELU",
        [rows],
        _T(4, 10, scale=0.09, zero=-90),
        "LeakyReluOptions",
        alpha=0.2,
    )
    _one(
        "prelu",
        "PRELU",
        [_X, _Constant(_weights((1, 1, 8), "prelu"), 0.004)],
        _T(1, 4, 6, 8, scale=0.05, zero=-20),
    )
    _one("hard_swish", "HARD_SWISH", [rows], _T(4, 10, scale=0.08, zero=-90), "HardSwishOptions")
    _one("elu", "ELU", [rows], _T(4, 10, scale=0.06, zero=-100))
    _one("abs", "ABS", [rows], _T(4, 10, scale=0.1, zero=-128), "AbsOptions")
    _one("rsqrt", "RSQRT", [_T(4, 10, scale=0.1, zero=-128)], _T(4, 10, scale=0.02, zero=-128))
    _one("l2_normalization", "L2_NORMALIZATION", [rows], _T(4, 10, scale=1 / 128), "L2NormOptions")
    for operator, options in (
        ("NEG", "NegOptions"), ("EXP", "ExpOptions"), ("SIN", ""), ("COS", "CosOptions"),
        ("CEIL", ""), ("FLOOR", ""), ("ROUND", ""), ("SQUARE", "SquareOptions"),
    ):  # fmt: skip
        float_ = _T(4, 10, type="FLOAT32")
        _one(f"{operator.lower()}_float", operator, [float_], float_, options)


def _declare_shapes() -> None:
    _one(
        "reshape",
        "RESHAPE",
        [_X, _ints(1, 24, 8)],
        _T(1, 24, 8, zero=3),
        "ReshapeOptions",
        newShape=[1, 24, 8],
    )
    _one("squeeze", "SQUEEZE", [_T(1, 4, 1, 8)], _T(4, 8), "SqueezeOptions", squeezeDims=[0, 2])
    _one("expand_dims", "EXPAND_DIMS", [_T(4, 8), _scalar(1)], _T(4, 1, 8), "ExpandDimsOptions")
    _one(
        "transpose",
        "TRANSPOSE",
        [_X, _ints(0, 3, 1, 2)],
        _T(1, 8, 4, 6, zero=3),
        "TransposeOptions",
    )
    pads = _Constant(_pairs((0, 0), (1, 2), (0, 1), (0, 0)))
    _one("pad", "PAD", [_X, pads], _T(1, 7, 7, 8, zero=3), "PadOptions")
    _one(
        "padv2",
        "PADV2",
        [_X, pads, _Constant(_int8(9), _SCALE)],
        _T(1, 7, 7, 8, zero=0),
        "PadV2Options",
    )
    _one(
        "mirror_pad",
        "MIRROR_PAD",
        [_T(4, 6), _Constant(_pairs((1, 1), (2, 2)))],
        _T(6, 10),
        "MirrorPadOptions",
        mode=0,
    )
    _one(
        "concatenation",
        "CONCATENATION",
        [_X, _X],
        _T(1, 4, 6, 16, zero=3),
        "ConcatenationOptions",
        axis=3,
    )
    _one(
        "split",
        "SPLIT",
        [_scalar(3), _X],
        [_T(1, 4, 6, 4, zero=3)] * 2,
        "SplitOptions",
        numSplits=2,
    )
    sizes = [_T(1, 4, 6, 3, zero=3), _T(1, 4, 6, 5, zero=3)]
    _one("split_v", "SPLIT_V", [_X, _ints(3, 5), _scalar(3)], sizes, "SplitVOptions", numSplits=2)
    _one("unpack", "UNPACK", [_T(3, 5)], [_T(5)] * 3, "UnpackOptions", num=3, axis=0)
    _one("pack", "PACK", [_T(5)] * 3, _T(3, 5), "PackOptions", valuesCount=3, axis=0)
    slices = [_ints(0, 1, 0, 0), _ints(1, 4, 6, 8), _ints(1, 1, 2, 3)]
    _one(
        "strided_slice",
        "STRIDED_SLICE",
        [_X, *slices],
        _T(1, 3, 3, 3, zero=3),
        "StridedSliceOptions",
    )
    _one(
        "slice",
        "SLICE",
        [_X, _ints(0, 1, 2, 0), _ints(1, 2, 3, 8)],
        _T(1, 2, 3, 8, zero=3),
        "SliceOptions",
    )
    _one("gather", "GATHER", [_T(5, 7), _ints(4, 0, 2)], _T(3, 7), "GatherOptions", axis=0)
    _one(
        "gather_nd",
        "GATHER_ND",
        [_T(5, 7), _Constant(_pairs((4, 1), (0, 6)))],
        _T(2),
        "GatherNdOptions",
    )
    _one("broadcast_to", "BROADCAST_TO", [_T(1, 7), _ints(5, 7)], _T(5, 7), "BroadcastToOptions")
    _one("reverse_v2", "REVERSE_V2", [_T(5, 7), _ints(1)], _T(5, 7), "ReverseV2Options")
    _one(
        "space_to_depth",
        "SPACE_TO_DEPTH",
        [_X],
        _T(1, 2, 3, 32, zero=3),
        "SpaceToDepthOptions",
        blockSize=2,
    )
    _one(
        "depth_to_space",
        "DEPTH_TO_SPACE",
        [_X],
        _T(1, 8, 12, 2, zero=3),
        "DepthToSpaceOptions",
        blockSize=2,
    )
    none = _Constant(_pairs((0, 0), (0, 0)))
    _one(
        "space_to_batch_nd",
        "SPACE_TO_BATCH_ND",
        [_X, _ints(2, 2), none],
        _T(4, 2, 3, 8, zero=3),
        "SpaceToBatchNDOptions",
    )
    _one(
        "batch_to_space_nd",
        "BATCH_TO_SPACE_ND",
        [_T(4, 2, 3, 8), _ints(2, 2), none],
        _T(1, 4, 6, 8),
        "BatchToSpaceNDOptions",
    )
    twice = _T(1, 8, 12, 8, zero=3)
    _one(
        "resize_nearest_neighbor",
        "RESIZE_NEAREST_NEIGHBOR",
        [_X, _ints(8, 12)],
        twice,
        "ResizeNearestNeighborOptions",
    )
    _one(
        "resize_bilinear",
        "RESIZE_BILINEAR",
        [_X, _ints(8, 12)],
        twice,
        "ResizeBilinearOptions",
        halfPixelCenters=True,
    )
    _one(
        "zeros_like",
        "ZEROS_LIKE",
        [_T(4, 6, type="FLOAT32")],
        _T(4, 6, type="FLOAT32"),
        "ZerosLikeOptions",
    )


def _declare_reductions() -> None:
    _one("mean", "MEAN", [_X, _ints(1, 2)], _T(1, 8, scale=0.03, zero=4), "ReducerOptions")
    _one("sum", "SUM", [_X, _ints(1, 2)], _T(1, 8, scale=0.6), "ReducerOptions")
    for operator in ("REDUCE_MAX", "REDUCE_MIN"):
        _one(operator.lower(), operator, [_X, _ints(3)], _T(1, 4, 6, zero=3), "ReducerOptions")
    for operator, options in (("ARG_MAX", "ArgMaxOptions"), ("ARG_MIN", "ArgMinOptions")):
        _one(
            operator.lower(),
            operator,
            [_T(4, 10), _scalar(1)],
            _T(4, type="INT32"),
            options,
            outputType=2,
        )
    _one("cumsum", "CUMSUM", [_T(4, 10), _scalar(1)], _T(4, 10, scale=0.4), "CumsumOptions")
    _one(
        "max_pool_2d",
        "MAX_POOL_2D",
        [_X],
        _T(1, 2, 3, 8, zero=3),
        "Pool2DOptions",
        padding=1,
        strideH=2,
        strideW=2,
        filterHeight=2,
        filterWidth=2,
    )
    _one(
        "average_pool_2d",
        "AVERAGE_POOL_2D",
        [_X],
        _T(1, 2, 3, 8, zero=3),
        "Pool2DOptions",
        padding=0,
        strideH=2,
        strideW=2,
        filterHeight=3,
        filterWidth=3,
    )


def _declare_logic() -> None:
    flag = _T(4, 6, type="BOOL")
    for operator, options in (
        ("EQUAL", "EqualOptions"), ("NOT_EQUAL", "NotEqualOptions"), ("LESS", "LessOptions"),
        ("GREATER", "GreaterOptions"), ("GREATER_EQUAL", "GreaterEqualOptions"),
        ("LESS_EQUAL", "LessEqualOptions"),
    ):  # fmt: skip
        _one(operator.lower(), operator, [_T(4, 6), _T(4, 6, scale=0.1)], flag, options)
    _one("greater_int32", "GREATER", [_T(4, 6, type="INT32")] * 2, flag, "GreaterOptions")
    for operator, options in (
        ("LOGICAL_AND", "LogicalAndOptions"),
        ("LOGICAL_OR", "LogicalOrOptions"),
    ):
        _one(operator.lower(), operator, [flag, flag], flag, options)
    _one("logical_not", "LOGICAL_NOT", [flag], flag, "LogicalNotOptions")
    _one("select_v2", "SELECT_V2", [flag, _T(4, 6), _T(4, 6)], _T(4, 6), "SelectV2Options")


def _declare_types() -> None:
    float_ = _T(4, 6, type="FLOAT32")
    _one("quantize", "QUANTIZE", [float_], _T(4, 6, zero=5), "QuantizeOptions")
    _one(
        "quantize_uint8",
        "QUANTIZE",
        [_T(4, 6, type="UINT8", zero=128)],
        _T(4, 6),
        "QuantizeOptions",
    )
    _one("requantize", "QUANTIZE", [_T(4, 6)], _T(4, 6, scale=0.08, zero=-9), "QuantizeOptions")
    _one(
        "requantize_int16",
        "QUANTIZE",
        [_T(4, 6)],
        _T(4, 6, type="INT16", scale=0.001),
        "QuantizeOptions",
    )
    _one("dequantize", "DEQUANTIZE", [_T(4, 6, zero=5)], float_, "DequantizeOptions")
    _one("cast", "CAST", [_T(4, 6)], float_, "CastOptions", inDataType=9, outDataType=0)
    _one(
        "cast_bool",
        "CAST",
        [_T(4, 6, type="BOOL")],
        _T(4, 6, type="INT32"),
        "CastOptions",
        inDataType=6,
        outDataType=2,
    )


def _declare_products() -> None:
    channels = [0.002 + 0.0003 * n for n in range(6)]
    for name, scales, dimension in (("conv_2d", channels, 0), ("conv_2d_per_tensor", [0.003], 0)):
        filter_ = _Constant(_weights((6, 3, 3, 8), name), scales, dimension)
        bias = _bias(6, name + "b", [s * _SCALE for s in scales])
        _one(
            name,
            "CONV_2D",
            [_X, filter_, bias],
            _T(1, 2, 3, 6, scale=0.2, zero=-5),
            "Conv2DOptions",
            padding=0,
            strideH=2,
            strideW=2,
        )
    grouped = [
        _Constant(_weights((6, 3, 3, 4), "groups"), channels),
        _bias(6, "gb", [s * _SCALE for s in channels]),
    ]
    _one(
        "conv_2d_groups",
        "CONV_2D",
        [_X, *grouped],
        _T(1, 4, 6, 6, scale=0.2),
        "Conv2DOptions",
        padding=0,
        strideH=1,
        strideW=1,
    )
    wide = [
        _Constant(_weights((6, 3, 3, 8), "int16"), channels),
        _Constant(_weights((6,), "16b").astype("int64"), [s * 2.0**-11 for s in channels]),
    ]
    _one(
        "conv_2d_int16",
        "CONV_2D",
        [_T(1, 4, 6, 8, type="INT16", scale=2.0**-11), *wide],
        _T(1, 4, 6, 6, type="INT16", scale=2.0**-9),
        "Conv2DOptions",
        padding=0,
        strideH=1,
        strideW=1,
    )
    floats = [_Constant(_floats((6, 3, 3, 8), "float")), _Constant(_floats((6,), "fb"))]
    _one(
        "conv_2d_float",
        "CONV_2D",
        [_F, *floats],
        _T(1, 4, 6, 6, type="FLOAT32"),
        "Conv2DOptions",
        padding=0,
        strideH=1,
        strideW=1,
    )
    eight = [0.002 + 0.0002 * n for n in range(8)]
    deep = [
        _Constant(_weights((1, 3, 3, 8), "depth"), eight, 3),
        _bias(8, "db", [s * _SCALE for s in eight]),
    ]
    _one(
        "depthwise_conv_2d",
        "DEPTHWISE_CONV_2D",
        [_X, *deep],
        _T(1, 4, 6, 8, scale=0.1, zero=-3),
        "DepthwiseConv2DOptions",
        padding=0,
        strideH=1,
        strideW=1,
        depthMultiplier=1,
    )
    row = _T(2, 16, zero=-3)
    dense = [_Constant(_weights((5, 16), "dense"), 0.003), _bias(5, "denseb", 0.003 * _SCALE)]
    _one(
        "fully_connected",
        "FULLY_CONNECTED",
        [row, *dense],
        _T(2, 5, scale=0.1, zero=2),
        "FullyConnectedOptions",
    )
    five = [0.002 + 0.0004 * n for n in range(5)]
    dense = [
        _Constant(_weights((5, 16), "dense2"), five),
        _bias(5, "dense2b", [s * _SCALE for s in five]),
    ]
    _one(
        "fully_connected_per_channel",
        "FULLY_CONNECTED",
        [row, *dense],
        _T(2, 5, scale=0.1, zero=2),
        "FullyConnectedOptions",
    )
    _one(
        "fully_connected_no_bias",
        "FULLY_CONNECTED",
        [row, dense[0], None],
        _T(2, 5, scale=0.1),
        "FullyConnectedOptions",
    )
    up: list[_Tensor | _Constant | None] = [
        _ints(1, 8, 12, 6),
        _Constant(_weights((6, 3, 3, 8), "up"), channels),
        _X,
        _bias(6, "upb", [s * _SCALE for s in channels]),
    ]
    _one(
        "transpose_conv",
        "TRANSPOSE_CONV",
        up,
        _T(1, 8, 12, 6, scale=0.2, zero=4),
        "TransposeConvOptions",
        padding=0,
        strideH=2,
        strideW=2,
    )
    _one(
        "batch_matmul",
        "BATCH_MATMUL",
        [_T(2, 4, 6, zero=2), _T(2, 6, 5)],
        _T(2, 4, 5, scale=0.2, zero=1),
        "BatchMatMulOptions",
    )


def _pairs(*pairs: tuple[int, int]) -> NDArray[np.int32]:
    import numpy as np

    return np.array(pairs, np.int32)


def _int8(value: int) -> NDArray[np.int8]:
    import numpy as np

    return np.array([value], np.int8)


def _svdf(file: ModelBuilder) -> Sequence[int]:
    """A layer of filters over time, with its state in a variable tensor."""
    units, memory, width = 4, 6, 10
    x = file.input("features", (1, width), "INT8", 0.05, 2)
    feature = _Constant(_weights((units, width), "svdf"), 0.01).add(file, "weights_feature")
    time = _Constant(_weights((units, memory), "time").astype("int16") * 50, 0.001)
    bias = _Constant(_weights((units,), "svdfb").astype("int32"), 0.001 * 2.0**-9)
    weights_time, biases = time.add(file, "weights_time"), bias.add(file, "bias")
    state = file.tensor("state", (1, units * memory), "INT16", 2.0**-9, variable=True)
    y = file.tensor("activations", (1, units), "INT8", 0.4, 3)
    file.op(
        "SVDF",
        [x, feature, weights_time, biases, state],
        y,
        "SVDFOptions",
        rank=1,
        fusedActivationFunction=1,
    )
    return [y]


def _lstm(file: ModelBuilder) -> Sequence[int]:
    """An int8 LSTM over three steps of time, with its state in variable tensors."""
    units, width = 4, 5
    scale_x, scale_h = 1 / 64, 1 / 128
    x = file.input("steps", (1, 3, width), "INT8", scale_x, 0)

    def gates(kind: str, size: int) -> list[int]:
        return [
            _Constant(_weights((units, size), f"{kind}{n}"), 0.01).add(file, f"{kind}{n}")
            for n in range(4)
        ]

    def biases() -> list[int]:
        return [
            _Constant(_weights((units,), f"b{n}").astype("int32"), 0.01 * scale_x).add(
                file, f"b{n}"
            )
            for n in range(4)
        ]

    inputs = [x, *gates("input", width), *gates("recurrent", units), -1, -1, -1, *biases(), -1, -1]
    inputs.append(file.tensor("hidden", (1, units), "INT8", scale_h, 0, variable=True))
    inputs.append(file.tensor("cell", (1, units), "INT16", 2.0**-11, variable=True))
    inputs += [-1] * 4
    between = [file.tensor(f"between{n}", (0,), "INT16", 2.0**-12) for n in range(4)]
    between.append(file.tensor("between4", (0,), "INT8", scale_h, 0))
    y = file.tensor("states", (1, 3, units), "INT8", scale_h, 0)
    file.op(
        *("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, y, "UnidirectionalSequenceLSTMOptions"),
        intermediates=between,
        fusedActivationFunction=4,
        cellClip=10.0,
    )
    return [y]


def _variable_network() -> bytes:
    """Adds each sample to a variable, which CALL_ONCE sets to a value first."""
    import numpy as np

    file = ModelBuilder()
    same: dict[str, Any] = {"container": "", "sharedName": "total"}
    x = file.input("x", (1, 6), "FLOAT32")
    handle = file.tensor("handle", (), "RESOURCE")
    before = file.tensor("before", (1, 6), "FLOAT32")
    after = file.tensor("after", (1, 6), "FLOAT32")
    file.op("CALL_ONCE", [], [], "CallOnceOptions", initSubgraphIndex=1)
    file.op("VAR_HANDLE", [], handle, "VarHandleOptions", **same)
    file.op("READ_VARIABLE", [handle], before, "ReadVariableOptions")
    file.op("ADD", [before, x], after, "AddOptions")
    file.op("ASSIGN_VARIABLE", [handle, after], [], "AssignVariableOptions")
    file.end_graph([after])
    handle = file.tensor("handle", (), "RESOURCE")
    start = file.tensor("start", (1, 6), "FLOAT32", values=np.arange(6, dtype=np.float32))
    file.op("VAR_HANDLE", [], handle, "VarHandleOptions", **same)
    file.op("ASSIGN_VARIABLE", [handle, start], [], "AssignVariableOptions")
    file.end_graph([], "initialisation")
    return file.build(description="camhil zoo: variable")


def _ends(file: ModelBuilder) -> Sequence[int]:
    """Two inputs and three outputs of several types."""
    left = file.input("left", (1, 8), "INT8", 0.05, 3)
    right = file.input("right", (1, 8), "INT8", 0.1, -7)
    total = file.tensor("total", (1, 8), "INT8", 0.15, 1)
    larger = file.tensor("larger", (1, 8), "BOOL")
    best = file.tensor("best", (1,), "INT32")
    real = file.tensor("real", (1, 8), "FLOAT32")
    file.op("ADD", [left, right], total, "AddOptions")
    file.op("GREATER", [left, right], larger, "GreaterOptions")
    file.op("ARG_MAX", [total, file.ints("axis", [1])], best, "ArgMaxOptions", outputType=2)
    file.op("DEQUANTIZE", [total], real, "DequantizeOptions")
    return [real, larger, best]


def _colour(file: ModelBuilder) -> Sequence[int]:
    """A classifier of colour pictures, whose pixels are 0 to 1."""
    x = file.input("picture", (1, 24, 32, 3), "INT8", 1 / 255, -128)
    scales = [0.004 + 0.0005 * n for n in range(5)]
    filters = _Constant(_weights((5, 8, 8, 3), "colour"), scales).add(file, "filters")
    biases = _bias(5, "colourb", [s / 255 for s in scales]).add(file, "biases")
    features = file.tensor("features", (1, 3, 4, 5), "INT8", 0.1, -128)
    logits = file.tensor("logits", (1, 5), "INT8", 0.1, -128)
    scores = file.tensor("scores", (1, 5), "INT8", *_SCORE)
    conv: dict[str, Any] = {"padding": 1, "strideH": 8, "strideW": 8, "fusedActivationFunction": 1}
    file.op("CONV_2D", [x, filters, biases], features, "Conv2DOptions", **conv)
    file.op("MEAN", [features, file.ints("axes", [1, 2])], logits, "ReducerOptions")
    file.op("SOFTMAX", [logits], scores, "SoftmaxOptions", beta=1.0)
    return [scores]


for _declare in (
    _declare_arithmetic, _declare_activations, _declare_shapes, _declare_reductions,
    _declare_logic, _declare_types, _declare_products,
):  # fmt: skip
    _declare()
for _make in (_svdf, _lstm, _ends, _colour):
    _network(_make)
_MAKERS["variable"] = _variable_network
_MAKERS["tiny_cam"] = tiny_model
