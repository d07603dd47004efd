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
_ZERO_POINTS = {"INT8": (-128, 127), "UINT8": (0, 255), "INT16": (-32768, 32767)}
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
        *_wrong_order(graph),
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
                f"export the model with 1 to {most} {what}",
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
    custom = dict.fromkeys(op.custom for op in graph.ops if op.name == "CUSTOM")
    if "CUSTOM" in names:
        yield Problem(
            "the model has custom operators, which the firmware cannot register: "
            f"{_few(list(custom))}",
            "give the model as it was before Vela: its operators for an Ethos-U run on no ESP32"
            if "ethos-u" in custom
            else "convert the model without custom operators; an audio front end belongs in front "
            "of the network",
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
        more = "a subgraph" if idle == 1 else f"{idle} subgraphs"
        what = ", ".join(flow) or f"{more} that no CALL_ONCE runs"
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
        if any(step < 1 for step in op.steps):
            yield Problem(
                f"{_CONTRADICTION}{op.name} (operator {op.index}) has no options, or a stride or "
                f"dilation below 1: {', '.join(map(str, op.steps))}",
                _CONVERT_AGAIN,
            )
        pair = _weights(graph, op)
        wrong = "" if pair is None else _channels_apart(op, *pair)
        wrong = wrong or ("" if pair is None else _wrong_bias(graph, op, pair[1]))
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


def _wrong_bias(graph: Graph, op: Op, weights: Tensor) -> str:
    """How a bias contradicts the filters that it is added to; empty where it does not."""
    if len(op.inputs) < 3 or op.inputs[2] < 0:
        return ""
    bias = graph.tensors[op.inputs[2]]
    filters = weights.shape[-1 if op.name == "DEPTHWISE_CONV_2D" else 0]
    fits = bias.elements == filters or -1 in bias.shape
    return "" if fits else f"bias {bias.describe()} for {filters} filters {weights.describe()}"


def _wrong_order(graph: Graph) -> Iterator[Problem]:
    """What is read, or given, and that nothing has written by then: memory as it happens to be."""
    there = {*graph.inputs, *(t.index for t in graph.tensors if _kept(t))}
    for op in graph.ops:
        for index in op.inputs:
            if index >= 0 and index not in there and op.name != "CUSTOM":
                yield Problem(
                    f"{_CONTRADICTION}{op.name} (operator {op.index}) reads "
                    f"{graph.tensors[index].describe()}, which nothing has written by then",
                    _CONVERT_AGAIN,
                )
                return
        there.update(op.outputs)
    for index in graph.outputs:
        if index not in there:
            yield Problem(
                f"{_CONTRADICTION}no operator makes the output {graph.tensors[index].describe()}",
                _CONVERT_AGAIN,
            )


def _kept(tensor: Tensor) -> bool:
    """Whether a tensor has its values without an operator, or none at all."""
    in_file = bool(tensor.data) or tensor.sparse or tensor.outside
    return in_file or tensor.variable or not tensor.elements


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
    for tensor in graph.tensors:
        wrong = _wrong_quantization(tensor)
        if wrong:
            yield Problem(f"{_CONTRADICTION}{tensor.describe()} has {wrong}", _CONVERT_AGAIN)
    scale, name = smallest_scale(graph)
    if not bad and scale < SMALLEST_SCALE:
        yield Problem(
            f"degenerate quantization: {name} has scale {scale:.3g}, and TensorFlow Lite Micro "
            "aborts on such models",
            "train the network and calibrate its batch normalization before the conversion",
        )


def _wrong_quantization(tensor: Tensor) -> str:
    """How scales and zero points contradict their tensor; empty where they do not."""
    scales, zero_points, shape = len(tensor.scales), tensor.zero_points, tensor.shape
    low, high = _ZERO_POINTS.get(tensor.type_name, (-math.inf, math.inf))
    beyond = [zero for zero in zero_points if not low <= zero <= high]
    if beyond:
        return f"zero point {beyond[0]}, which is no value of its type"
    if zero_points and scales != len(zero_points):
        return f"{scales} scales and {len(zero_points)} zero points"
    dimension = tensor.quantized_dimension  # a bias may name that of its filters
    channels = shape[dimension] if dimension < len(shape) else tensor.elements
    if scales > 1 and scales != channels:
        return f"{scales} scales for {channels} channels"
    return ""


def smallest_scale(graph: Graph) -> tuple[float, str]:
    """The smallest scale of an 8-bit activation, with the tensor's name; infinity without any."""
    activations = [*graph.inputs, *(index for op in graph.ops for index in op.outputs)]
    tensors = [graph.tensors[index] for index in activations]
    scales = [
        (scale, tensor.name or tensor.describe())
        for tensor in tensors
        if tensor.type_name in ("INT8", "UINT8")
        for scale in tensor.scales
    ]
    return min(scales, default=(math.inf, ""))
