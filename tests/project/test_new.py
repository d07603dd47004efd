"""`hil new`, as a user calls it: what it writes is read by the readers of a run."""

from __future__ import annotations

import ast
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.judge.gates.load import load_gates
from hil.network.contract import read_network
from hil.project.files import arena_kib
from hil.run.options import RunOptions
from hil.run.settings import read_settings
from hil.testing import zoo
from hil.testing.tiny_model import tiny_model

MAP = "positive_class = 1\nthreshold_percent = 60\n"


@pytest.fixture(scope="module", autouse=True)
def cache(user_cache: Path) -> Iterator[None]:
    """Trying a network takes a process: once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(user_cache))
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, cache: None) -> Path:
    folder = tmp_path_factory.mktemp("new") / "my-board"
    assert main(["new", str(folder)]) == ExitCode.PASSED
    return folder


@pytest.fixture
def network(tmp_path: Path) -> Path:
    file = tmp_path / "my net.tflite"
    file.write_bytes(tiny_model())
    return file


def contents(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_files_of_a_project(project: Path) -> None:
    files = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert files == {
        ".github/workflows/camhil.yml",
        ".gitignore",
        "README.md",
        "baselines/README.md",
        "gates.toml",
        "models/person_cam.tflite",
        "models/person_cam.toml",
        "pyproject.toml",
        "tests/test_network.py",
    }


def test_the_settings_are_those_of_a_run(project: Path) -> None:
    options = RunOptions.from_values({}, read_settings(project))
    options.check()
    assert options.board == "sim"
    assert options.network == project / "models/person_cam.tflite"
    assert options.gates == project / "gates.toml"
    assert options.baseline_dir == project / "baselines"


def test_every_gate_has_its_reason(project: Path) -> None:
    gates = load_gates(project / "gates.toml").gates
    assert [gate.metric for gate in gates if not gate.why] == []
    assert "arena_used_bytes" in [gate.metric.name for gate in gates]


def test_the_limit_of_the_arena_has_a_tenth_of_room() -> None:
    assert arena_kib(10 * 1024) == 11
    assert arena_kib(10 * 1024 + 1) == 12


def test_the_test_has_ten_lines(project: Path) -> None:
    text = (project / "tests/test_network.py").read_text()
    assert len(text.splitlines()) <= 10
    assert any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(text)))


def test_nothing_of_a_template_is_left(project: Path) -> None:
    for name in ("pyproject.toml", "gates.toml", "README.md", ".github/workflows/camhil.yml"):
        text = (project / name).read_text()
        assert not [mark for mark in ("<<", ">>", "<%", "%>") if mark in text], name


def test_its_readme_tells_of_a_camera_where_the_network_sees(project: Path, tmp_path: Path) -> None:
    blind = tmp_path / "tanh.tflite"
    blind.write_bytes(zoo.network("tanh"))
    assert main(["new", str(tmp_path / "blind"), "--network", str(blind)]) == ExitCode.PASSED
    seeing, other = ((folder / "README.md").read_text() for folder in (project, tmp_path / "blind"))
    assert "hil live" in seeing
    assert "hil live" not in other


def test_what_to_do_next_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "one")]) == ExitCode.PASSED
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "Next:",
        f"    cd {tmp_path / 'one'}",
        "    pytest",
        "    hil validate models/person_cam.tflite",
    ]


def test_a_network_comes_along_with_its_labels(tmp_path: Path, network: Path) -> None:
    network.with_suffix(".toml").write_text(MAP)
    words = ["--network", str(network), "--labels", "no cat, cat"]
    assert main(["new", str(tmp_path / "cats"), *words]) == ExitCode.PASSED
    contract = read_network(tmp_path / "cats/models/my net.tflite")
    assert contract.task.labels == ("no cat", "cat")
    assert contract.head is not None
    settings = read_settings(tmp_path / "cats")
    assert settings["network"] == tmp_path / "cats/models/my net.tflite"


def test_labels_may_stand_in_a_file(tmp_path: Path, network: Path) -> None:
    (tmp_path / "labels.txt").write_text('a "quoted" one\ncat, or dog\n\n')
    words = ["--network", str(network), "--labels", str(tmp_path / "labels.txt")]
    assert main(["new", str(tmp_path / "cats"), *words]) == ExitCode.PASSED
    labels = read_network(tmp_path / "cats/models/my net.tflite").task.labels
    assert labels == ('a "quoted" one', "cat, or dog")


def test_this_folder_if_it_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    (folder / ".git").mkdir(parents=True)
    (folder / ".venv").mkdir()
    monkeypatch.chdir(folder)
    assert main(["new", "."]) == ExitCode.PASSED
    assert 'name = "here"' in (folder / "pyproject.toml").read_text()


def test_a_real_board_is_set_with_its_firmware(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "one"), "--board", "/dev/ttyUSB0"]) == ExitCode.PASSED
    settings = read_settings(tmp_path / "one")
    assert (settings["board"], settings["firmware"]) == ("/dev/ttyUSB0", tmp_path / "one/firmware")
    said = capsys.readouterr().out
    assert "    pytest --board sim\n    hil build --network models/person_cam.tflite" in said


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["full"], "the folder is not empty: a.txt", "empty or not there"),
        (["full/a.txt"], "this is a file", "choose another name"),
        (["two words"], "'two words' is no name that a package may have", "two-words"),
        (["-"], "'-' is no name that a package may have", "my-board"),
        (["Büro é"], "'Büro é' is no name that a package may have", "call the folder buro-e,"),
        (["猫"], "'猫' is no name that a package may have", "my-board"),
        (["NumPy"], "the name of a package that the project needs", "my-board"),
        (["CamHIL"], "the name of a package that the project needs", "my-board"),
        (["one", "--board", "usb"], "names no board", "/dev/ttyUSB0"),
        (["one", "--board", "replay:full/a.txt"], "a recording is no board", "pytest --board re"),
        (["one", "--network", "none.tflite"], "cannot read the model", "check the path"),
        (["one", "--network", "full/a.txt"], "not a TFLite file", "the converter"),
        (
            ["one", "--network", "tanh.tflite", "--labels", "a,b"],
            "2 labels for a network that",
            "leave",
        ),
        (["one", "--network", "net.tflite", "--labels", "a,b,c"], "3 labels for 2 classes", ""),
        (["one", "--labels", "a,b"], "labels are no person, person already", "leave --labels out"),
        (["one", "--labels", "a,a"], "'a' is there twice", "none twice"),
        (["one", "--labels", "a,,b"], "a label is empty", "name each class"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
    hint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/a.txt").write_text("not a network")
    (tmp_path / "net.tflite").write_bytes(tiny_model())
    (tmp_path / "tanh.tflite").write_bytes(zoo.network("tanh"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert main(["new", *words]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert message in said
    assert hint in said.partition("hint:")[2]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("folder", ["there", "above/not there yet/one"])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str,
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/.git").mkdir()
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "pyproject.toml":
            real(path, data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert main(["new", str(tmp_path / folder)]) == ExitCode.INFRASTRUCTURE
    assert "No space left" in capsys.readouterr().err
    assert contents(tmp_path) == {"there"}
    assert contents(tmp_path / "there") == {".git"}
