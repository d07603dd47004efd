"""Mistakes that only frames in colour show are told apart by what was made of the frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hil.diagnose.frames import explain_frames
from hil.diagnose.outcome import Outcome
from hil.facts.packing import pack_bytes
from hil.facts.records import FrameRecord
from hil.images import synthetic
from hil.judge.compare import compare_tensors
from hil.network.arrays import picture_of
from hil.network.contract import read_contract
from hil.network.frame_format import frame_pixels, packed_frame
from hil.network.input_contract import PixelScale
from hil.network.settings import NetworkSettings
from hil.oracle import preprocess
from hil.run.collect import png_text
from hil.testing.zoo import network
from hil.wire.enums import FrameFormat
from hil.wire.replies import FrameSize
from tests.diagnose.conftest import MakeRun

FRAME = FrameSize(120, 160, FrameFormat.RGB565)
SCALE = PixelScale.standardized([0, 0, 0], [255, 300, 400])
CONTRACT = read_contract(network("colour"), settings=NetworkSettings(pixels=SCALE))


def made_of(pixels: Any) -> Any:
    return picture_of(preprocess(np.ascontiguousarray(pixels, np.uint8), CONTRACT.header))


def of_swapped_bytes(pixels: Any) -> Any:
    data = np.frombuffer(packed_frame(pixels, FRAME.format), np.uint8).reshape(-1, 2)
    return made_of(frame_pixels(data[:, ::-1].tobytes(), FRAME))


def in_the_table_of_red(pixels: Any) -> Any:
    red, green, blue = (np.repeat(pixels[..., n : n + 1], 3, axis=2) for n in range(3))
    return np.stack([made_of(plane)[..., 0] for plane in (red, green, blue)], axis=-1)


# Id, and what its title ends with.
MISTAKES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("frame.channels", "blue, green, red"): lambda pixels: made_of(pixels[..., ::-1]),
    ("frame.byte-order", "are swapped"): of_swapped_bytes,
    ("frame.expansion", "the lower bits stay 0"): lambda pixels: made_of(pixels & (248, 252, 248)),
    ("frame.one-table", "that of red for all"): in_the_table_of_red,
    ("frame.mirrored", "left to right"): lambda pixels: made_of(pixels)[:, ::-1],
}


@pytest.fixture(scope="module")
def diagnosed(run_with: MakeRun) -> Callable[[Callable[[Any], Any]], Outcome]:
    """What is found where the board makes `make(pixels)` of frames."""
    healthy = run_with()

    def diagnose(make: Callable[[Any], Any]) -> Outcome:
        records = []
        for photo in synthetic(size=(120, 160), channels=3):
            pixels = frame_pixels(packed_frame(photo.pixels, FRAME.format), FRAME)
            right, got = made_of(pixels), np.ascontiguousarray(make(pixels))
            difference = compare_tensors(right, got)
            records.append(
                FrameRecord(
                    name=photo.name,
                    source="synthetic",
                    facts=healthy.images[0].facts,
                    preprocessing=difference,
                    times=healthy.images[0].times,
                    png=png_text(pixels),
                    input=pack_bytes(got.tobytes()) if difference.differing else "",
                )
            )
        outcome = Outcome()
        explain_frames(dataclasses.replace(healthy, frames=tuple(records)), CONTRACT, outcome)
        return outcome

    return diagnose


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[0])
def test_a_mistake_is_named_alone(
    diagnosed: Callable[[Callable[[Any], Any]], Outcome], mistake: tuple[str, str]
) -> None:
    found = diagnosed(MISTAKES[mistake])
    assert [finding.id for finding in found.findings] == [mistake[0]]
    assert found.findings[0].title.endswith(mistake[1])
    assert not found.unexplained


def test_frames_that_are_right_are_nothing_to_explain(
    diagnosed: Callable[[Callable[[Any], Any]], Outcome],
) -> None:
    found = diagnosed(made_of)
    assert not found.findings
    assert not found.unexplained


def test_what_no_mistake_gives_is_unexplained(
    diagnosed: Callable[[Callable[[Any], Any]], Outcome],
) -> None:
    def odd(pixels: Any) -> Any:
        tensor = made_of(pixels).copy()
        tensor[3, 5, 1] ^= 1
        return tensor

    found = diagnosed(odd)
    assert not found.findings
    assert "first at (3, 5, 1)" in found.unexplained[0].facts[0]
