"""From wire messages to facts."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from hil.board.artifacts import read_expected
from hil.board.results import (
    find_output,
    flaw_of,
    frame_size,
    image_bytes,
    inference_facts,
    output_tensor,
    wire_stage,
)
from hil.errors import UsageError
from hil.link.jobs import Inference as LinkInference
from hil.link.jobs import Job
from hil.network.location import Location, NoLocation
from hil.wire import enums
from hil.wire.replies import CamGrid, CellCentre, Result, StageTimes, Tensor
from hil_lab.fakes.firmware_build import Build, make_identity


def answer(location: CellCentre | enums.NoLocation, cam: CamGrid | None) -> LinkInference:
    result = Result(
        image_crc=0xCBF43926,
        scores=b"\x80\x7f",
        threshold=60,
        location=location,
        cam=cam,
        times=StageTimes(1, 2, 3, 4),
        invoke_cycles=None,
        finished_us=99,
        inference=7,
    )
    return LinkInference(
        job=Job(b""),
        image_crc=0xCBF43926,
        result=result,
        captured=None,
        upload_s=0.5,
        result_s=0.25,
        attempts=1,
    )


def test_scores_are_signed_and_the_map_keeps_its_shape() -> None:
    cells = np.array([[-1, 2, 3], [4, 5, -(2**31)]], "<i4")
    facts = inference_facts(answer(CellCentre(24, 8, 1, 0), CamGrid(2, 3, cells.tobytes())))
    assert facts.scores == (-128, 127)
    assert facts.location == Location(24, 8, 1, 0)
    assert facts.cam is not None
    assert facts.cam.dtype == np.int32
    assert np.array_equal(facts.cam, cells)
    assert facts.round_trip_s == 0.75
    assert (facts.count, facts.finished_us, facts.uploads) == (7, 99, 1)


@pytest.mark.parametrize(
    ("wire", "fact"),
    [
        (enums.NoLocation.BELOW_THRESHOLD, NoLocation.BELOW_THRESHOLD),
        (enums.NoLocation.FLAT_MAP, NoLocation.FLAT_MAP),
    ],
)
def test_a_missing_location_keeps_its_reason(wire: enums.NoLocation, fact: NoLocation) -> None:
    facts = inference_facts(answer(wire, None))
    assert facts.location is fact
    assert facts.cam is None


def test_images_are_sent_as_the_int8_bytes_they_are() -> None:
    tensor = np.arange(-128, 128, dtype=np.int8).reshape(16, 16)
    assert image_bytes(tensor) == tensor.tobytes()
    assert image_bytes(np.asfortranarray(tensor)) == tensor.tobytes()
    assert image_bytes(b"\x01\x02") == b"\x01\x02"


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int16])
def test_images_of_another_type_are_refused(dtype: type) -> None:
    with pytest.raises(UsageError, match=np.dtype(dtype).name) as caught:
        image_bytes(np.zeros((96, 96), dtype))
    assert "to_tensor" in caught.value.hint


def test_frames_are_sent_as_the_pixels_they_are() -> None:
    frame = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert image_bytes(frame, "frame") == frame.tobytes()
    with pytest.raises(UsageError, match="a frame is uint8"):
        image_bytes(frame.view(np.int8), "frame")
    with pytest.raises(UsageError, match="no stage 'jpeg'"):
        wire_stage("jpeg")  # type: ignore[arg-type]


def test_the_size_of_frames_is_known_where_the_board_takes_them(build: Build) -> None:
    identity = make_identity(read_expected(build.write()))
    frame = enums.TensorRole.FRAME, None, 3, (1, 120, 160, 1), 1.0, 0, 19_200
    with_frame = dataclasses.replace(identity, tensors=(*identity.tensors, Tensor(*frame)))
    assert frame_size(identity) is None
    assert frame_size(with_frame) is None  # listed, but not able
    able = dataclasses.replace(identity.capabilities, frame_stage=True)
    with_frame = dataclasses.replace(with_frame, capabilities=able)
    assert frame_size(with_frame) == (120, 160)
    assert flaw_of(with_frame, bytes(19_200), None, "frame") is None
    assert flaw_of(with_frame, bytes(9216), None) is None
    wrong = flaw_of(with_frame, bytes(9216), None, "frame")
    assert wrong is not None
    assert wrong[1] is enums.ErrorCode.WRONG_SIZE
    unable = flaw_of(identity, bytes(19_200), None, "frame")
    assert unable is not None
    assert unable[1] is enums.ErrorCode.UNSUPPORTED


def test_outputs_are_found_by_index_and_get_their_shape(build: Build) -> None:
    identity = make_identity(read_expected(build.write()))
    features = find_output(identity, 1)
    assert output_tensor(bytes(288), features).shape == (1, 6, 6, 8)
    with pytest.raises(UsageError, match="no output 2") as caught:
        find_output(identity, 2)
    assert "[0, 1]" in caught.value.hint


def test_an_image_that_is_no_array_is_wrong_use() -> None:
    nothing: Any = None
    with pytest.raises(UsageError, match="the image is a NoneType, not an array"):
        image_bytes(nothing)
