"""Mistakes in making the input of a raw frame are named by what was made of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from hil.base.resources import find
from hil.diagnose import diagnose
from hil.facts.packing import pack_int8
from hil.facts.records import FrameRecord
from hil.facts.records import TestRecord as RunTest
from hil.facts.run import Run
from hil.images import Photo, synthetic
from hil.judge.compare import compare_tensors
from hil.network.contract import read_network
from hil.oracle import Oracle, preprocess
from hil.run.collect import png_text
from tests.diagnose.conftest import MakeRun

SIZE = (120, 160)
HEADER = read_network(find("model/person_cam.tflite")).header


def made_of(frame: Any) -> Any:
    """The right input of a frame, int8 [96, 96]."""
    return preprocess(frame, HEADER).reshape(96, 96)


def resized(part: Any, method: int) -> Any:
    return cv2.resize(np.ascontiguousarray(part), (96, 96), interpolation=method) ^ np.uint8(0x80)


def cut_left(frame: Any) -> Any:
    return made_of(np.ascontiguousarray(frame[:, :120]))


MISTAKES: dict[str, Callable[[Any], Any]] = {
    "frame.crop": cut_left,
    "frame.offset": lambda frame: made_of(frame) ^ np.int8(-128),
    "frame.table": lambda frame: made_of(frame) - np.int8(1),
    "frame.resize": lambda frame: resized(frame[:, 20:140], cv2.INTER_LINEAR).view(np.int8),
    "frame.transposed": lambda frame: made_of(frame).T,
    "frame.mirrored": lambda frame: made_of(frame)[:, ::-1],
    "frame.not-scaled": lambda frame: frame.reshape(-1)[:9216].view(np.int8).reshape(96, 96),
    "frame.row-length": lambda frame: made_of(
        frame.reshape(-1)[20 : 20 + 120 * 120].reshape(120, 120)
    ),
}


@pytest.fixture(scope="module")
def frames() -> tuple[Photo, ...]:
    return tuple(frame for frame in synthetic(size=SIZE) if frame.name != "black")


@pytest.fixture(scope="module")
def run_of_frames(run_with: MakeRun, frames: tuple[Photo, ...]) -> Callable[..., Run]:
    """A run whose images are right, and whose frames become `make(frame)`."""
    healthy = run_with()

    def build(make: Callable[[Any], Any]) -> Run:
        records = []
        for frame in frames:
            right = made_of(frame.pixels)
            got = np.ascontiguousarray(make(frame.pixels))
            difference = compare_tensors(right, got)
            records.append(
                FrameRecord(
                    name=frame.name,
                    source="synthetic",
                    facts=healthy.images[0].facts,
                    preprocessing=difference,
                    times=healthy.images[0].times,
                    png=png_text(frame.pixels),
                    input=pack_int8(got) if difference.differing else "",
                )
            )
        wrong = any(record.input for record in records)
        test = RunTest("test_input_made_of", "call", "failed" if wrong else "passed", 0.1, "")
        return dataclasses.replace(healthy, frames=tuple(records), tests=(*healthy.tests, test))

    return build


def test_frames_that_are_right_are_nothing_to_explain(run_of_frames: Any) -> None:
    assert diagnose(run_of_frames(lambda frame: made_of(frame))).empty


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_alone(run_of_frames: Any, oracle: Oracle, name: str) -> None:
    found = diagnose(run_of_frames(MISTAKES[name]), oracle)
    assert found.ids == (name,)
    assert found.unexplained == ()
    assert found.findings[0].explained == found.findings[0].failures > 0
    assert "preprocess.cpp" in found.findings[0].where_to_look


@pytest.mark.parametrize("how", ["down", "up"])
def test_rounding_is_told_by_its_direction(run_of_frames: Any, oracle: Oracle, how: str) -> None:
    def rounded(frame: Any) -> Any:
        # Cells of a quarter of a pixel: each pixel of the input covers 5 x 5 of them.
        cells = np.kron(frame[:, 20:140].astype(int), np.ones((4, 4), int))
        sums = cells.reshape(96, 5, 96, 5).sum(axis=(1, 3))
        whole = sums // 25 if how == "down" else -(-sums // 25)
        return (whole - 128).astype(np.int8)

    found = diagnose(run_of_frames(rounded), oracle)
    assert found.ids == ("frame.rounding",)
    assert found.findings[0].title.endswith(f"rounded {how}")


def test_what_no_mistake_gives_is_unexplained_with_the_first_difference(
    run_of_frames: Any, oracle: Oracle
) -> None:
    def odd(frame: Any) -> Any:
        tensor = made_of(frame).copy()
        tensor[3, 5] ^= 1
        return tensor

    found = diagnose(run_of_frames(odd), oracle)
    assert found.findings == ()
    assert [entry.stage for entry in found.unexplained] == ["input"]
    assert "first at (3, 5)" in found.unexplained[0].facts[0]
