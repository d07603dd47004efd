"""`[tool.camhil]` in pyproject.toml: under the command line, over the defaults."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from hil.board.artifacts import read_model
from hil.cli.common import add_board_arguments, run_options
from hil.errors import ExitCode, UsageError
from hil.run.options import ARGUMENTS, RunOptions
from hil.run.settings import read_settings
from hil.testing import zoo
from hil.testing.tiny_model import tiny_model

pytest_plugins = ["pytester"]


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text("[project]\nname = 'x'\n\n[tool.camhil]\n" + text, encoding="utf-8")
    return path


def test_every_option_can_be_set(tmp_path: Path) -> None:
    values = {"action": "true", int: "9600", float: "0.5", Path: "'here'", "choices": "'auto'"}
    lines = []
    for argument in ARGUMENTS:
        kind = next((k for k in ("action", "choices") if k in argument.settings), None)
        value = values.get(kind or argument.settings.get("type", ""), "'text'")
        value = {"soak": "'30min'"}.get(argument.name, value)
        lines.append(f"{argument.key} = {value}")
    write(tmp_path, "\n".join(lines))
    settings = read_settings(tmp_path)
    assert {*settings} == {argument.name for argument in ARGUMENTS}
    options = RunOptions.from_values({}, settings)
    assert options.baud == options.sim_seed == 9600
    assert options.resize is True
    assert options.sim_drops == options.image_s == 0.5
    assert options.flash == "auto"
    assert options.baseline == "text"


OF_THE_NETWORK = "labels = ['no', 'yes']\npixels = 'pixel / 255'\ntask = 'classification'"


def test_what_the_network_does_not_tell_may_stand_beside_its_name(tmp_path: Path) -> None:
    own = tmp_path / "own.tflite"
    own.write_bytes(tiny_model(input_scale=1 / 255, input_zero_point=-128))
    write(tmp_path, f"network = 'own.tflite'\n{OF_THE_NETWORK}")
    options = RunOptions.from_values({}, read_settings(tmp_path))
    assert options.network == own
    contract = read_model(own, options.declared).contract
    assert contract.task.labels == ("no", "yes")
    assert contract.task.kind == "classification"
    assert contract.pixels is not None
    assert contract.pixels.text == "pixel / 255"


def test_it_is_not_said_of_another_network_of_the_command_line(tmp_path: Path) -> None:
    write(tmp_path, f"network = 'own.tflite'\n{OF_THE_NETWORK}")
    settings = read_settings(tmp_path)
    for network, same in ((tmp_path / "own.tflite", True), (tmp_path / "other.tflite", False)):
        options = RunOptions.from_values({"_camhil_network": network}, settings)
        assert (options.declared is not None) == same


def test_what_is_said_of_no_network_or_in_two_places_is_refused(tmp_path: Path) -> None:
    write(tmp_path, OF_THE_NETWORK)
    with pytest.raises(UsageError, match="is said of no network") as refused:
        read_settings(tmp_path)
    assert "the .toml beside the .tflite" in refused.value.hint
    write(tmp_path, f"network = 'own.tflite'\n{OF_THE_NETWORK}")
    own = tmp_path / "own.tflite"
    own.write_bytes(tiny_model())
    own.with_suffix(".toml").write_text("positive_class = 1\n", encoding="utf-8")
    options = RunOptions.from_values({}, read_settings(tmp_path))
    with pytest.raises(UsageError, match="and beside the network"):
        read_model(own, options.declared)


def test_a_network_that_is_named_twice_is_refused_unless_it_is_the_same() -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_board_arguments(parser)
    twice = ["--network", "a.tflite", "--network"]
    assert run_options(parser.parse_args([*twice, "a.tflite"])).network == Path("a.tflite")
    with pytest.raises(argparse.ArgumentError, match=r"given twice: a.tflite and b.tflite"):
        parser.parse_args([*twice, "b.tflite"])


def test_the_command_line_wins_over_settings_and_settings_over_defaults(tmp_path: Path) -> None:
    write(tmp_path, "baud = 57600\nimage-s = 5")
    options = RunOptions.from_values({"_camhil_baud": 9600}, read_settings(tmp_path))
    assert (options.baud, options.image_s) == (9600, 5.0)
    assert options.handshake_s == RunOptions.handshake_s


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        "gates = 'limits/gates.toml'\nboard = 'replay:runs/a.rec'\nstore = '/var/s'\n"
        "energy = 'csv:meter.csv,volts=5'",
    )
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    settings = read_settings(below)
    assert settings["gates"] == tmp_path / "limits/gates.toml"
    assert settings["board"] == f"replay:{tmp_path / 'runs/a.rec'}"
    assert settings["energy"] == f"csv:{tmp_path / 'meter.csv'},volts=5"
    assert settings["store"] == Path("/var/s")


def test_a_file_without_the_table_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "board = 'auto'")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[tool.other]\nuses = 'camhil'\n")
    assert read_settings(inner) == {"board": "auto"}
    (inner / "pyproject.toml").write_text("this is no TOML, and not of this project")
    assert read_settings(inner) == {"board": "auto"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("bord = 'sim'", "unknown key 'bord'", "did you mean board?"),
        ("baseline_dir = 'x'", "unknown key 'baseline_dir'", "did you mean baseline-dir?"),
        ("baud = 'fast'", "baud must be a whole number, not 'fast'", "correct it"),
        ("firmware = 3", "firmware must be a text, not 3", "correct it"),
        ("resize = 1", "resize must be true or false, not 1", "correct it"),
        ("flash = 'perhaps'", "flash cannot be 'perhaps'", "choose from auto, always, never"),
        ("baud = -1", "baud -1 cannot be used", "give a rate from 1200 to 5000000 baud"),
        ("image-s = nan", "image-s nan cannot be used", "give seconds from 0.01 to 86400, a day"),
    ],
)
def test_a_wrong_setting_names_file_line_and_what_would_be_right(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    path = write(tmp_path, f"# a comment\n{text}")
    with pytest.raises(UsageError) as wrong:
        read_settings(tmp_path)
    assert (wrong.value.message, wrong.value.hint) == (message, hint)
    assert wrong.value.where == f"{path}:6"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("[tool]\ncamhil = 3\n", "tool.camhil must be a table, not 3", 2),
        ("\n[[tool.camhil]]\n", "tool.camhil must be a table, not an array of tables", 2),
        ("tool = 'camhil'\n", "tool must be a table, not 'camhil'", 1),
        ("a = 1\ntool.camhil = []\n", "tool.camhil must be a table, not an array of tables", 2),
    ],
)
def test_settings_that_are_no_table_are_refused(
    tmp_path: Path, text: str, message: str, line: int
) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as wrong:
        read_settings(tmp_path)
    assert (wrong.value.message, wrong.value.where) == (message, f"{path}:{line}")


def test_a_firmware_that_is_set_does_not_go_to_boards_that_bring_their_own(tmp_path: Path) -> None:
    write(tmp_path, "board = '/dev/ttyUSB0'\nfirmware = 'build'")
    settings = read_settings(tmp_path)
    assert RunOptions.from_values({}, settings).firmware == tmp_path / "build"
    assert RunOptions.from_values({"_camhil_board": "auto"}, settings).firmware is not None
    assert RunOptions.from_values({"_camhil_board": "sim"}, settings).firmware is None


def test_the_hil_command_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "board = 'auto'\nbaud = 57600")
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    add_board_arguments(parser)
    options = run_options(parser.parse_args(["--board-baud", "9600"]))
    assert (options.board, options.baud) == ("auto", 9600)


def test_pytest_reads_them_and_leaves_a_run_without_a_board_alone(
    pytester: pytest.Pytester,
) -> None:
    write(pytester.path, "gates = 'no/such/gates.toml'\nfacts = 'facts.jsonl'")
    pytester.makepyfile(
        test_plain="def test_it():\n    pass\n", test_board="def test_it(bench):\n    pass\n"
    )
    plain = pytester.runpytest_inprocess("test_plain.py")
    assert plain.ret == ExitCode.PASSED
    assert not (pytester.path / "facts.jsonl").exists()
    with_board = pytester.runpytest_inprocess("test_board.py")
    assert with_board.ret == ExitCode.USAGE
    with_board.stderr.fnmatch_lines(["*no/such/gates.toml*"])


def test_a_network_in_another_project_does_not_bring_that_projects_settings(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = pytester.path / "other"
    write(other, "samples = 7").write_text("[tool.pytest.ini_options]\n[tool.camhil]\nsamples = 7")
    network = other / "net.tflite"
    network.write_bytes(zoo.network("relu"))
    mine = pytester.path / "mine"
    write(mine, "samples = 3")
    (mine / "test_it.py").write_text("def test_it(sample):\n    pass\n")
    monkeypatch.chdir(mine)
    result = pytester.runpytest_subprocess("--hil-network", str(network), "--collect-only", "-q")
    result.stdout.fnmatch_lines(["*3 tests collected*"])


def test_pytest_refuses_an_unknown_setting(pytester: pytest.Pytester) -> None:
    write(pytester.path, "bord = 'sim'")
    pytester.makepyfile("def test_it():\n    pass\n")
    result = pytester.runpytest_inprocess()
    assert result.ret == ExitCode.USAGE
    result.stderr.fnmatch_lines(["ERROR: unknown key 'bord' *pyproject.toml:5*"])
