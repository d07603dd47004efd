"""Oracle processes: the order of the labels, whatever their number; failures that say why."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hil.board.artifacts import ExpectedModel
from hil.errors import InfrastructureError, UsageError
from hil.facts.board import OutputPart
from hil.images import load
from hil.oracle import Oracle
from hil.run.evaluation.answers import board_answer, board_values, oracle_answer
from hil.run.evaluation.oracle_messages import Reply
from hil.run.evaluation.oracles import OracleProcesses
from hil.samples.labels import read_labels

MakeData = Callable[..., Path]


def replies(folder: Path, model: ExpectedModel, jobs: int, *, tensors: bool = False) -> list[Reply]:
    data = read_labels(folder)
    with OracleProcesses(model, jobs) as oracles:
        return list(oracles.replies(data.folder, data.entries, tensors=tensors))


def test_bytes_count_and_not_the_crc_that_a_board_says_they_have(model: ExpectedModel) -> None:
    contract = model.contract
    sample = bytes(contract.header.sample_bytes)
    right = oracle_answer(contract, sample, Oracle(contract).run(sample))
    told = [OutputPart(crc, 2, None) for crc in right.outputs]
    wrong = bytes(value ^ 1 for value in right.values)
    told[contract.task.output] = dataclasses.replace(told[contract.task.output], data=wrong)
    inference: Any = SimpleNamespace(
        outputs=tuple(told), image_crc=right.sample_crc, threshold=50,
        location=right.location, cam=None,
    )  # fmt: skip
    assert board_values(contract, sample, inference, right) == wrong
    assert board_answer(contract, inference, wrong).outputs != right.outputs


def test_the_replies_are_the_oracles_answers_in_order(
    make_data: MakeData, model: ExpectedModel
) -> None:
    folder = make_data(5)
    oracle = Oracle(model.contract)
    found = replies(folder, model, 2, tensors=True)
    assert [reply.entry.file for reply in found] == [f"{n}.png" for n in range(5)]
    for reply in found:
        photo = load(folder / "images" / reply.entry.file, resize=True)
        expected = oracle.run(photo.tensor)
        assert reply.tensor == photo.tensor.tobytes()
        assert reply.result is not None
        assert reply.result.size == (120, 96)
        answer = reply.result.oracle
        assert expected.scores is not None
        assert expected.cam is not None
        assert np.frombuffer(answer.values, np.int8).tolist() == expected.scores.tolist()
        assert answer.outputs == expected.output_crcs()
        assert answer.location == expected.location
        assert answer.array().tolist() == expected.cam.tolist()
        assert answer.sample_crc == expected.image_crc


def test_the_number_of_processes_changes_nothing(make_data: MakeData, model: ExpectedModel) -> None:
    folder = make_data(7)
    assert replies(folder, model, 3) == replies(folder, model, 1)


def test_a_picture_that_cannot_be_used_is_a_reply_too(
    make_data: MakeData, model: ExpectedModel
) -> None:
    folder = make_data(3)
    (folder / "images" / "1.png").write_bytes(b"no picture")
    found = replies(folder, model, 1)
    assert [reply.result is None for reply in found] == [False, True, False]
    assert found[1].problem == "1.png: not a picture, or a damaged one"


def test_a_model_that_cannot_be_run_is_a_usage_error(model: ExpectedModel) -> None:
    with pytest.raises(UsageError, match="not a TFLite") as caught:
        OracleProcesses(ExpectedModel(b"no model", model.header, "where.tflite"))
    assert caught.value.where == "where.tflite"
    assert caught.value.hint


def test_a_process_that_is_killed_is_infrastructure(
    make_data: MakeData, model: ExpectedModel
) -> None:
    data = read_labels(make_data(3))
    with OracleProcesses(model) as oracles:
        os.kill(oracles._processes[0]._process.pid, signal.SIGKILL)
        with pytest.raises(InfrastructureError, match="ended with status -9"):
            list(oracles.replies(data.folder, data.entries, tensors=False))


def test_processes_end_when_the_evaluation_does(model: ExpectedModel) -> None:
    with OracleProcesses(model, 2) as oracles:
        processes = [process._process for process in oracles._processes]
        assert [process.poll() for process in processes] == [None, None]
    assert all(process.poll() is not None for process in processes)
