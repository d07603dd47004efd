"""The simulated board with networks of every kind, each opened by its own build."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hil.board import Board, open_board
from hil.board.options import BoardOptions
from hil.errors import UsageError
from hil.sim import firmware
from hil.sim.process import SimOptions

from ..sim import networks

if TYPE_CHECKING:
    from hil.network.arrays import Sample

Open = Callable[..., Board]

INPUTS: list[NDArray[Any]] = [
    np.array([[-128, -1, 0], [1, 2, 127]], np.int8),
    np.array([[0, 1, 2], [127, 128, 255]], np.uint8),
    np.array([[-32768, -1, 0], [1, 256, 32767]], np.int16),
    np.array([[-(2**31), -1, 0], [1, 65536, 2**31 - 1]], np.int32),
    np.array([[True, False, True], [False, False, True]]),
    np.array([[0.0, -1.5, 3.25], [1e-30, 1e30, -0.0]], np.float32),
]
BYTES = b"".join(array.tobytes() for array in INPUTS)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as boards:

        def start(tflite: bytes, *, name: str = "net", arena_bytes: int | None = None) -> Board:
            model = tmp_path / f"{name}.tflite"
            model.write_bytes(tflite)
            sim = SimOptions(flash_file=tmp_path / f"{name}.bin", arena_bytes=arena_bytes)
            return boards.enter_context(
                open_board(
                    "sim", firmware=firmware.build(model=model), options=BoardOptions(sim=sim)
                )
            )

        yield start


def test_inputs_of_every_type_come_out_as_they_went_in(opened: Open) -> None:
    board = opened(networks.reshapes())
    by_name = {f"in{n}": array for n, array in enumerate(INPUTS)}
    samples: list[Sample] = [INPUTS, by_name, BYTES]
    for sample in samples:
        inference = board.infer(sample)
        assert inference.image_crc == zlib.crc32(BYTES)
        assert [part.data for part in inference.outputs] == [array.tobytes() for array in INPUTS]
    for index, array in enumerate(INPUTS):
        there, back = board.read_input(index), board.read_output(index)
        assert (there.dtype, there.shape) == (array.dtype, array.shape)
        assert (back.dtype, back.shape) == (array.dtype, (6,))
        assert there.tobytes() == back.tobytes() == array.tobytes()


def test_without_a_map_there_are_no_scores_and_none_can_be_asked_for(opened: Open) -> None:
    board = opened(networks.reshapes())
    inference = board.infer(BYTES)
    assert (inference.scores, inference.threshold) == ((), None)
    assert (inference.location, inference.cam) == (None, None)
    with pytest.raises(UsageError, match="no class activation map"):
        board.infer(BYTES, threshold=50)
    with pytest.raises(UsageError, match="no class activation map"):
        board.features(inference)


def test_a_sample_of_another_network_names_the_input_that_does_not_fit(opened: Open) -> None:
    board = opened(networks.reshapes())
    with pytest.raises(UsageError, match="in1"):
        board.infer([INPUTS[0], INPUTS[1].astype(np.float32), *INPUTS[2:]])
    with pytest.raises(UsageError, match="in3"):
        board.infer([*INPUTS[:3], INPUTS[3][:, :2], *INPUTS[4:]])


def test_a_trace_has_every_output_of_an_operator_and_each_can_be_captured(opened: Open) -> None:
    board = opened(networks.splits())
    rows = np.arange(8, dtype=np.float32).reshape(4, 2)
    board.infer(rows, trace=True)
    halves = [rows[:2].tobytes(), rows[2:].tobytes()]
    trace = board.trace()
    assert [(entry.op, entry.output) for entry in trace] == [(0, 0), (0, 1)]
    assert [(entry.crc, entry.size) for entry in trace] == [
        (zlib.crc32(half), len(half)) for half in halves
    ]
    for output, half in enumerate(halves):
        captured = board.infer(rows, capture=(0, output)).captured
        assert captured is not None
        assert (captured.op, captured.output, captured.data) == (0, output, half)


def test_a_network_with_state_starts_anew_unless_it_is_told_to_go_on(opened: Open) -> None:
    pytest.importorskip("tflite_micro")
    board = opened(networks.sums())
    one = np.ones((1, 4), np.float32)

    def total(*, reset_state: bool | None = None, trace: bool = False) -> float:
        inference = board.infer(one, reset_state=reset_state, trace=trace)
        data = inference.outputs[0].data
        assert data is not None
        return float(np.frombuffer(data, np.float32)[0])

    assert [total(), total(), total(reset_state=False)] == [1.0, 1.0, 2.0]
    # A traced run and a plain one share the state.
    assert [total(reset_state=False, trace=True), total(reset_state=False)] == [3.0, 4.0]
    assert [entry.size for entry in board.trace()] == [0, 16, 16]
    assert total(reset_state=True) == 1.0


def test_what_was_asked_for_tells_whether_the_state_was_reset(opened: Open) -> None:
    pytest.importorskip("tflite_micro")
    asked: list[bool | None] = []
    for tflite in (networks.sums(), networks.splits()):
        board = opened(tflite, name=f"net{len(asked)}")
        board.on_inference = lambda _i, _s, what: asked.append(what.reset_state)
        sample = bytes(board.contract.sample_bytes)
        board.infer(sample)
        board.infer(sample, reset_state=False)
        list(board.infer_many([sample], reset_state=False))
    assert asked == [True, False, False, None, None, None]


def test_two_networks_side_by_side_keep_apart(opened: Open) -> None:
    one, other = opened(networks.splits(), name="one"), opened(networks.reshapes(), name="other")
    assert one.contract.op_outputs == 2
    assert other.contract.op_outputs == 6
    assert one.identity.build_id == other.identity.build_id
    assert len(one.infer(bytes(32)).outputs) == 2
    assert len(other.infer(BYTES).outputs) == 6


def test_a_large_sample_passes_in_more_chunks_than_an_answer_tells_of(opened: Open) -> None:
    board = opened(networks.reshapes(["FLOAT32"], [60_000]), arena_bytes=1 << 20)
    array = np.random.default_rng(3).normal(size=60_000).astype(np.float32)
    inference = board.infer(array)
    assert (inference.outputs[0].size, inference.outputs[0].data) == (240_000, None)
    assert inference.outputs[0].crc == zlib.crc32(array.tobytes())
    assert board.read_output(0).tobytes() == array.tobytes()
