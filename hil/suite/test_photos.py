"""Real photographs: every number of the board's answer against the oracle's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.network.location import Location, NoLocation
from hil.network.score import highest_passed, smallest_passing_score
from hil.suite.expect import expect, expect_verdict

if TYPE_CHECKING:
    from hil.images import Photo
    from hil.run.testbench import Bench


def test_score(bench: Bench, board: object, photo: Photo) -> None:
    measured = bench.measure(photo)
    expect(measured, "answer", "score")


def test_score_tensor_holds_the_scores_that_were_sent(
    bench: Bench, board: object, photo: Photo
) -> None:
    measured = bench.measure(photo)
    held, sent = tuple(measured.score_tensor.tolist()), tuple(measured.inference.scores)
    assert held == sent, f"the scores sent are {sent}, the tensor read back holds {held}"


def test_features(bench: Bench, board: object, photo: Photo) -> None:
    expect(bench.measure(photo), "features")


def test_cam(bench: Bench, board: object, photo: Photo) -> None:
    expect(bench.measure(photo), "cam")


def test_cam_agrees_with_the_floating_point_map(bench: Bench, board: object, photo: Photo) -> None:
    from hil.oracle.cam import float_cam_agrees

    measured = bench.measure(photo)
    assert measured.inference.cam is not None
    same = float_cam_agrees(measured.inference.cam, bench.oracle.float_cam(measured.answer))
    assert same, "the board's map is not the floating-point map of the oracle, apart from rounding"


def test_location(bench: Bench, board: object, photo: Photo) -> None:
    measured = bench.measure(photo)
    expect(measured, "location")
    if isinstance(measured.inference.location, Location):
        expect(measured, "own map")


def test_location_is_there_exactly_when_the_score_passes(
    bench: Bench, board: object, photo: Photo
) -> None:
    """And so is the map. At the network's own threshold, and on both sides of the score."""
    head, scores = bench.oracle.contract.head, bench.measure(photo).answer.scores
    assert head is not None
    assert scores is not None
    score = scores[head.positive_class]
    # The largest threshold that this score passes, and the next one.
    highest = highest_passed(int(score))
    assert smallest_passing_score(highest) <= score
    for threshold in (None, highest, min(highest + 1, 100)):
        measured = bench.measure_now(photo, threshold=threshold)
        expect(measured, "decision", "location")
        if measured.inference.location is not NoLocation.BELOW_THRESHOLD:
            expect(measured, "cam")


@pytest.mark.needs("trace")
def test_every_operator(bench: Bench, board: object, photo: Photo) -> None:
    from hil.judge.verdict import judge_image

    bench.require_head()
    verdicts = judge_image(bench.measure_ops(photo), bench.tolerances)
    expect_verdict(next(verdict for verdict in verdicts if verdict.check == "operators"))
