"""The first diverging op: what is read back, where, and what is said without a trace."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from hil.diagnose import diagnose, divergence
from hil.diagnose.show import lines
from hil.errors import UsageError
from hil.facts.image import OpFacts
from hil.facts.packing import pack_int8, unpack_int8
from hil.facts.reader import read_run
from hil.oracle import Oracle
from hil_lab.fakes.recorded_run import write_run
from tests.diagnose.conftest import MakeRun
from tests.diagnose.mistakes import MISTAKES, device_options


def test_a_record_tells_how_many_elements_differ_and_where(
    oracle: Oracle, photos: tuple[Any, ...]
) -> None:
    answer = oracle.run(photos[0].tensor, ops=True)
    assert answer.op_outputs is not None
    (right,) = answer.op_outputs[2]
    got = right.copy()
    got[0, 40:, :, 3] = np.clip(right[0, 40:, :, 3].astype(int) + 4, -128, 127)
    record = divergence.by_operator("x", oracle, answer, OpFacts(2, "CONV_2D", 1, 2), got)
    off = np.abs(got.astype(int) - right)
    assert (record.op, record.name, record.shape) == (2, "CONV_2D", right.shape)
    assert record.differing == np.count_nonzero(off)
    assert record.max_lsb == off.max()
    assert record.mean_lsb == pytest.approx(off[off > 0].mean(), abs=1e-3)
    assert record.inputs_equal is True
    assert [channel for channel, _, _ in record.channels] == [3]
    assert len(record.map) == len(record.map[0]) == 12
    assert all(value == 0 for row in record.map[:9] for value in row)
    assert any(value for value in record.map[11])
    assert np.array_equal(unpack_int8(record.output, right.shape), got)


def test_of_the_first_operator_nobody_knows_whether_its_input_was_right(
    oracle: Oracle, photos: tuple[Any, ...]
) -> None:
    answer = oracle.run(photos[0].tensor, ops=True)
    record = divergence.by_operator("x", oracle, answer, OpFacts(0, "CONV_2D", 1, 2), None)
    assert record.inputs_equal is None
    assert "could not be read back" in record.detail


def test_without_a_trace_it_is_said_what_was_compared_instead(
    run_with: MakeRun, oracle: Oracle
) -> None:
    run = run_with(**device_options(oracle, [MISTAKES["other class"]]))
    facts = run.images[0].facts
    answer = oracle.run(_tensor(run.images[0].png))
    record = divergence.by_outputs("x", oracle, answer, facts, answer.outputs, "no trace")
    assert record is not None
    assert (record.how, record.op, record.name) == ("outputs", None, "map")
    assert record.detail.startswith("no trace; by what can be read back: the map differs")


def test_a_run_file_holds_all_that_the_diagnosis_needs(
    run_with: MakeRun, oracle: Oracle, tmp_path: Any
) -> None:
    run = run_with(**device_options(oracle, [MISTAKES["dead channel"]]))
    again = read_run(write_run(tmp_path / "facts.jsonl", run))
    assert dataclasses.replace(again, header=run.header, end=run.end) == dataclasses.replace(
        run, console=again.console
    )
    assert diagnose(again).findings == diagnose(run, oracle).findings


def test_a_damaged_tensor_in_a_run_is_a_usage_error() -> None:
    text = pack_int8(np.zeros(16, np.int8))
    with pytest.raises(UsageError, match="damaged bytes"):
        unpack_int8(text, (17,))
    with pytest.raises(UsageError, match="damaged bytes"):
        unpack_int8(text[:-8] + "!!!!", (16,))


def test_the_text_has_finding_evidence_place_and_map(run_with: MakeRun, oracle: Oracle) -> None:
    run = run_with(**device_options(oracle, [MISTAKES["dead channel"]]))
    images = len({image.name for image in run.images})
    text = "\n".join(line.text for line in lines(diagnose(run, oracle)))
    assert "1. operator 4 (CONV_2D): output channel 3 alone is wrong" in text
    assert f"explains {images} of {images} wrong outputs" in text
    assert "look at: the kernel of this operator" in text
    assert "first difference, astronaut" in text
    assert "largest difference by place" in text


def _tensor(png: str) -> Any:
    from hil.facts.packing import unpack_png
    from hil.images import to_tensor

    return to_tensor(unpack_png(png))
