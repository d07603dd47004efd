"""Everything that is wrong with a network, found on the host before a board is touched.

Refused is what TensorFlow Lite Micro cannot run, or runs wrongly without a word, whatever the
network is for. What depends on a firmware (its operators, its arena) a board says itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from hil.network.arrays import TENSOR_TYPES
from hil.network.micro_ops import TFLM_OPS
from hil.network.model_problem import Problem
from hil.network.tflite_graph import Graph, Op, Tensor
from hil.wire.network_header import MAX_INPUTS, MAX_OUTPUTS

SMALLEST_SCALE = 1e-6
"""Activations of a working network stay far above: person_cam's smallest is 4e-3. Those of an
untrained one without calibrated batch normalization fall to 1e-9, and TFLM aborts on it."""

_MOST_DIMENSIONS = 6
_TFLM_TYPES = ("FLOAT32", "INT4", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT32", "BOOL",
               "RESOURCE")  # fmt: skip
_FILTERED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "SVDF",
             "UNIDIRECTIONAL_SEQUENCE_LSTM", "BATCH_MATMUL")  # fmt: skip
_CONTROL_FLOW = ("IF", "WHILE", "CALL")

_CONTRADICTION = "the file contradicts itself: "
_CONVERT_AGAIN = "convert the model again from its source; a shape cannot be edited in the file"


def graph_problems(model: bytes, graph: Graph) -> list[Problem]:
    """Every reason why TensorFlow Lite Micro cannot run a network, or nobody could judge it."""
    found = [
        *_wrong_ends(graph),
        *_wrong_operators(graph),
        *_wrong_subgraphs(graph),
        *_wrong_tensors(graph),
        *_wrong_constants(graph),
        *_wrong_scales(graph),
    ]
    # What LiteRT makes of shapes means something only where all else fits.
    return found or list(_wrong_shapes(model, graph))


def _wrong_ends(graph: Graph) -> Iterator[Problem]:
    """Inputs and outputs that protocol or contract have no place for."""
    for what, indexes, most in (
        ("inputs", graph.inputs, MAX_INPUTS),
        ("outputs", graph.outputs, MAX_OUTPUTS),
    ):
        if not 1 <= len(indexes) <= most:
            yield Problem(
                f"the model has {len(indexes)} {what}, not 1 to {most}",
                f"export the model with at most {most} {what}",
            )
        for index in indexes:
            tensor = graph.tensors[index]
            if tensor.type_code not in TENSOR_TYPES:
                yield Problem(
                    f"one of the {what} is {tensor.describe()}, a type that cannot be sent",
                    "use int8, uint8, int16, int32, bool or float32",
                )
            elif 0 in tensor.shape or len(tensor.shape) > _MOST_DIMENSIONS:
                yield Problem(
                    f"one of the {what} is {tensor.describe()}: no values, or more than "
                    f"{_MOST_DIMENSIONS} dimensions",
                    "change the shape where the network begins or ends",
                )


def _wrong_operators(graph: Graph) -> Iterator[Problem]:
    names = graph.operators
    if "CUSTOM" in names:
        yield Problem(
            "the model has custom operators, which the firmware cannot register",
            "convert the model without custom operators; an audio front end belongs in front of "
            "the network",
        )
    lacking = [name for name in names if name not in (*TFLM_OPS, *_CONTROL_FLOW, "CUSTOM")]
    if lacking:
        yield Problem(
            f"TensorFlow Lite Micro has no kernel for operators of the model: {', '.join(lacking)}",
            "build the network without them, or with others that do the same",
        )
    hybrid = [f"{op.name} (operator {op.index})" for op in graph.ops if _is_hybrid(graph, op)]
    if hybrid:
        yield Problem(
            "float activations with integer weights, which TensorFlow Lite Micro cannot run: "
            f"{_few(hybrid)}",
            "convert with full integer quantization (a representative set), or not quantized at "
            "all",
        )


def _is_hybrid(graph: Graph, op: Op) -> bool:
    if op.name not in _FILTERED:
        return False
    given = [graph.tensors[index] for index in op.inputs if index >= 0]
    floats = any(t.type_name == "FLOAT32" and not t.data and not t.variable for t in given)
    return floats and any(t.data and t.type_name in ("INT8", "UINT8", "INT4") for t in given)


def _wrong_subgraphs(graph: Graph) -> Iterator[Problem]:
    called = {op.calls for op in graph.ops if op.calls is not None}
    flow = [name for name in graph.operators if name in _CONTROL_FLOW]
    idle = len(set(range(1, 1 + len(graph.others))) - called)
    if flow or idle:
        what = ", ".join(flow) or f"{idle} subgraphs that no CALL_ONCE runs"
        yield Problem(
            f"the model has control flow: {what}",
            "export one function without IF and WHILE; unroll loops of a fixed length",
        )
    if not called <= set(range(1, 1 + len(graph.others))):
        yield Problem(
            f"{_CONTRADICTION}CALL_ONCE runs a subgraph that is not there", _CONVERT_AGAIN
        )
    if any(op.name == "CALL_ONCE" for ops in graph.others for op in ops):
        yield Problem(
            "an initialisation calls another one",
            "export the model with the values of its variables as constants",
        )


def _wrong_tensors(graph: Graph) -> Iterator[Problem]:
    """Kinds of tensors that TensorFlow Lite Micro does not run."""
    used = sorted(
        {index for op in graph.ops for index in (*op.inputs, *op.outputs) if index >= 0}
        | {*graph.inputs, *graph.outputs}
    )
    tensors = [graph.tensors[index] for index in used]
    dynamic = [tensor.describe() for tensor in tensors if -1 in tensor.shape]
    if dynamic:
        yield Problem(
            f"shapes that are known only when the network runs: {_few(dynamic)}",
            "fix every size before the conversion: keras.Input(batch_shape=(1, ...))",
        )
    unknown = [t.describe() for t in tensors if t.type_name not in _TFLM_TYPES]
    if unknown:
        yield Problem(
            f"types that TensorFlow Lite Micro has no kernels for: {_few(unknown)}",
            "convert to int8 with full integer quantization, or to float32",
        )
    sparse = [tensor.describe() for tensor in tensors if tensor.sparse]
    if sparse:
        yield Problem(f"sparse tensors: {_few(sparse)}", "convert the model without sparsity")
    outside = [tensor.describe() for tensor in tensors if tensor.outside]
    if outside:
        yield Problem(
            "values behind the FlatBuffer or in another file, where TensorFlow Lite Micro does "
            f"not read them: {_few(outside)}",
            "convert the model again, below 2 GB and without offset or external buffers",
        )


def _few(names: Sequence[str]) -> str:
    """The first of many names."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _wrong_constants(graph: Graph) -> Iterator[Problem]:
    """Constants that are not what their tensor says, and weights that are for another input."""
    for tensor in graph.tensors:
        whole = not tensor.data or not tensor.data_bytes or tensor.sparse or -1 in tensor.shape
        if not whole and len(tensor.data) != tensor.data_bytes:
            yield Problem(
                f"{_CONTRADICTION}{tensor.describe()} has {len(tensor.data)} bytes in the file, "
                f"not {tensor.data_bytes}",
                _CONVERT_AGAIN,
            )
    for op in graph.ops:
        pair = _weights(graph, op)
        wrong = "" if pair is None else _channels_apart(op, *pair)
        if wrong:
            yield Problem(
                f"{_CONTRADICTION}{op.name} (operator {op.index}): {wrong}", _CONVERT_AGAIN
            )


def _weights(graph: Graph, op: Op) -> tuple[Tensor, Tensor] | None:
    """First input and constant filter of a convolution or a dense layer."""
    if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return None
    if len(op.inputs) < 2 or min(op.inputs[:2]) < 0:
        return None
    image, weights = (graph.tensors[index] for index in op.inputs[:2])
    return (image, weights) if weights.data and -1 not in image.shape else None


def _channels_apart(op: Op, image: Tensor, weights: Tensor) -> str:
    """How a filter contradicts the channels of its input; empty where it does not."""
    if op.name == "FULLY_CONNECTED":
        width = weights.shape[-1] if weights.shape else 0
        fits = width > 0 and image.elements % width == 0
        return "" if fits else f"weights {weights.describe()} for {image.describe()}"
    if len(image.shape) != 4 or len(weights.shape) != 4:
        return f"filter {weights.describe()} for {image.describe()}"
    have, meant = image.shape[3], weights.shape[3]
    if op.name == "DEPTHWISE_CONV_2D":  # one or more filters for each channel
        fits = have > 0 and meant % have == 0
    else:  # with groups, a filter sees a part of the channels
        fits = meant > 0 and have % meant == 0
        fits = fits and weights.shape[0] % max(have // meant, 1) == 0
    if fits:
        return ""
    return (
        f"its filter {weights.describe()} is for {meant} channels, its input {image.describe()} "
        f"has {have}"
    )


def _wrong_shapes(model: bytes, graph: Graph) -> Iterator[Problem]:
    """The first operator whose output has another shape than its inputs give it.

    TensorFlow Lite Micro believes the shapes in the file and would write past its tensors.
    """
    made = _allocated_shapes(model)
    for op in graph.ops:
        for index in op.outputs:
            tensor = graph.tensors[index]
            shape = made.get(index, tensor.shape)
            if shape != tensor.shape:
                first = graph.tensors[op.inputs[0]].describe() if op.inputs else "nothing"
                yield Problem(
                    f"{_CONTRADICTION}{op.name} (operator {op.index}) makes {list(shape)} of "
                    f"{first}, the file says {tensor.describe()}",
                    _CONVERT_AGAIN,
                )
                return


def _allocated_shapes(model: bytes) -> dict[int, tuple[int, ...]]:
    """The shape of each tensor as LiteRT computes it; none where LiteRT refuses the model."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    try:
        interpreter = Interpreter(
            model_content=model,
            num_threads=1,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        )
        interpreter.allocate_tensors()
        details = interpreter.get_tensor_details()
    except (ValueError, RuntimeError):
        return {}  # the oracle tells what it says, and looks for another interpreter
    return {entry["index"]: tuple(int(size) for size in entry["shape"]) for entry in details}


def _wrong_scales(graph: Graph) -> Iterator[Problem]:
    bad = [t.name for t in graph.tensors if not all(0 < s < math.inf for s in t.scales)]
    if bad:
        yield Problem(
            f"scale zero, negative or not a number in: {', '.join(bad)}",
            "convert the model again, with representative images",
        )
    scale, name = smallest_scale(graph)
    if not bad and scale < SMALLEST_SCALE:
        yield Problem(
            f"degenerate quantization: {name} has scale {scale:.3g}, and TensorFlow Lite Micro "
            "aborts on such models",
            "train the network and calibrate its batch normalization before the conversion",
        )


def smallest_scale(graph: Graph) -> tuple[float, str]:
    """The smallest scale of an activation, with the tensor's name; infinity without any."""
    activations = [*graph.inputs, *(index for op in graph.ops for index in op.outputs)]
    scales = [
        (scale, graph.tensors[index].name)
        for index in activations
        for scale in graph.tensors[index].scales
    ]
    return min(scales, default=(math.inf, ""))
