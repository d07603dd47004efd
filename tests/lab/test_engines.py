"""Engines with a mistake, against the sound one."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from hil.base.resources import find
from hil.images import synthetic
from hil.network.tflite_graph import read_graph
from hil.sim.engine import Engine
from hil.sim.engines import create_engine
from hil_lab.faults import kernels
from hil_lab.faults.engines import EditedModel, OverwrittenOutput, WrongOp

MODEL = find("model/person_cam.tflite").read_bytes()
GRAPH = read_graph(MODEL)
IMAGE = next(photo for photo in synthetic() if photo.name == "noise").tensor.ravel().view(np.uint8)
ARENA = 128 * 1024
POINTWISE = (2, 4, 16, 22)


def loaded(engine: Engine) -> Engine:
    engine.load(MODEL, ARENA)
    return engine


def traced(engine: Engine) -> list[Any]:
    outputs: list[Any] = []
    loaded(engine).invoke(IMAGE, lambda _op, _n, output: outputs.append(output.copy()))
    return outputs


@functools.cache
def right() -> list[Any]:
    return traced(create_engine("litert"))


def first_difference(engine: Engine) -> int | None:
    pairs = zip(right(), traced(engine), strict=True)
    return next((i for i, (a, b) in enumerate(pairs) if not np.array_equal(a, b)), None)


@pytest.mark.parametrize("op", POINTWISE)
def test_the_numpy_convolution_without_a_mistake_is_the_engines(op: int) -> None:
    assert first_difference(WrongOp(op, kernels.right)(create_engine("litert"))) is None


@pytest.mark.parametrize(
    ("op", "kernel"),
    [
        (0, kernels.padded(1, 0)),
        (1, kernels.padded(1, 1, with_zero=True)),
        (4, kernels.rounds_down),
        (4, kernels.wraps),
        (16, kernels.sums_in_16_bits),
        (16, kernels.dead_channel(5)),
        (13, kernels.copies_input),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_the_mistaken_operator_is_the_first_that_differs(op: int, kernel: Any) -> None:
    assert first_difference(WrongOp(op, kernel)(create_engine("litert"))) == op


def test_explicit_padding_as_same_pads_is_no_mistake() -> None:
    # A depthwise convolution of stride 1 has one row of padding on each side.
    assert first_difference(WrongOp(1, kernels.padded(1, 1))(create_engine("litert"))) is None


def test_rounding_down_is_off_by_one_at_most_and_never_above() -> None:
    sound = right()[4].astype(int)
    wrong = traced(WrongOp(4, kernels.rounds_down)(create_engine("litert")))[4].astype(int)
    assert set(np.unique(wrong - sound)) == {-1, 0}


def test_what_follows_the_mistake_reaches_the_outputs() -> None:
    engine = WrongOp(16, kernels.dead_channel(5))(create_engine("litert"))
    last = traced(engine)[-1]
    scores = [engine.output(i) for i in range(2) if engine.output(i).size == last.size]
    assert np.array_equal(scores[0], last)


def test_an_edited_model_is_run_instead() -> None:
    def edit(model: Any) -> None:
        model.subgraphs[0].operators[-1].builtinOptions.beta = 0.5

    assert first_difference(EditedModel(edit)(create_engine("litert"))) == len(GRAPH.ops) - 1


def test_an_overwritten_output_shows_in_plain_runs_alone() -> None:
    sound, engine = loaded(create_engine("litert")), OverwrittenOutput(16)(create_engine("litert"))
    loaded(engine)
    sizes = [GRAPH.tensors[tensor].elements for tensor in GRAPH.outputs]
    features = sizes.index(max(sizes))
    sound.invoke(IMAGE, None)
    engine.invoke(IMAGE, None)
    plain = engine.output(features).ravel()
    assert not plain[:16].any()
    assert np.array_equal(plain[16:], sound.output(features).ravel()[16:])
    engine.invoke(IMAGE, lambda *_: None)
    assert np.array_equal(engine.output(features), sound.output(features))
