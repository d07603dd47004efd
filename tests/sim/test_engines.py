"""Both engines of the simulated board, side by side."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest

from hil.network.tflite_graph import read_graph
from hil.sim.engine import Engine, EngineError
from hil.sim.engines import create_engine
from hil.testing.tiny_model import tiny_model
from hil.wire.enums import ErrorCode

PLENTY = 1 << 20


@pytest.fixture(params=["tflm", "litert"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "tflm":
        pytest.importorskip("tflite_micro")
    return create_engine(request.param)


def images(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(7)
    return [random.integers(-128, 128, 96 * 96).astype(np.int8) for _ in range(count)]


def test_an_engine_gives_every_operators_output_and_the_graphs(engine: Engine) -> None:
    model = tiny_model()
    graph = read_graph(model)
    engine.load(model, PLENTY)
    outputs: dict[int, np.ndarray] = {}

    engine.invoke(images(1)[0], lambda index, tensor: outputs.setdefault(index, tensor.copy()))

    assert list(outputs) == list(range(len(graph.ops)))
    for index, tensor in enumerate(graph.outputs):
        producer = graph.producer(tensor)
        assert producer is not None
        assert engine.output(index).tobytes() == outputs[producer.index].tobytes()


def test_tracing_does_not_change_the_result(engine: Engine) -> None:
    engine.load(tiny_model(), PLENTY)
    for image in images(3):
        engine.invoke(image, None)
        plain = [engine.output(index).tobytes() for index in range(2)]
        engine.invoke(image, lambda _index, _tensor: None)
        assert [engine.output(index).tobytes() for index in range(2)] == plain


def test_both_engines_agree_in_every_operator() -> None:
    pytest.importorskip("tflite_micro")
    model = tiny_model()
    answers: list[list[bytes]] = []
    for kind in ("tflm", "litert"):
        engine = create_engine(kind)
        engine.load(model, PLENTY)
        answers.append([])
        for image in images(5):
            engine.invoke(image, lambda _index, tensor: answers[-1].append(tensor.tobytes()))

    assert answers[0] == answers[1]


def test_an_unregistered_operator_is_named(engine: Engine) -> None:
    model = tiny_model(pool="average_pool")

    with pytest.raises(EngineError, match="AVERAGE_POOL_2D") as caught:
        engine.load(model, PLENTY)

    assert caught.value.code is ErrorCode.MODEL_OP
    assert caught.value.detail[0] == 1  # BuiltinOperator.AVERAGE_POOL_2D of schema.fbs


def test_tflm_tells_how_much_arena_it_needs() -> None:
    pytest.importorskip("tflite_micro")
    engine = create_engine("tflm")
    used = engine.load(tiny_model(), PLENTY)
    assert used > 96 * 96

    engine.load(tiny_model(), used)
    with pytest.raises(EngineError) as caught:
        engine.load(tiny_model(), used - 1)

    assert caught.value.code is ErrorCode.ARENA_TOO_SMALL
    assert caught.value.detail == (used, used - 1)


def test_what_tflm_prints_is_kept_out_of_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("tflite_micro")
    with tempfile.TemporaryFile() as log:
        create_engine("tflm", log).load(tiny_model(), PLENTY)

        assert capfd.readouterr().err == ""
        assert log.read() == b""
