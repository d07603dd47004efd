"""What a .tflite file is, measured; and whether it is a person_cam, judged."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hil.network.cam_graph import look_for_cam
from hil.network.contract import read_contract
from hil.network.model_check import smallest_scale
from hil.network.model_problem import Problem, RefusedModelError
from hil.network.op_costs import op_costs, total_macs
from hil.network.settings import NetworkSettings
from hil.network.tflite_graph import read_graph

INPUT_SCALE = 1 / 128
INPUT_ZERO_POINT = 0
"""Of what is converted here: real input (pixel - 128) / 128, calibrated from black to white."""

EXPECTED_OPS = (
    "CONV_2D",
    *("DEPTHWISE_CONV_2D", "CONV_2D") * 11,
    "MEAN", "CONV_2D", "RESHAPE", "SOFTMAX",
)  # fmt: skip
"""Operators of `model.architecture` after conversion, in execution order."""

_REMEDY = "convert it as python -m model export does: full int8, features and scores as outputs"

MAXIMUM_BYTES = 200_000
MAXIMUM_MACS = 7_600_000
"""Multiply-accumulates: the budget of an inference, which the whole network keeps."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What was read from a model.

    `parameters` counts weights and biases, `macs` multiply-accumulates;
    `smallest_scale` is that of the activations, with the tensor's name. `score` and
    `features` are empty and `classes` is 0 where the model has no class activation map.
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


def measure(model: bytes, *, where: str = "model") -> ModelFacts:
    """Reads a .tflite file. Raises UsageError where it is none."""
    graph = read_graph(model, where=where)
    cam, _ = look_for_cam(graph)
    images = [graph.tensors[index] for index in graph.inputs]
    quantized = next((image for image in images if image.scales and image.zero_points), None)
    scale, tensor = smallest_scale(graph)
    return ModelFacts(
        sha256=graph.sha256,
        model_bytes=graph.model_bytes,
        parameters=sum(t.elements for t in graph.tensors if t.data and t.scales),
        macs=total_macs(op_costs(graph)),
        ops=tuple(op.name for op in graph.ops),
        input=", ".join(image.describe() for image in images),
        input_scale=math.nan if quantized is None else quantized.scale(),
        input_zero_point=0 if quantized is None else quantized.zero_point(),
        score="" if cam is None else cam.score.describe(),
        features="" if cam is None else cam.features.describe(),
        classes=0 if cam is None else cam.classes,
        smallest_scale=scale,
        smallest_scale_tensor=tensor,
    )


def problems(model: bytes, *, where: str = "model") -> list[Problem]:
    """Why this model cannot take person_cam's place; empty when it can.

    Raises:
        UsageError: not a TFLite file.
    """
    read_graph(model, where=where)
    try:
        contract = read_contract(model, where=where, settings=NetworkSettings(1, 50))
    except RefusedModelError as refused:
        return list(refused.problems)
    wanted = (contract.head, contract.image)
    return [Problem(note, _REMEDY) for note in contract.notes] if None in wanted else []


def deviations(facts: ModelFacts) -> list[str]:
    """Where a converted model differs from what `model.architecture` should give."""
    found = []
    if (facts.input_scale, facts.input_zero_point) != (INPUT_SCALE, INPUT_ZERO_POINT):
        found.append(
            f"input has scale {facts.input_scale:.9g} and zero point {facts.input_zero_point}, "
            f"not 1/128 and {INPUT_ZERO_POINT}: the representative set lacks black or white"
        )
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
