"""Both engines of the simulated board, side by side."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
import pytest

from hil.network.tflite_graph import read_graph
from hil.sim.engine import Engine, EngineError, read_plan
from hil.sim.engines import create_engine
from hil.testing.tiny_model import edit_model, tiny_model
from hil.wire.enums import ErrorCode
from hil_lab.faults.engines import LackingOp

from . import networks

PLENTY = 1 << 20


@pytest.fixture(params=["tflm", "litert"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "tflm":
        pytest.importorskip("tflite_micro")
    return create_engine(request.param)


def samples(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(7)
    return [random.integers(0, 256, 96 * 96).astype(np.uint8) for _ in range(count)]


def sample_of(*arrays: np.ndarray) -> np.ndarray:
    """The bytes of these inputs, one behind the other."""
    return np.frombuffer(b"".join(array.tobytes() for array in arrays), np.uint8)


def no_trace(_op: int, _output: int, _tensor: np.ndarray) -> None:
    """Traced, and not looked at."""


def test_an_engine_gives_every_operators_output_and_the_graphs(engine: Engine) -> None:
    model = tiny_model()
    graph = read_graph(model)
    engine.load(model, PLENTY)
    outputs: dict[int, np.ndarray] = {}

    def keep(op: int, _output: int, tensor: np.ndarray) -> None:
        outputs[op] = tensor.copy()

    engine.invoke(samples(1)[0], keep)

    assert list(outputs) == list(range(len(graph.ops)))
    for index, tensor in enumerate(graph.outputs):
        producer = graph.producer(tensor)
        assert producer is not None
        assert engine.output(index).tobytes() == outputs[producer.index].tobytes()


def test_tracing_does_not_change_the_result(engine: Engine) -> None:
    engine.load(tiny_model(), PLENTY)
    for sample in samples(3):
        engine.invoke(sample, None)
        plain = [engine.output(index).tobytes() for index in range(2)]
        engine.invoke(sample, no_trace)
        assert [engine.output(index).tobytes() for index in range(2)] == plain


def test_both_engines_agree_in_every_operator() -> None:
    pytest.importorskip("tflite_micro")
    model = tiny_model()
    answers: list[list[bytes]] = []
    for kind in ("tflm", "litert"):
        engine = create_engine(kind)
        engine.load(model, PLENTY)
        answers.append([])
        for sample in samples(5):
            engine.invoke(sample, lambda _op, _output, tensor: answers[-1].append(tensor.tobytes()))

    assert answers[0] == answers[1]


def test_inputs_of_every_type_reach_the_network_bit_for_bit(engine: Engine) -> None:
    inputs: list[np.ndarray] = [
        np.array([[-128, -1, 0], [1, 2, 127]], np.int8),
        np.array([[0, 1, 2], [127, 128, 255]], np.uint8),
        np.array([[-32768, -1, 0], [1, 256, 32767]], np.int16),
        np.array([[-(2**31), -1, 0], [1, 65536, 2**31 - 1]], np.int32),
        np.array([[True, False, True], [False, False, True]]),
        np.array([[0.0, -1.5, 3.25], [1e-30, 1e30, -0.0]], np.float32),
    ]
    engine.load(networks.reshapes(), PLENTY)
    engine.invoke(sample_of(*inputs), None)
    assert engine.output_bytes() == [array.nbytes for array in inputs]
    for index, array in enumerate(inputs):
        assert engine.output(index).tobytes() == array.tobytes()


def test_a_tensor_that_does_not_begin_where_its_type_would_is_taken(engine: Engine) -> None:
    engine.load(networks.reshapes(["INT8", "INT32"], [3]), PLENTY)
    small, large = np.array([1, 2, 3], np.int8), np.array([1, -2, 70_000], np.int32)
    engine.invoke(sample_of(small, large), None)
    assert engine.output(1).tobytes() == large.tobytes()


def test_a_sample_of_another_size_is_refused(engine: Engine) -> None:
    engine.load(networks.reshapes(), PLENTY)
    for size in (0, 77, 79):
        with pytest.raises(EngineError, match=rf"has {size} bytes, the inputs 78"):
            engine.invoke(np.zeros(size, np.uint8), None)


def test_every_output_of_an_operator_is_told(engine: Engine) -> None:
    rows = np.arange(8, dtype=np.float32).reshape(4, 2)
    engine.load(networks.splits(), PLENTY)
    told: list[tuple[int, int, list[float]]] = []
    engine.invoke(
        sample_of(rows), lambda op, n, tensor: told.append((op, n, tensor.reshape(-1).tolist()))
    )
    assert told == [(0, 0, [0.0, 1.0, 2.0, 3.0]), (0, 1, [4.0, 5.0, 6.0, 7.0])]


def test_plain_and_traced_runs_share_what_a_network_remembers() -> None:
    pytest.importorskip("tflite_micro")
    engine, one = create_engine("tflm"), np.ones((1, 4), np.float32)
    engine.load(networks.sums(), PLENTY)
    totals = []
    for on_op in (None, no_trace, None, no_trace):
        engine.invoke(sample_of(one), on_op)
        totals.append(float(engine.output(0).flat[0]))
    assert totals == [1.0, 2.0, 3.0, 4.0]
    engine.reset_state()
    engine.invoke(sample_of(one), None)
    assert float(engine.output(0).flat[0]) == 1.0


def test_a_handle_has_no_bytes_in_the_trace() -> None:
    pytest.importorskip("tflite_micro")
    engine = create_engine("tflm")
    engine.load(networks.sums(), PLENTY)
    sizes: list[tuple[int, int, int]] = []
    one = sample_of(np.ones((1, 4), np.float32))
    engine.invoke(one, lambda op, n, tensor: sizes.append((op, n, tensor.nbytes)))
    assert sizes == [(0, 0, 0), (1, 0, 16), (2, 0, 16)]  # ASSIGN_VARIABLE gives nothing


def test_an_operator_that_tflm_lacks_is_named() -> None:
    pytest.importorskip("tflite_micro")

    def change(_graph: Any, model: Any) -> None:
        model.operatorCodes[0].builtinCode = 80  # FAKE_QUANT of schema.fbs
        model.operatorCodes[0].deprecatedBuiltinCode = 80

    model = edit_model(networks.reshapes(["FLOAT32"]), change)
    with pytest.raises(EngineError, match="FAKE_QUANT") as caught:
        create_engine("tflm").load(model, PLENTY)
    assert caught.value.code is ErrorCode.MODEL_OP
    assert caught.value.detail[0] == 80


def test_an_engine_can_be_made_to_lack_an_operator(engine: Engine) -> None:
    model = tiny_model(pool="average_pool")
    engine.load(model, PLENTY)
    with pytest.raises(EngineError, match="AVERAGE_POOL_2D") as caught:
        LackingOp("AVERAGE_POOL_2D")(engine).load(model, PLENTY)
    assert caught.value.code is ErrorCode.MODEL_OP
    assert caught.value.detail[0] == 1  # BuiltinOperator.AVERAGE_POOL_2D of schema.fbs


@pytest.mark.parametrize("cut", [8, 100, 1000])
def test_a_file_cut_short_is_refused_or_read_as_far_as_it_goes(cut: int) -> None:
    from ai_edge_litert import schema_py_generated as schema

    with pytest.raises(EngineError) as caught:
        read_plan(tiny_model()[:cut], schema)
    assert caught.value.code is ErrorCode.MODEL_FORMAT


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
