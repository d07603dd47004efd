"""LiteRT's opinion on each operator of TensorFlow Lite Micro."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.base.resources import find
from hil.network.contract import Contract, read_contract
from hil.network.random_samples import random_samples
from hil.oracle import SecondOpinion
from hil.oracle.interpreter import MicroReference
from hil.oracle.micro import Probe
from hil.oracle.second_opinion import FLOAT_TOLERANCE, compared, second_opinion
from hil.testing import zoo
from hil.testing.tiny_model import tiny_model

KNOWN_TO_BE_APART = {"relu6_rescaled": 124}
"""TensorFlow Lite Micro's RELU6 clamps and does not rescale: steps, for these samples."""

NOT_COMPARED = {
    "cumsum": "LiteRT cannot run it alone: ",  # its CUMSUM takes no int8
    "variable": "its variable is other operators' too",
}

pytestmark = pytest.mark.usefixtures("micro")


def opinion(model: bytes, cache: Path, samples: int = 3) -> SecondOpinion:
    contract = read_contract(model)
    return second_opinion(contract, random_samples(contract.header, samples), cache=cache)


def in_this_process(
    contract: Contract, samples: Sequence[bytes], nothing: SecondOpinion
) -> SecondOpinion:
    return dataclasses.replace(nothing, ops=compared(contract, samples))


@pytest.mark.parametrize("name", zoo.names())
def test_each_operator_is_within_one_step_or_known_to_be_apart(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process for each of them would take minutes; none of the zoo aborts.
    monkeypatch.setattr("hil.oracle.second_opinion.probe", lambda *_, **__: Probe())
    monkeypatch.setattr("hil.oracle.second_opinion._isolated", in_this_process)
    found = opinion(zoo.network(name), tmp_path)
    assert found.trouble == ""
    assert [each.op for each in found.ops] == list(range(len(found.ops)))
    for each in found.ops:
        if each.not_compared:
            assert each.not_compared.startswith(NOT_COMPARED[name])
        else:
            assert each.worst <= 1 or each.worst == KNOWN_TO_BE_APART[name]
            assert each.values > 0


def test_a_clamp_that_does_not_rescale_is_far_off_and_its_first_value_is_told(
    tmp_path: Path,
) -> None:
    found = opinion(zoo.network("relu6_rescaled"), tmp_path, samples=1)
    (each,) = found.ops
    assert found.worst == each
    assert (each.name, each.output, each.values) == ("RELU6", 0, 40)
    assert each.first is not None
    sample, at, ours, theirs = each.first
    data = random_samples(read_contract(zoo.network("relu6_rescaled")).header, 1)[sample]
    real = (np.frombuffer(data, np.int8)[at] + 4) * 0.1
    right = round(min(max(real, 0.0), 6.0) / (6 / 255)) - 128
    assert abs(theirs - right) <= 1
    assert abs(ours - right) > 1


def test_the_model_of_the_repository_is_the_same_in_both_to_the_bit(tmp_path: Path) -> None:
    found = opinion(find("model/person_cam.tflite").read_bytes(), tmp_path)
    assert (found.samples, len(found.ops)) == (3, 27)
    assert [each.worst for each in found.ops] == [0] * 27


def test_a_model_that_litert_refuses_for_old_metadata_is_compared(tmp_path: Path) -> None:
    found = opinion(tiny_model(bias_dimension=3), tmp_path)
    assert [each.not_compared for each in found.ops] == [""] * 5
    assert [each.worst for each in found.ops] == [0] * 5


def test_operators_are_compared_on_the_tensors_that_they_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One value between operators 1 and 2 is another for LiteRT than it was for TFLM."""
    model = tiny_model()
    mean = read_contract(model).graph.ops[1].output
    real = MicroReference.tensor

    def off(self: MicroReference, index: int) -> Any:
        tensor = real(self, index)
        if index == mean:
            tensor.flat[2] += 5 if tensor.flat[2] < 100 else -5
        return tensor

    monkeypatch.setattr("hil.oracle.second_opinion._isolated", in_this_process)
    monkeypatch.setattr(MicroReference, "tensor", off)
    ops = opinion(model, tmp_path, samples=2).ops
    assert (ops[1].worst, ops[1].differing) == (5, 2)
    assert ops[1].first is not None
    assert ops[1].first[:2] == (0, 2)
    assert ops[2].worst > 0  # LiteRT was given the wrong value
    assert ops[0].worst == ops[3].worst == ops[4].worst == 0


def test_floats_are_apart_from_a_part_of_the_largest_value_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = MicroReference.tensor
    output = read_contract(zoo.network("add_float")).graph.outputs[0]

    def off(self: MicroReference, index: int) -> Any:
        tensor = real(self, index)
        if index == output:
            unit = FLOAT_TOLERANCE * float(np.abs(tensor).max())
            small = np.argsort(np.abs(tensor).reshape(-1))[:2]
            tensor.flat[small[0]] += 0.5 * unit
            tensor.flat[small[1]] += 2.5 * unit
        return tensor

    monkeypatch.setattr("hil.oracle.second_opinion._isolated", in_this_process)
    monkeypatch.setattr(MicroReference, "tensor", off)
    (each,) = opinion(zoo.network("add_float"), tmp_path, samples=1).ops
    assert (each.worst, each.differing) == (3, 1)


def test_the_second_time_reads_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opinion(zoo.network("relu6_rescaled"), tmp_path)

    def refuse(*_: Any) -> SecondOpinion:
        raise AssertionError("ran again")

    monkeypatch.setattr("hil.oracle.second_opinion._isolated", refuse)
    assert opinion(zoo.network("relu6_rescaled"), tmp_path) == first
    with pytest.raises(AssertionError, match="ran again"):
        opinion(zoo.network("relu6_rescaled"), tmp_path, samples=2)


def test_a_damaged_kept_result_is_measured_again(tmp_path: Path) -> None:
    first = opinion(zoo.network("relu6"), tmp_path)
    for kept in tmp_path.rglob("*.json"):
        kept.write_text('{"reference": "x"}')
    assert opinion(zoo.network("relu6"), tmp_path) == first


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert opinion(zoo.network("relu6"), tmp_path / "file" / "cache").trouble == ""


@pytest.mark.usefixtures("aborting_micro")
def test_an_abort_of_tflite_micro_means_that_there_is_no_opinion(tmp_path: Path) -> None:
    found = opinion(zoo.network("relu6"), tmp_path)
    assert found.ops == ()
    assert "SIGABRT" in found.trouble
    assert "check failed" in found.trouble


@pytest.mark.usefixtures("no_micro")
def test_without_tflite_micro_there_is_nothing_to_have_an_opinion_on(tmp_path: Path) -> None:
    found = opinion(zoo.network("relu6"), tmp_path)
    assert (found.ops, found.worst) == ((), None)
    assert "not installed" in found.trouble


def test_an_interpreter_that_aborts_ends_no_run_and_is_no_opinion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr("hil.oracle.second_opinion._WORKER", "aborting_worker")
    found = opinion(tiny_model(), tmp_path)
    assert found.ops == ()
    assert "SIGABRT" in found.trouble
    monkeypatch.undo()
    assert opinion(tiny_model(), tmp_path).trouble == ""  # what came of an abort is not kept
