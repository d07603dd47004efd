"""Every answer of a run is held against each cause; a trace against its own inference."""

from __future__ import annotations

import dataclasses
import zlib
from typing import Any

import numpy as np

from hil.diagnose import diagnose
from hil.facts.run import Run
from hil.images import Photo
from hil.oracle import Oracle
from hil_lab.fakes.faulty_run import FaultyDevice, answered
from tests.diagnose.conftest import MakeRun

FLIPPED: dict[str, Any] = {"see": lambda tensor, before: tensor[:, ::-1]}
BORDER = 60
THRESHOLDS = (10, 25, 40, 50, 70, 80, 90, 95, 99)


def test_right_answers_that_a_cause_would_change_refute_it(
    run_with: MakeRun, oracle: Oracle, model: bytes, photos: tuple[Photo, ...]
) -> None:
    def half(scores: tuple[int, ...], cam: Any, percent: int) -> str:
        return "location" if (scores[1] + 128) * 100 >= percent * 128 else "below threshold"

    run = run_with(decide=half, thresholds=THRESHOLDS)
    assert diagnose(run, oracle).ids == ("decision.scale",)
    sound = FaultyDevice(oracle, model)
    found = diagnose(answered(run, sound, photos, threshold=BORDER), oracle)
    assert "decision.scale" not in found.ids
    assert found.unexplained or found.findings


def test_wrong_answers_that_no_test_measured_are_explained_too(
    run_with: MakeRun, oracle: Oracle, model: bytes, photos: tuple[Photo, ...]
) -> None:
    run = run_with(traced=False)
    flipped = FaultyDevice(oracle, model, **FLIPPED)
    found = diagnose(answered(run, flipped, photos[:6], threshold=BORDER), oracle)
    assert not found.empty
    assert "trace.wrong" not in found.ids


def _traced_as(run: Run, change: Any) -> Run:
    traces = []
    for trace in run.traces:
        right = [op.expected_crc for op in trace.ops]
        ops = (
            dataclasses.replace(op, device_crc=crc)
            for op, crc in zip(trace.ops, change(right), strict=True)
        )
        traces.append(dataclasses.replace(trace, ops=tuple(ops)))
    return dataclasses.replace(run, traces=tuple(traces))


def test_a_trace_whose_entries_moved_is_named_where_its_own_outputs_are_right(
    run_with: MakeRun, oracle: Oracle
) -> None:
    late = _traced_as(run_with(), lambda crcs: [zlib.crc32(b"before"), *crcs[:-1]])
    found = diagnose(_failed(late), oracle)
    assert found.ids == ("trace.wrong",)
    assert "operator before" in found.findings[0].title


def test_a_trace_is_not_wrong_where_the_outputs_of_its_own_inference_are(
    run_with: MakeRun, oracle: Oracle
) -> None:
    late = _traced_as(run_with(), lambda crcs: [zlib.crc32(b"before"), *crcs[:-1]])
    traces = []
    for trace in late.traces:
        outputs = (dataclasses.replace(o, device_crc=o.expected_crc ^ 1) for o in trace.outputs)
        traces.append(dataclasses.replace(trace, outputs=tuple(outputs)))
    found = diagnose(_failed(dataclasses.replace(late, traces=tuple(traces))), oracle)
    assert "trace.wrong" not in found.ids
    assert not found.empty


def test_traces_that_differ_by_no_rule_are_told_with_what_is_right_of_them(
    run_with: MakeRun, oracle: Oracle
) -> None:
    noise = np.random.default_rng(1)
    odd = _traced_as(run_with(), lambda crcs: [crc ^ int(noise.integers(1, 99)) for crc in crcs])
    found = diagnose(_failed(odd), oracle)
    assert found.findings == ()
    facts = [fact for told in found.unexplained for fact in told.facts]
    assert any("all outputs of the same inferences are right" in fact for fact in facts)


def _failed(run: Run) -> Run:
    from tests.diagnose.test_run_level import FAILED

    return dataclasses.replace(run, tests=(FAILED,))
