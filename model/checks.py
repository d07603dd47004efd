"""What a .tflite file is, measured; and whether the firmware can run it, judged.

`measure` reads, `problems` judges. Structure that a class activation map cannot
do without (input, score, features, classifier) is judged by `hil.cam_graph`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hil.cam_graph import CamGraph, read_cam_graph
from hil.op_costs import op_costs, total_macs
from hil.tflite_graph import Tensor, missing_ops

INPUT_SCALE = 1 / 128
INPUT_ZERO_POINT = 0
"""With these the int8 input is pixel - 128, which is what host and firmware send."""

EXPECTED_OPS = (
    "CONV_2D",
    *("DEPTHWISE_CONV_2D", "CONV_2D") * 11,
    "MEAN", "CONV_2D", "RESHAPE", "SOFTMAX",
)  # fmt: skip
"""Operators of `model.architecture` after conversion, in execution order."""

SMALLEST_SCALE = 1e-6
"""Activations of a working network stay far above: this one's smallest is 4e-3. Those of an
untrained one without calibrated batch normalization fall to 1e-9, and TFLM aborts on it."""

MAXIMUM_BYTES = 200_000
MAXIMUM_MACS = 7_600_000
"""Multiply-accumulates: the budget of an inference, which the whole network keeps."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What was read from a model.

    `parameters` counts weights and biases, `macs` multiply-accumulates;
    `smallest_scale` is that of the activations, with the tensor's name; `bad_scales`
    names quantized tensors with a scale that is zero, negative or no number.
    """

    sha256: str
    model_bytes: int
    parameters: int
    macs: int
    ops: tuple[str, ...]
    input: str
    input_scale: float
    input_zero_point: int
    score: str
    features: str
    classes: int
    smallest_scale: float
    smallest_scale_tensor: str
    bad_scales: tuple[str, ...]
    missing_ops: tuple[str, ...]


def measure(model: bytes, *, where: str = "model") -> ModelFacts:
    """Reads a .tflite file.

    Raises:
        UsageError: not a TFLite file, or without what a CAM needs.
    """
    cam = read_cam_graph(model, where=where)
    graph = cam.graph
    scale, tensor = min((scale, tensor.name) for tensor in _activations(cam)
                        for scale in tensor.scales or (math.inf,))  # fmt: skip
    return ModelFacts(
        sha256=graph.sha256,
        model_bytes=graph.model_bytes,
        parameters=sum(t.elements for t in graph.tensors if t.data and t.scales),
        macs=total_macs(op_costs(graph)),
        ops=tuple(op.name for op in graph.ops),
        input=cam.input.describe(),
        input_scale=cam.input.scale() if cam.input.scales else math.nan,
        input_zero_point=cam.input.zero_point() if cam.input.zero_points else 0,
        score=cam.score.describe(),
        features=cam.features.describe(),
        classes=cam.classes,
        smallest_scale=scale,
        smallest_scale_tensor=tensor,
        bad_scales=tuple(
            t.name for t in graph.tensors if not all(0 < s < math.inf for s in t.scales)
        ),
        missing_ops=missing_ops(graph),
    )


def _activations(cam: CamGraph) -> list[Tensor]:
    tensors = cam.graph.tensors
    return [cam.input, *(tensors[op.output] for op in cam.graph.ops)]


def problems(facts: ModelFacts) -> list[str]:
    """Why the firmware cannot run this model; empty when it can."""
    found = []
    if (facts.input_scale, facts.input_zero_point) != (INPUT_SCALE, INPUT_ZERO_POINT):
        found.append(
            f"input has scale {facts.input_scale:.9g} and zero point {facts.input_zero_point}, "
            f"not 1/128 and {INPUT_ZERO_POINT}: pixel - 128 would not be what the network was "
            "trained on (add a black and a white image to the representative set)"
        )
    if facts.bad_scales:
        found.append(f"scale zero, negative or not a number in: {', '.join(facts.bad_scales)}")
    if facts.smallest_scale < SMALLEST_SCALE:
        found.append(
            f"degenerate quantization: {facts.smallest_scale_tensor} has scale "
            f"{facts.smallest_scale:.3g}, and TFLM aborts on such models (is it trained, and "
            "batch normalization calibrated?)"
        )
    if facts.missing_ops:
        found.append(
            f"the firmware's op resolver lacks {', '.join(facts.missing_ops)}: add them to "
            "firmware/ops.toml, or convert without them"
        )
    return found


def deviations(facts: ModelFacts) -> list[str]:
    """Where a converted model differs from what `model.architecture` should give."""
    found = []
    if facts.ops != EXPECTED_OPS:
        found.append(
            f"{len(facts.ops)} operators, not the {len(EXPECTED_OPS)} expected: "
            f"{', '.join(facts.ops)} (an input without a fixed batch gives SHAPE, STRIDED_SLICE "
            "and PACK)"
        )
    if facts.model_bytes > MAXIMUM_BYTES:
        found.append(f"{facts.model_bytes} bytes, more than {MAXIMUM_BYTES}")
    if facts.macs > MAXIMUM_MACS:
        found.append(f"{facts.macs} multiply-accumulates, more than {MAXIMUM_MACS}")
    return found
