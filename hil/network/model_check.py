"""Everything that is wrong with a model, found on the host before a board is touched.

`check_model` refuses what no firmware of this version can run or be judged on. What depends on
the firmware (its operators, its arena) is listed too, but there the board has the last word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from hil.network.cam_graph import INPUT_SHAPE, CamGraph, look_for_cam
from hil.network.model_problem import Problem, refusal
from hil.network.tflite_graph import Graph, Op, Tensor, missing_ops, read_graph

SMALLEST_SCALE = 1e-6
"""Activations of a working network stay far above: person_cam's smallest is 4e-3. Those of an
untrained one without calibrated batch normalization fall to 1e-9, and TFLM aborts on it."""

FIRMWARE_ROOM = {
    "operators": 96,
    "classes": 64,
    "cells of the map": 256,
    "channels of the features": 32_768,
}
"""Of firmware/core/limits.h: kMaxOps, kMaxClasses, kMaxCamCells, kMaxCamChannels."""

More = Callable[[bytes], Sequence[Problem]]


_CONTRADICTION = "the file contradicts itself: "
_CONVERT_AGAIN = "convert the model again from its source; a shape cannot be edited in the file"


def check_model(
    model: bytes,
    *,
    where: str,
    input_shape: tuple[int, ...] | None = INPUT_SHAPE,
    more: More | None = None,
) -> CamGraph:
    """The parts of a model that can be tested, whatever firmware runs it.

    Args:
        model: the .tflite file's bytes.
        where: what errors name as the place.
        input_shape: as for `hil.network.cam_graph.read_cam_graph`.
        more: what else is wrong with a model that is refused; it may take its time.

    Raises:
        UsageError: not a TFLite file, or all problems at once, and with them what the
            firmware could not run either.
    """
    graph = read_graph(model, where=where)
    cam, problems = look_for_cam(graph, input_shape=input_shape)
    problems = [*graph_problems(model, graph), *problems]
    if cam is None or problems:
        problems += [*firmware_problems(graph, cam), *(more(model) if more else ())]
        raise refusal(problems, where=where)
    return cam


def check_for_firmware(model: bytes, *, where: str, more: More | None = None) -> None:
    """As `check_model`, and the firmware in `firmware/` has to be able to run the model."""
    graph = read_graph(model, where=where)
    problems = model_problems(model, graph)
    if problems:
        raise refusal([*problems, *(more(model) if more else ())], where=where)


def model_problems(model: bytes, graph: Graph) -> list[Problem]:
    """Every reason why the firmware cannot run the model, or nobody could judge it."""
    cam, found = look_for_cam(graph)
    return [*graph_problems(model, graph), *found, *firmware_problems(graph, cam)]


def graph_problems(model: bytes, graph: Graph) -> list[Problem]:
    """Contradictions within the file, and quantization that cannot work."""
    found = [*_wrong_constants(graph), *_wrong_scales(graph)]
    if graph.subgraphs > 1:
        found.append(
            Problem(
                f"the model has {graph.subgraphs} subgraphs, of which only the first is run",
                "export one function without control flow (IF, WHILE, CALL_ONCE)",
            )
        )
    # What LiteRT makes of shapes means something only where the constants fit.
    return found or list(_wrong_shapes(model, graph))


def firmware_problems(graph: Graph, cam: CamGraph | None) -> list[Problem]:
    """What the firmware in `firmware/` lacks for a model: operators, and room in its tables."""
    found = []
    lacking = missing_ops(graph)
    if "CUSTOM" in lacking:
        found.append(
            Problem(
                "the model has custom operators, which the firmware cannot register",
                "convert the model without custom operators",
            )
        )
    builtin = [name for name in lacking if name != "CUSTOM"]
    if builtin:
        found.append(
            Problem(
                f"the firmware lacks operators of the model: {', '.join(builtin)}",
                "add the operators to firmware/ops.toml (and for a chip run python "
                "firmware/generate.py and make firmware), or convert the model without them",
            )
        )
    sizes = [("operators", len(graph.ops))]
    if cam is not None:
        rows, columns = cam.grid
        sizes += [("classes", cam.classes), ("cells of the map", rows * columns)]
        sizes += [("channels of the features", cam.channels)]
    return found + [
        Problem(
            f"the model has {size:,} {what}, the firmware has room for {FIRMWARE_ROOM[what]:,}",
            "make the network smaller: the firmware's tables end there (firmware/core/limits.h)",
        )
        for what, size in sizes
        if size > FIRMWARE_ROOM[what]
    ]


def _wrong_constants(graph: Graph) -> Iterator[Problem]:
    """Weights that do not belong to their input."""
    for op in graph.ops:
        pair = _weights(graph, op)
        if pair is None:
            continue
        image, weights = pair
        if len(weights.data) != weights.data_bytes:
            wrong = f"{weights.describe()} has {len(weights.data)} bytes in the file"
        else:
            wrong = _channels_apart(op, image, weights)
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
    return (image, weights) if weights.data else None


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
    activations = [*graph.inputs, *(op.output for op in graph.ops)]
    scales = [
        (scale, graph.tensors[index].name)
        for index in activations
        for scale in graph.tensors[index].scales
    ]
    return min(scales, default=(math.inf, ""))
