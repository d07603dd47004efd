"""`hil validate`: any network on the simulated board."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.facts.reader import read_run
from hil.run.answers import MOST_HISTORY
from hil.testing.zoo import network


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def written(name: str) -> Path:
        path = tmp_path / f"{name}.tflite"
        path.write_bytes(network(name))
        return path

    return written


def validate(path: Path, *options: str) -> int:
    return main(["validate", str(path), "--board", "sim", *options])


def test_a_network_of_several_types_is_compared_output_by_output(
    file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validate(file("ends"), "--samples", "5") == ExitCode.PASSED
    said = capsys.readouterr().out
    assert said.startswith(
        "int8 [1,8], int8 [1,8] -> float32 [1,8], bool [1,8], int32 [1], 4 operators\n"
    )
    assert "board against oracle, 5 samples" in said
    assert "2 ARG_MAX" in said
    assert "output 2 'best'" in said
    assert "PASSED, on the simulated board: 5 samples: every output is the oracle's" in said
    assert "kernels not proven here" in said


def test_a_network_with_state_is_also_run_without_resets(file: Any, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    assert validate(file("svdf"), "--samples", "4", "--facts", str(facts)) == ExitCode.PASSED
    run = read_run(facts)
    histories = {record.asked.history for record in run.inferences}
    assert len(histories) == 4  # after a reset, and after one, two and three samples
    assert None not in histories


def test_more_samples_than_a_state_is_followed_over_leave_nothing_unjudged(
    file: Any, tmp_path: Path
) -> None:
    facts, many = tmp_path / "facts.jsonl", str(MOST_HISTORY + 6)
    assert validate(file("svdf"), "--samples", many, "--facts", str(facts)) == ExitCode.PASSED
    assert all(record.asked.history is not None for record in read_run(facts).inferences)


def test_a_wrong_operator_is_named_in_the_terminal_and_on_the_page(
    file: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    code = validate(file("softmax"), "--sim-fault", "softmax-beta", "--html", str(page))
    assert code == ExitCode.TEST_FAILED
    said = capsys.readouterr().out
    assert "SOFTMAX has beta 0.5 instead of 1" in said
    assert "FAILED, on the simulated board" in said
    text = page.read_text("utf-8")
    assert "camhil validate" in text
    operators = text[text.index('id="operators"') : text.index('id="latency"')]
    assert re.search(r'class="bad-row"><th scope="row">0 SOFTMAX<', operators)
    assert "not the oracle&#39;s" in operators


def test_a_page_does_not_replace_the_network(file: Any) -> None:
    network_file = file("softmax")
    before = network_file.read_bytes()
    assert validate(network_file, "--html", str(network_file)) == ExitCode.USAGE
    assert network_file.read_bytes() == before


def test_an_operator_that_is_not_as_converted_fails(
    file: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # TensorFlow Lite Micro does not rescale in RELU6, LiteRT does.
    assert validate(file("relu6_rescaled")) == ExitCode.TEST_FAILED
    assert "1 operator not as converted" in capsys.readouterr().out
    loose = tmp_path / "loose.toml"
    loose.write_text("second_opinion_lsb = 200\n")
    assert validate(file("relu6_rescaled"), "--tolerances", str(loose)) == ExitCode.PASSED


def test_a_network_that_gives_the_same_for_all_is_not_proven_and_says_what_to_do(
    file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validate(file("zeros_like")) == ExitCode.NOT_PROVEN
    said = " ".join(capsys.readouterr().out.split())
    assert "NOT PROVEN, on the simulated board: the network gives the same output 0" in said
    assert "samples, noise included" in said
    assert "--data FILE.npz" in said


def test_samples_that_do_not_fit_are_refused_before_a_board_is_opened(
    file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "mine.npz"
    np.savez(given, x=np.zeros((2, 4, 9), np.int8))
    assert validate(file("softmax"), "--data", str(given)) == ExitCode.USAGE
    assert "simulated board" not in capsys.readouterr().out


def test_samples_of_a_file_are_run_and_what_came_is_saved(
    file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, kept = tmp_path / "mine.npz", tmp_path / "kept.npz"
    rows = np.arange(80, dtype=np.int8).reshape(2, 4, 10)
    np.savez(given, x=rows)
    assert validate(file("softmax"), "--data", str(given), "--save", str(kept)) == ExitCode.PASSED
    assert "2 samples" in capsys.readouterr().out
    with np.load(kept) as saved:
        names = set(saved.files)
        assert any(np.array_equal(saved[name], rows) for name in names)
        assert any(name.startswith("output:") for name in names)


def test_for_programs_all_of_it_is_json(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(file("split"), "--json", "--samples", "2") == ExitCode.PASSED
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["exit_code"]) == ("PASSED", 0)
    assert [op["place"] for op in found["operators"]] == ["0 SPLIT", "0 SPLIT output 1"]
    assert [len(sample["facts"]["outputs"]) for sample in found["samples"]] == [2, 2]


def test_what_is_no_network_is_refused_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.tflite"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    assert validate(path) == ExitCode.USAGE
    assert "simulated board" not in capsys.readouterr().out
