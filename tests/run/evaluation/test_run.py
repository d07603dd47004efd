"""Evaluations by the oracle alone, from labels to results; interrupted ones go on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hil.board.artifacts import ExpectedModel
from hil.errors import UsageError
from hil.facts.evaluation import Answers
from hil.images import FITS, image_crc, load
from hil.judge.evaluation.evaluation import evaluate
from hil.judge.evaluation.selection import select
from hil.judge.tolerance import load_tolerances
from hil.network.contract import read_contract
from hil.run.evaluation.run import Plan, run_on_oracle
from hil.samples.data import read_data
from hil.samples.labels import read_labels
from hil.testing.zoo import network

MakeData = Callable[..., Path]


class Counted:
    """Counts steps; `stop_at` interrupts, as Ctrl-C does."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.total = self.kept = self.steps = 0
        self._stop_at = stop_at

    def begin(self, total: int, kept: int) -> None:
        self.total, self.kept = total, kept

    def step(self) -> None:
        self.steps += 1
        if self.steps == self._stop_at:
            raise KeyboardInterrupt


def run(
    folder: Path, model: ExpectedModel, resume: Path | None = None, progress: Counted | None = None
) -> Answers:
    data = read_labels(folder)
    return run_on_oracle(model, Plan(data, data.entries, 2, resume), progress or Counted())


def test_every_line_has_a_result_in_its_order(make_data: MakeData, model: ExpectedModel) -> None:
    progress = Counted()
    answers = run(make_data(9), model, progress=progress)
    assert list(answers.results) == [f"{n}.png" for n in range(9)]
    assert (progress.total, progress.kept, progress.steps) == (9, 0, 9)
    assert answers.header.target == "oracle"
    assert answers.header.input_size == (96, 96)


def test_squashed_pictures_reach_the_oracle(make_data: MakeData, model: ExpectedModel) -> None:
    data = read_labels(make_data(3))  # 120x96 pixels
    answers = {
        fit: run_on_oracle(model, Plan(data, data.entries, 2, fit=fit), Counted()) for fit in FITS
    }
    assert [answers[fit].header.fit for fit in FITS] == list(FITS)
    for file, result in answers["squash"].results.items():
        squashed = load(data.folder / file, resize=True, fit="squash")
        assert result.oracle.sample_crc == image_crc(squashed.tensor)
        assert result.oracle.sample_crc != answers["crop"].results[file].oracle.sample_crc


def test_an_interrupted_evaluation_goes_on_and_ends_the_same(
    make_data: MakeData, model: ExpectedModel, tmp_path: Path
) -> None:
    folder, resume = make_data(9), tmp_path / "results.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run(folder, model, resume, Counted(stop_at=4))
    progress = Counted()
    resumed = run(folder, model, resume, progress)
    assert (progress.total, progress.kept, progress.steps) == (9, 4, 5)
    whole = run(folder, model)
    assert resumed.results == whole.results
    assert list(resumed.results) == list(whole.results)
    chosen, exact = select(read_labels(folder)), load_tolerances()
    assert evaluate(resumed, chosen, exact) == evaluate(whole, chosen, exact)


def test_a_picture_that_changed_since_is_run_again(
    make_data: MakeData, model: ExpectedModel, tmp_path: Path
) -> None:
    folder, resume = make_data(4), tmp_path / "results.jsonl"
    run(folder, model, resume)
    images = folder / "images"
    (images / "2.png").write_bytes((images / "3.png").read_bytes())
    progress = Counted()
    again = run(folder, model, resume, progress)
    assert (progress.kept, progress.steps) == (3, 1)
    assert again.results["2.png"].oracle == again.results["3.png"].oracle
    assert run(folder, model).results == again.results


def test_rows_of_a_file_are_taken_over_and_values_that_were_clamped_are_counted(
    tmp_path: Path,
) -> None:
    rows = np.zeros((3, 4, 10))
    rows[1] = 1e6
    contract = read_contract(network("softmax"))
    model = ExpectedModel(contract.model, contract.header, "softmax")
    resume = tmp_path / "results.jsonl"
    np.savez(tmp_path / "rows.npz", x=rows)
    first = _of_rows(tmp_path / "rows.npz", model, resume, Counted())
    assert [result.clamped for result in first.results.values()] == [0, 40, 0]
    rows[2] = 1
    np.savez(tmp_path / "rows.npz", x=rows)
    progress = Counted()
    again = _of_rows(tmp_path / "rows.npz", model, resume, progress)
    assert (progress.kept, progress.steps) == (2, 1)
    assert [name for name in first.results if first.results[name] != again.results[name]] == [
        "rows-2"
    ]


def _of_rows(path: Path, model: ExpectedModel, resume: Path, progress: Counted) -> Answers:
    data = read_data(path)
    return run_on_oracle(model, Plan(data, data.entries, 1, resume), progress)


def test_lines_may_be_added_and_removed_between_runs(
    make_data: MakeData, model: ExpectedModel, tmp_path: Path
) -> None:
    folder, resume = make_data(6), tmp_path / "results.jsonl"
    labels = folder / "labels.csv"
    lines = labels.read_text().splitlines()
    labels.write_text("\n".join(lines[:4]) + "\n")
    run(folder, model, resume)
    labels.write_text("\n".join([lines[0], *lines[3:]]) + "\n")
    progress = Counted()
    answers = run(folder, model, resume, progress)
    assert list(answers.results) == ["2.png", "3.png", "4.png", "5.png"]
    assert (progress.kept, progress.steps) == (1, 3)


def test_pictures_that_cannot_be_used_are_all_named_after_the_others_were_run(
    make_data: MakeData, model: ExpectedModel, tmp_path: Path
) -> None:
    folder, resume = make_data(6), tmp_path / "results.jsonl"
    (folder / "images" / "1.png").write_bytes(b"")
    (folder / "images" / "4.png").write_bytes(b"no picture")
    progress = Counted()
    with pytest.raises(UsageError) as caught:
        run(folder, model, resume, progress)
    assert caught.value.message.splitlines() == [
        "2 problems in the labels:",
        "  line 3: 1.png: the file is empty",
        "  line 6: 4.png: not a picture, or a damaged one",
    ]
    assert progress.steps == 4
    make_data(6, "good")
    for name in ("1.png", "4.png"):
        good = folder.parent / "good" / "images" / name
        (folder / "images" / name).write_bytes(good.read_bytes())
    second = Counted()
    assert len(run(folder, model, resume, second).results) == 6
    assert (second.kept, second.steps) == (4, 2)


def test_a_picture_of_another_size_than_its_line_says_is_named(
    make_data: MakeData, model: ExpectedModel
) -> None:
    folder = make_data(1)
    (folder / "labels.csv").write_text("file,person,boxes,width,height\n0.png,0,,96,120\n")
    with pytest.raises(UsageError, match=r"line 2: 0\.png is 120x96 pixels, the labels say 96x120"):
        run(folder, model)


def test_results_of_another_model_are_not_taken_over(
    make_data: MakeData, model: ExpectedModel, tmp_path: Path
) -> None:
    folder, resume = make_data(2), tmp_path / "results.jsonl"
    run(folder, model, resume)
    head = model.header.head
    assert head is not None
    header = dataclasses.replace(model.header, head=dataclasses.replace(head, threshold=70))
    other = dataclasses.replace(model, header=header)
    with pytest.raises(UsageError, match=r"of another threshold: 50\.0, now it is 70\.0"):
        run(folder, other, resume)
