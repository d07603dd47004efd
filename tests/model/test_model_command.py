"""`python -m model` as a user runs it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import model.__main__ as command
from hil.base.resources import find
from hil.testing.tiny_model import edit_model, tiny_model
from model.c_array import c_array
from model.card import read_card


@pytest.fixture
def person_cam() -> Path:
    return find("model") / "person_cam.tflite"


def test_check_describes_the_committed_model(
    person_cam: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["check", str(person_cam)]) == 0
    text = capsys.readouterr().out
    assert "27: 13 CONV_2D, 11 DEPTHWISE_CONV_2D, 1 MEAN, 1 RESHAPE, 1 SOFTMAX" in text
    assert "scale 0.0078125, zero point 0" in text


def test_check_says_what_a_pixel_is_and_how_much_arena_is_needed(
    person_cam: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["check", str(person_cam)]) == 0
    text = capsys.readouterr().out
    assert "picture     96x96, gray; the network gets (pixel - 128) / 128" in text
    if importlib.util.find_spec("tflite_micro"):
        assert "arena       77,216 bytes" in text
    else:
        assert "arena       not measured: tflite-micro is not installed" in text


def test_check_lists_every_problem_with_its_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.tflite"

    def broken(graph: Any, model: Any) -> None:
        graph.tensors[-1].quantization.scale = [0.0]
        graph.outputs = list(graph.outputs) * 9

    own.write_bytes(edit_model(tiny_model(), broken))
    assert command.main(["check", str(own)]) == 4
    said = capsys.readouterr().err
    assert "the model has 2 problems: 1. the model has 18 outputs" in said
    assert "2. scale zero, negative or not a number in: score" in said
    assert "hint: 1. export the model with 1 to 16 outputs; 2. convert" in said


def test_check_says_that_a_dead_network_is_not_proven_and_use_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("model.commands.use.HERE", tmp_path / "in use")
    own = tmp_path / "own.tflite"
    own.write_bytes(tiny_model(classifier_weights=np.zeros((2, 8), np.int8)))
    assert command.main(["check", str(own)]) == 8
    assert "NOT PROVEN  the network gives the same output 0" in capsys.readouterr().out
    use = ["use", str(own), "--labels", "a,b", "--threshold-percent", "50"]
    assert command.main(use) == 4
    assert "equal answers prove nothing" in capsys.readouterr().err
    assert not (tmp_path / "in use").exists()


def test_check_refuses_a_damaged_model(
    person_cam: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "half.tflite"
    damaged.write_bytes(person_cam.read_bytes()[:50_000])
    assert command.main(["check", str(damaged)]) == 4
    assert "truncated or damaged" in capsys.readouterr().err


def test_check_refuses_the_card_of_another_model(
    person_cam: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.tflite").write_bytes(person_cam.read_bytes())
    card = person_cam.with_suffix(".toml").read_text(encoding="utf-8")
    digest = read_card(person_cam.with_suffix(".toml")).sha256
    (tmp_path / "own.toml").write_text(card.replace(digest, "0" * 64), encoding="utf-8")
    assert command.main(["check", str(tmp_path / "own.tflite")]) == 4
    assert "own.toml are of another model" in capsys.readouterr().err


def test_a_missing_file_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["check", str(tmp_path / "none.tflite")]) == 4
    assert "cannot read the model" in capsys.readouterr().err


def test_c_array_prints_what_the_function_returns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(b"abc")
    assert command.main(["c-array", str(path), "--name", "g_model", "--align", "16"]) == 0
    assert capsys.readouterr().out == c_array(b"abc", "g_model", align=16)


def test_use_puts_model_and_card_in_place(
    person_cam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.commands.use.HERE", tmp_path)
    arguments = ["--labels", "nobody, somebody", "--threshold-percent", "75", "--from", "a test"]
    assert command.main(["use", str(person_cam), *arguments]) == 0
    assert (tmp_path / "person_cam.tflite").read_bytes() == person_cam.read_bytes()
    card = read_card(tmp_path / "person_cam.toml")
    assert card.labels == ("nobody", "somebody")
    assert (card.positive_class, card.threshold_percent) == (1, 75)
    assert card.pixels == "(pixel - 128) / 128"
    assert card.made == {"weights": "a test"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--labels", "a,b,c", "--threshold-percent", "60"], "3 labels for 2 classes"),
        (["--labels", "a,b", "--threshold-percent", "200"], "threshold of 200 percent"),
        (["--labels", "a,b", "--threshold-percent", "60", "--pixels", "pixel"], "wrong pixels"),
    ],
)
def test_use_refuses_what_does_not_fit_and_leaves_the_model_alone(
    person_cam: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setattr("model.commands.use.HERE", tmp_path)
    assert command.main(["use", str(person_cam), *arguments]) == 4
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_checking_and_c_arrays_do_without_tensorflow(person_cam: Path) -> None:
    code = (
        "import sys\n"
        "import model.__main__ as command\n"
        "command.main(['check', sys.argv[1]])\n"
        "command.main(['c-array', sys.argv[1], '-o', '/dev/null'])\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))\n"
    )
    root = Path(command.__file__).parent.parent
    subprocess.run([sys.executable, "-c", code, str(person_cam)], cwd=root, check=True)


def test_building_without_tensorflow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # makes its import fail
    assert command.main(["build", "--out", str(tmp_path)]) == 4
    error = capsys.readouterr().err
    assert "TensorFlow" in error
    assert "pip install -e '.[model]'" in error
    assert list(tmp_path.iterdir()) == []


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    modules = {path.stem for path in (Path(command.__file__).parent / "commands").glob("[!_]*.py")}
    assert {"build", "check", "use", "c_array"} <= modules
    for name in modules:
        assert re.search(rf"^    {name.replace('_', '-')}\s", text, re.MULTILINE)


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import contextlib, sys\n"
        "import model.__main__ as command\n"
        "with contextlib.suppress(SystemExit):\n"
        "    command.main(['--help'])\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'cv2', 'ai_edge_litert', 'rich'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or None)\n"
    )
    root = Path(command.__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


def test_the_simulated_board_s_firmware_takes_a_model_of_one_s_own(
    person_cam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[tuple[Path, Path]] = []

    def build(folder: Path, *, model: Path, progress: object) -> Path:
        built.append((folder, model))
        return folder

    monkeypatch.setattr("hil.sim.firmware.build", build)
    for suffix in (".tflite", ".toml"):
        content = person_cam.with_suffix(suffix).read_bytes()
        (tmp_path / f"own{suffix}").write_bytes(content)
    own, out = tmp_path / "own.tflite", tmp_path / "out"
    assert command.main(["sim-firmware", str(own), "--out", str(out)]) == 0
    assert built == [(out, own)]
    text = own.with_suffix(".toml").read_text()
    own.with_suffix(".toml").write_text(text.replace("positive_class = 1", "positive_class = 2"))
    assert command.main(["sim-firmware", str(own), "--out", str(out)]) == 4
    assert len(built) == 1
