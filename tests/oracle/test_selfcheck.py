"""The oracle's check of itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.base.deadline import Deadline
from hil.base.resources import find
from hil.images import synthetic
from hil.network.tflite_graph import read_graph
from hil.oracle.micro import MicroRun, run_isolated
from hil.oracle.selfcheck import SelfCheck, SelfCheckOutcome, self_check
from hil.testing.tiny_model import tiny_model

MODEL = tiny_model()
IMAGES = [photo.tensor.reshape(1, 96, 96, 1) for photo in synthetic()]


def check(cache: Path, model: bytes = MODEL, seconds: float = 60.0) -> SelfCheck:
    return self_check(model, read_graph(model), IMAGES, Deadline.after(seconds), cache=cache)


@pytest.mark.usefixtures("micro")
def test_both_interpreters_give_the_same_bytes_for_the_model_of_the_repository(
    tmp_path: Path,
) -> None:
    result = check(tmp_path, find("model/person_cam.tflite").read_bytes())
    assert result.outcome is SelfCheckOutcome.IDENTICAL
    assert (result.images, result.ops) == (len(IMAGES), 27)


@pytest.mark.usefixtures("micro")
def test_the_second_check_reads_the_kept_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = check(tmp_path)

    def refuse(*_: Any) -> MicroRun:
        raise AssertionError("ran again")

    monkeypatch.setattr("hil.oracle.selfcheck.run_isolated", refuse)
    assert check(tmp_path) == first
    with pytest.raises(AssertionError, match="ran again"):
        check(tmp_path, tiny_model(seed=2))


@pytest.mark.usefixtures("micro")
def test_a_damaged_kept_result_is_measured_again(tmp_path: Path) -> None:
    first = check(tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text('{"outcome": "identical"}')
    assert check(tmp_path) == first


@pytest.mark.usefixtures("micro")
def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert check(tmp_path / "file" / "cache").outcome is SelfCheckOutcome.IDENTICAL


@pytest.mark.usefixtures("micro")
def test_a_difference_names_image_and_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_step_off(model: bytes, images: Sequence[np.ndarray], limit: Deadline) -> MicroRun:
        run = run_isolated(model, images, limit)
        run.op_outputs[3][1].flat[0] += 1
        return run

    monkeypatch.setattr("hil.oracle.selfcheck.run_isolated", one_step_off)
    result = check(tmp_path)
    assert result.outcome is SelfCheckOutcome.DIFFERENT
    assert result.detail == "image 3: 1 of 8 elements differ in operator 1 (MEAN)"


@pytest.mark.usefixtures("micro", "aborting_micro")
def test_an_abort_of_tflite_micro_means_not_run_and_is_kept(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.outcome is SelfCheckOutcome.NOT_RUN
    assert "SIGABRT" in result.detail
    assert "check failed" in result.detail
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.usefixtures("micro")
def test_a_check_that_ran_out_of_time_is_not_kept(tmp_path: Path) -> None:
    result = check(tmp_path, seconds=0.0)
    assert result.outcome is SelfCheckOutcome.NOT_RUN
    assert "not finished within" in result.detail
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_micro")
def test_without_tflite_micro_the_check_is_not_run(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.outcome is SelfCheckOutcome.NOT_RUN
    assert "not installed" in result.detail


@pytest.mark.usefixtures("micro")
def test_a_model_that_litert_refuses_cannot_be_compared(tmp_path: Path) -> None:
    result = check(tmp_path, tiny_model(bias_dimension=3))
    assert result.outcome is SelfCheckOutcome.NOT_RUN
    assert "LiteRT refuses the model" in result.detail
