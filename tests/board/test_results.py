"""From wire messages to facts."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from hil.board.artifacts import read_expected
from hil.board.request import frame_bytes, sample_bytes, wire_stage
from hil.board.results import (
    check_result,
    find_tensor,
    flaw_of,
    frame_taken,
    inference_facts,
    inline_due,
    tensor_array,
)
from hil.errors import FirmwareError, UsageError
from hil.link.jobs import Inference as LinkInference
from hil.link.jobs import Job
from hil.network.location import Location, NoLocation
from hil.wire import enums
from hil.wire.network_header import CamHead, NetworkHeader, Tensor
from hil.wire.replies import (
    CamGrid,
    CellCentre,
    FrameSize,
    HeadAnswer,
    OutputPart,
    Result,
    StageTimes,
)
from hil_lab.fakes.firmware_build import Build, make_identity

GRAY = FrameSize(120, 160, enums.FrameFormat.GRAY8)

HEAD = CamHead(
    score_output=1,
    features_output=0,
    classes=2,
    positive_class=1,
    threshold=60,
    rows=2,
    columns=3,
    channels=1,
    weights=0,
    weight_zero_point=0,
    feature_zero_point=0,
)
HEADER = NetworkHeader.of(
    b"no model",
    ops=3,
    op_outputs=4,
    stateful=False,
    inputs=(Tensor("left", 9, (1, 2), 0.5, 0, 2), Tensor("right", 7, (3,), 0.5, 0, 6)),
    outputs=(Tensor("features", 9, (1, 2, 3, 1), 1.0, 0, 6), Tensor("score", 9, (1, 2), 1.0, 0, 2)),
    head=HEAD,
)
WITHOUT_HEAD = dataclasses.replace(HEADER, head=None)
OUTPUTS = (OutputPart(0xAAAA5555, 6, bytes(6)), OutputPart(0xCBF43926, 2, b"\x80\x7f"))


def answer(head: HeadAnswer | None, outputs: tuple[OutputPart, ...] = OUTPUTS) -> LinkInference:
    result = Result(
        boot_id=77,
        sample_crc=0xCBF43926,
        outputs=outputs,
        head=head,
        times=StageTimes(1, 2, 3, 4),
        invoke_cycles=None,
        finished_us=99,
        inference=7,
    )
    return LinkInference(
        job=Job(b""),
        sample_crc=0xCBF43926,
        result=result,
        captured=None,
        upload_s=0.5,
        result_s=0.25,
        attempts=1,
        requested_at=0.0,
    )


def test_scores_are_signed_and_the_map_keeps_its_shape() -> None:
    cells = np.array([[-1, 2, 3], [4, 5, -(2**31)]], "<i4")
    head = HeadAnswer(60, CellCentre(24, 8, 1, 0), CamGrid(2, 3, cells.tobytes()))
    facts = inference_facts(answer(head), HEADER)
    assert facts.scores == (-128, 127)
    assert facts.location == Location(24, 8, 1, 0)
    assert facts.cam is not None
    assert facts.cam.dtype == np.int32
    assert np.array_equal(facts.cam, cells)
    assert facts.round_trip_s == 0.75
    assert (facts.count, facts.finished_us, facts.uploads) == (7, 99, 1)


def test_without_a_map_there_are_outputs_and_no_scores() -> None:
    facts = inference_facts(answer(None), WITHOUT_HEAD)
    assert (facts.scores, facts.threshold, facts.location, facts.cam) == ((), None, None, None)
    assert [(part.crc, part.size, part.data) for part in facts.outputs] == [
        (0xAAAA5555, 6, bytes(6)),
        (0xCBF43926, 2, b"\x80\x7f"),
    ]
    assert facts.boot_id == 77


NO_MAP = HeadAnswer(60, enums.NoLocation.FLAT_MAP, None)


@pytest.mark.parametrize(
    ("header", "head", "outputs", "flaw"),
    [
        (HEADER, None, OUTPUTS, "no class activation map"),
        (WITHOUT_HEAD, NO_MAP, OUTPUTS, "a class activation map"),
        (HEADER, NO_MAP, OUTPUTS[:1], r"outputs of \[6\] bytes"),
        (HEADER, NO_MAP, OUTPUTS[::-1], r"outputs of \[2, 6\] bytes"),
        (HEADER, NO_MAP, (OUTPUTS[0], OutputPart(0, 2, None)), "no bytes of output 1, for which"),
        (HEADER, NO_MAP, (OUTPUTS[0], OutputPart(0, 2, b"x")), "1 bytes of output 1, which has 2"),
    ],
)
def test_a_result_of_another_network_is_the_firmwares_error(
    header: NetworkHeader, head: HeadAnswer | None, outputs: Any, flaw: str
) -> None:
    check_result(answer(NO_MAP).result, HEADER, "here")
    check_result(answer(None).result, WITHOUT_HEAD, "here")
    with pytest.raises(FirmwareError, match=flaw):
        check_result(answer(head, outputs).result, header, "here")


@pytest.mark.parametrize(
    ("sizes", "held"),
    [
        ([256], [True]),
        ([257], [False]),
        ([256, 256, 1], [True, True, False]),
        ([256, 255, 2, 1], [True, True, False, True]),
        ([300, 200, 200, 200, 100], [False, True, True, False, True]),
    ],
)
def test_a_result_holds_small_outputs_as_long_as_there_is_room(
    sizes: list[int], held: list[bool]
) -> None:
    parts = [OutputPart(0, size, None) for size in sizes]
    assert inline_due(parts) == held


@pytest.mark.parametrize(
    ("wire", "fact"),
    [
        (enums.NoLocation.BELOW_THRESHOLD, NoLocation.BELOW_THRESHOLD),
        (enums.NoLocation.FLAT_MAP, NoLocation.FLAT_MAP),
    ],
)
def test_a_missing_location_keeps_its_reason(wire: enums.NoLocation, fact: NoLocation) -> None:
    facts = inference_facts(answer(HeadAnswer(60, wire, None)), HEADER)
    assert facts.location is fact
    assert facts.cam is None


def test_samples_are_sent_as_the_bytes_of_their_arrays_in_the_order_of_the_inputs() -> None:
    left, right = np.array([[-128, 127]], np.int8), np.array([1, -2, 300], np.int16)
    wanted = left.tobytes() + right.tobytes()
    assert sample_bytes([left, right], HEADER) == wanted
    assert sample_bytes({"right": right, "left": left}, HEADER) == wanted
    assert sample_bytes(wanted, HEADER) == wanted
    assert sample_bytes(b"too short", HEADER) == b"too short"  # which the board has to refuse


@pytest.mark.parametrize(
    ("sample", "word"),
    [
        ([np.zeros((1, 2), np.float32), np.zeros(3, np.int16)], "left"),
        ([np.zeros((1, 2), np.int8), np.zeros(4, np.int16)], "right"),
        ([np.zeros((1, 2), np.int8)], "1 array for 2 inputs"),
        ({"left": np.zeros((1, 2), np.int8), "up": np.zeros(3)}, "up"),
        (np.zeros((1, 2), np.int8), "1 array for 2 inputs"),
        (None, "the sample is a NoneType, not an array"),
    ],
)
def test_what_is_no_sample_of_this_network_is_wrong_use(sample: Any, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        sample_bytes(sample, HEADER)
    assert caught.value.where == "Board.infer"


def test_frames_are_sent_as_the_pixels_they_are() -> None:
    frame = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert frame_bytes(frame, GRAY) == frame.tobytes()
    with pytest.raises(UsageError, match=r"pixels of uint8 \[rows, columns\]"):
        frame_bytes(frame.view(np.int8), GRAY)
    with pytest.raises(UsageError, match=r"gives RGB565: pixels of uint8 \[rows, columns, 3\]"):
        frame_bytes(frame, FrameSize(16, 16, enums.FrameFormat.RGB565))
    with pytest.raises(UsageError, match="no stage 'jpeg'"):
        wire_stage("jpeg")  # type: ignore[arg-type]


def test_the_size_of_frames_is_known_where_the_board_takes_them(build: Build) -> None:
    expected = read_expected(build.write())
    header, identity = expected.model.header, make_identity(expected)
    assert frame_taken(identity) is None
    able = dataclasses.replace(identity.capabilities, frame_stage=True)
    with_frame = dataclasses.replace(identity, frame=GRAY, capabilities=able)
    assert frame_taken(with_frame) == GRAY
    assert flaw_of(with_frame, header, bytes(19_200), None, "frame") is None
    assert flaw_of(with_frame, header, bytes(9216), None) is None
    wrong = flaw_of(with_frame, header, bytes(9216), None, "frame")
    assert wrong is not None
    assert wrong[1] is enums.ErrorCode.WRONG_SIZE
    unable = flaw_of(identity, header, bytes(19_200), None, "frame")
    assert unable is not None
    assert unable[1] is enums.ErrorCode.UNSUPPORTED


def test_tensors_are_found_by_index_and_get_type_and_shape() -> None:
    right = find_tensor(HEADER.inputs, 1, "input")
    array = tensor_array(np.array([1, -2, 300], "<i2").tobytes(), right, "input 1", "here")
    assert array.dtype == np.int16
    assert array.tolist() == [1, -2, 300]
    with pytest.raises(FirmwareError, match="has 5 bytes on the board, in its contract 6"):
        tensor_array(bytes(5), right, "input 1", "here")
    for index in (2, -1):
        with pytest.raises(UsageError, match=f"no output {index}") as caught:
            find_tensor(HEADER.outputs, index, "output")
        assert "0 (features), 1 (score)" in caught.value.hint
