"""Samples at the edges, which no picture shows: ties, flat maps, exact scores, limits.

They are made for the network at hand (`hil.oracle.goals`). Every answer is held against the
oracle's bit for bit, as everywhere: scores, map, location and outputs; here beside them every
operator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.network.score import highest_passed
from hil.suite.expect import expect, expect_trace, not_asked

if TYPE_CHECKING:
    from hil.board import Board
    from hil.oracle import Oracle
    from hil.plugin import RecordMeasurement
    from hil.run.directed import DirectedSamples
    from hil.run.testbench import Bench
    from hil.samples.seeded import Sample


@pytest.fixture(scope="module")
def directed(bench: Bench) -> DirectedSamples:
    """All of them; searched for once for each network."""
    from hil.run.directed import directed_samples

    return directed_samples(bench)


@pytest.fixture
def samples(
    directed: DirectedSamples, record_measurement: RecordMeasurement, kind: str
) -> tuple[tuple[Sample, bool], ...]:
    """Of one kind of goals, and whether each was made for it; goals without one are recorded."""
    if directed.trouble:
        not_asked(f"the search for samples broke off: {directed.trouble}")
    found, missed = directed.of_kind.get(kind, ()), ", ".join(directed.missed.get(kind, ()))
    if missed:
        record_measurement(f"not reached: {kind}", missed)
    if not found:
        not_asked(f"no sample was found for: {missed}" if missed else "it has no such edge")
    return found


def ask(board: Board, oracle: Oracle, sample: Sample, threshold: int | None) -> None:
    """One answer as the field asks for it, with every operator where the board traces."""
    trace = board.identity.capabilities.trace
    board.infer(sample.data, cam_always=False, threshold=threshold, trace=trace)
    if trace:
        expect_trace(board, oracle.run(sample.data, ops=True), sample.name)


@pytest.mark.parametrize("kind", ["ties", "flat", "signs", "places"])
def test_values_that_tie_or_lie_at_a_border(
    board: Board, oracle: Oracle, samples: tuple[tuple[Sample, bool], ...]
) -> None:
    # No score is below a threshold of 0, so each has a location.
    threshold = None if oracle.contract.head is None else 0
    for sample, _ in samples:
        ask(board, oracle, sample, threshold)


@pytest.mark.parametrize("kind", ["scores"])
def test_scores_at_a_threshold_and_beside_it(
    board: Board, oracle: Oracle, samples: tuple[tuple[Sample, bool], ...]
) -> None:
    head = oracle.contract.head
    assert head is not None
    for sample, _ in samples:
        ask(board, oracle, sample, None)
        scores = oracle.run(sample.data).scores
        assert scores is not None
        highest = highest_passed(int(scores[head.positive_class]))
        for percent in (highest, highest + 1):
            board.infer(sample.data, cam_always=False, threshold=percent, reuse=True)


@pytest.mark.parametrize("kind", ["limits"])
def test_outputs_of_operators_at_their_limits(
    bench: Bench, board: Board, samples: tuple[tuple[Sample, bool], ...]
) -> None:
    """Those that were made; the others are measured by other tests."""
    checks = ("operators",) if board.identity.capabilities.trace else ()
    for sample, made in samples:
        if made:
            expect(bench.measure_sample(sample), "answer", "outputs", *checks)
