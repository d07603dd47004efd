"""Finding ESP-IDF, running idf.py, and `hil build`."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from hil.base.resources import find
from hil.build.idf import (
    INSTALL_COMMANDS,
    Idf,
    Step,
    build,
    configured_target,
    copy_project,
    errors_of,
    find_idf,
    parse_step,
)
from hil.cli import build as command
from hil.cli import main
from hil.errors import ExitCode, InfrastructureError, UsageError
from hil.sim.arena import ArenaNeed
from hil.testing.zoo import networks

from .projects import BUDGET, MAP

NETWORKS = (Path("/networks/own.tflite"),)
ARENA = ("--arena-kb", "80")  # not measured

IDF_PY = """\
#!{python}
import json, os, pathlib, sys
words = sys.argv[1:]
project, folder = pathlib.Path(words[1]), pathlib.Path(words[3])
del words[:4]
given = []
while words[0] == "-D":
    given.append(words[1])
    del words[:2]
(project / "given").write_text("\\n".join(given))
with open(project / "calls", "a") as calls:
    calls.write(" ".join(words) + " " + os.environ["IDF_TARGET"] + "\\n")
if words[0] == "set-target":
    (project / "sdkconfig").write_text('CONFIG_IDF_TARGET="%s"\\n' % words[1])
    sys.exit()
print("[1/2] Building CXX object main.cpp.obj", flush=True)
print("[2/2] Generating camhil.bin", flush=True)
if (project / "broken").exists():
    print("FAILED: main.cpp.obj\\n" + "x" * 5000 + "\\nmain.cpp:3:5: error: expected ';'")
    sys.exit(2)
(folder / "config").mkdir(parents=True, exist_ok=True)
(folder / "config" / "sdkconfig.json").write_text("{{}}")
description = {{"project_name": "camhil", "app_bin": "camhil.bin"}}
(folder / "project_description.json").write_text(json.dumps(description))
(folder / "camhil.map").write_text((project / "map").read_text())
(folder / "camhil.bin").write_bytes(bytes(int((project / "app_bytes").read_text())))
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An ESP-IDF v5.5.1 as its export script leaves it; idf.py writes a made-up build."""
    home = tmp_path / "esp-idf"
    (home / "tools" / "cmake").mkdir(parents=True)
    script = home / "tools" / "idf.py"
    script.write_text(IDF_PY.format(python=sys.executable))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    (home / "tools" / "cmake" / "version.cmake").write_text(
        "set(IDF_VERSION_MAJOR 5)\nset(IDF_VERSION_MINOR 5)\nset(IDF_VERSION_PATCH 1)\n"
    )
    return {"IDF_PATH": str(home), "PATH": str(home / "tools")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "firmware" / "esp32"
    folder.mkdir(parents=True)
    table = find("firmware/partitions.csv").read_text()
    (folder.parent / "partitions.csv").write_text(table)
    (folder / "budget.toml").write_text(BUDGET)
    (folder / "map").write_text(MAP)
    (folder / "app_bytes").write_text("300000")
    return folder


def on_path(environ: dict[str, str]) -> Idf:
    return find_idf("esp32", environ, lambda name: str(Path(environ["PATH"]) / name))


def given(project: Path) -> dict[str, str]:
    """What CMake is told."""
    return dict(line.split("=", 1) for line in (project / "given").read_text().splitlines())


def calls(project: Path) -> list[str]:
    return (project / "calls").read_text().splitlines()


# ---- finding it -------------------------------------------------------------------


def test_without_esp_idf_the_commands_that_install_it_are_shown() -> None:
    with pytest.raises(UsageError) as refusal:
        find_idf("esp32s3", {})
    assert "esp32s3" in refusal.value.message
    assert refusal.value.hint.splitlines()[1:] == [
        "  git clone -b v5.5 --recursive https://github.com/espressif/esp-idf.git",
        "  ./esp-idf/install.sh esp32s3",
        "  . ./esp-idf/export.sh",
    ]


def test_an_installed_esp_idf_that_the_shell_does_not_use_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "esp" / "esp-idf").mkdir(parents=True)
    export = tmp_path / "esp" / "esp-idf" / "export.sh"
    export.touch()
    with pytest.raises(UsageError) as refusal:
        find_idf("esp32", {"HOME": str(tmp_path)})
    assert f". {export}" in refusal.value.hint


def test_an_idf_path_that_is_no_esp_idf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ESP-IDF"):
        find_idf("esp32", {"IDF_PATH": str(tmp_path)})


def test_an_idf_py_that_is_not_on_path_asks_for_the_export_script(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="not on PATH") as refusal:
        find_idf("esp32", environ, lambda _name: None)
    assert "export.sh" in refusal.value.hint


def test_esp_idf_s_own_python_runs_it_whatever_python_is_active(
    environ: dict[str, str], tmp_path: Path
) -> None:
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    environ["IDF_PYTHON_ENV_PATH"] = str(tmp_path / "env")
    found = find_idf("esp32", environ, lambda _name: None)
    assert found.command == (str(python), str(Path(environ["IDF_PATH"]) / "tools" / "idf.py"))


@pytest.mark.parametrize(
    ("version", "supported"),
    [((5, 0, 9), False), ((5, 1, 0), True), ((6, 0, 4), True), ((6, 1, 0), False)],
)
def test_releases_that_the_project_is_built_with(
    version: tuple[int, int, int], supported: bool
) -> None:
    assert Idf(Path(), (), version).supported is supported


def test_the_version_is_that_of_the_checkout(environ: dict[str, str]) -> None:
    assert str(on_path(environ)) == "v5.5.1"


# ---- running it -------------------------------------------------------------------


def test_the_target_is_set_once_and_when_it_changes(environ: dict[str, str], project: Path) -> None:
    idf = on_path(environ)
    for target in ("esp32", "esp32", "esp32s3"):
        build(idf, project, project / "build", target, NETWORKS)
    assert configured_target(project) == "esp32s3"
    assert calls(project) == [
        "set-target esp32 esp32",
        "build esp32",
        "build esp32",
        "set-target esp32s3 esp32s3",
        "build esp32s3",
    ]


def test_the_project_is_told_its_networks_and_the_python_that_reads_them(
    environ: dict[str, str], project: Path
) -> None:
    networks = [Path("/a/one.tflite"), Path("/b/two.tflite")]
    build(on_path(environ), project, project / "build", "esp32", networks, arena_kb=96)
    assert given(project) == {
        "CAMHIL_PYTHON": sys.executable,
        "CAMHIL_NETWORKS": "/a/one.tflite;/b/two.tflite",
        "CAMHIL_ARENA_KB": "96",
    }


def test_an_arena_that_was_asked_for_once_is_not_kept(
    environ: dict[str, str], project: Path
) -> None:
    build(on_path(environ), project, project / "build", "esp32", NETWORKS)
    assert given(project)["CAMHIL_ARENA_KB"] == ""


def test_progress_is_that_of_ninja(environ: dict[str, str], project: Path) -> None:
    steps: list[Step] = []
    build(on_path(environ), project, project / "build", "esp32", NETWORKS, on_step=steps.append)
    assert steps == [
        Step(1, 2, "Building CXX object main.cpp.obj"),
        Step(2, 2, "Generating camhil.bin"),
    ]


def test_a_failed_build_shows_the_compiler_s_error(environ: dict[str, str], project: Path) -> None:
    (project / "broken").touch()
    with pytest.raises(UsageError) as failure:
        build(on_path(environ), project, project / "build", "esp32", NETWORKS)
    assert "idf.py build failed (exit status 2)" in failure.value.message
    assert "main.cpp:3:5: error: expected ';'" in failure.value.message
    assert "xxxx" not in failure.value.message


def test_an_idf_py_that_does_not_start_is_infrastructure(project: Path) -> None:
    idf = Idf(Path(), (str(project / "gone"),), (5, 5, 0))
    with pytest.raises(InfrastructureError, match="cannot start"):
        build(idf, project, project / "build", "esp32", NETWORKS)


def test_the_first_failed_step_is_shown_not_what_else_was_running() -> None:
    lines = ["[1/9] a", "FAILED: b.obj", "b.cpp:1: error: no", "[3/9] c", "ninja: build stopped"]
    assert errors_of(lines) == ["FAILED: b.obj", "b.cpp:1: error: no", "ninja: build stopped"]


def test_without_a_failed_step_the_last_lines_are_shown() -> None:
    assert errors_of([f"line {n}" for n in range(99)])[-1] == "line 98"


def test_a_line_that_is_no_step_is_none() -> None:
    assert parse_step("-- Configuring done") is None


# ---- hil build --------------------------------------------------------------------


@pytest.fixture
def shell(
    environ: dict[str, str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """A shell with the made-up ESP-IDF, in which `hil build` builds the made-up project."""
    monkeypatch.delenv("IDF_PYTHON_ENV_PATH", raising=False)
    monkeypatch.setenv("IDF_PATH", environ["IDF_PATH"])
    monkeypatch.setenv("PATH", environ["PATH"], prepend=os.pathsep)
    monkeypatch.setattr(command, "project_dir", lambda: project)
    return monkeypatch


@pytest.mark.usefixtures("shell")
def test_hil_build_shows_sizes_and_budget_and_how_to_go_on(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--target", "esp32", *ARENA]) == ExitCode.PASSED
    out = capsys.readouterr().out
    assert "ESP-IDF v5.5.1" in out
    assert "libmain.a" in out
    assert "own static RAM" in out
    assert f"pytest --pyargs hil.suite --board /dev/ttyUSB0 --firmware {project / 'build'}" in out


@pytest.mark.usefixtures("shell")
def test_hil_build_tells_of_settings_that_are_not_the_defaults(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "sdkconfig").write_text('CONFIG_IDF_TARGET="esp32"\nCONFIG_FREERTOS_HZ=100\n')
    (project / "sdkconfig.defaults").write_text("CONFIG_FREERTOS_HZ=1000\n")
    assert main(["build", *ARENA]) == ExitCode.PASSED
    assert "not as in sdkconfig.defaults: FREERTOS_HZ" in capsys.readouterr().out


@pytest.mark.usefixtures("shell")
def test_hil_build_ends_with_the_code_of_a_missed_gate_when_over_the_budget(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "app_bytes").write_text("1048577")
    assert main(["build", *ARENA]) == ExitCode.GATE_FAILED
    assert "Over the memory budget." in capsys.readouterr().out


@pytest.mark.usefixtures("shell")
def test_hil_build_passes_on_what_idf_py_says_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["build", "--verbose", *ARENA])
    assert "[2/2] Generating camhil.bin" in capsys.readouterr().out


@pytest.mark.usefixtures("shell")
def test_hil_build_tells_the_compiler_s_error_as_a_usage_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "broken").touch()
    assert main(["build", *ARENA]) == ExitCode.USAGE
    assert "error: expected ';'" in capsys.readouterr().err


def test_hil_build_without_esp_idf_is_a_usage_error_that_says_what_to_do(
    shell: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.delenv("IDF_PATH")
    shell.setenv("HOME", str(tmp_path))
    assert main(["build", *ARENA]) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert "git clone -b v5.5 --recursive" in shown
    assert INSTALL_COMMANDS[-1] in shown


def test_hil_build_for_the_simulated_board_needs_no_esp_idf(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("IDF_PATH", raising=False)
    assert main(["build", "--target", "sim"]) == ExitCode.PASSED
    folder = Path(capsys.readouterr().out.rpartition(": ")[2].strip())
    assert "app" in json.loads((folder / "flasher_args.json").read_text())


@pytest.mark.usefixtures("shell")
def test_hil_build_takes_the_networks_that_it_is_given(project: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.tflite"
    own.write_bytes(networks()["svdf"])
    assert main(["build", "--network", str(own), *ARENA]) == ExitCode.PASSED
    assert given(project)["CAMHIL_NETWORKS"] == str(own)


def test_an_arena_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--arena-kb", "0"]) == ExitCode.USAGE
    assert "--arena-kb" in capsys.readouterr().err


@pytest.mark.usefixtures("shell")
def test_what_cannot_fit_is_said_before_anything_is_built(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--arena-kb", "400"]) == ExitCode.USAGE
    assert "bytes of internal RAM" in capsys.readouterr().err
    assert not (project / "calls").exists()


def test_what_the_compiler_needs_is_written_without_esp_idf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IDF_PATH", raising=False)
    assert main(["build", "--generate", str(tmp_path), *ARENA]) == ExitCode.PASSED
    facts = json.loads((tmp_path / "networks.json").read_text())
    assert facts == {"networks": ["person_cam.tflite"], "arena_bytes": 81_920, "budgeted": True}


@pytest.mark.usefixtures("shell")
def test_an_arena_that_is_not_measured_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = ArenaNeed(None, "tflite-micro is not installed")
    monkeypatch.setattr("hil.sim.arena.arena_needed", lambda _model: nothing)
    assert main(["build"]) == ExitCode.PASSED
    assert "the arena is not measured: tflite-micro is not installed" in capsys.readouterr().out


@pytest.mark.usefixtures("shell")
def test_a_network_that_tflm_refuses_is_not_built(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = ArenaNeed(None, "node ADD failed to prepare", refused=True)
    monkeypatch.setattr("hil.sim.arena.arena_needed", lambda _model: refused)
    assert main(["build"]) == ExitCode.USAGE
    assert "refuses the network: node ADD failed to prepare" in capsys.readouterr().err
    assert not (project / "calls").exists()


def test_an_installed_package_builds_a_copy_of_its_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = find("firmware")
    monkeypatch.setattr("hil.base.resources.checkout", lambda: None)
    monkeypatch.setattr("hil.base.resources.find", lambda _name: sources)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    project = command.project_dir()
    assert tmp_path in project.parents
    assert (project / "CMakeLists.txt").read_bytes() == (
        sources / "esp32" / "CMakeLists.txt"
    ).read_bytes()
    assert (project.parent / "core" / "app.cpp").is_file()


def test_a_copy_of_the_sources_is_made_anew_only_where_they_differ(tmp_path: Path) -> None:
    sources, place = tmp_path / "from", tmp_path / "to"
    (sources / "core").mkdir(parents=True)
    (sources / "esp32").mkdir()
    for name in ("same", "other"):
        (sources / "core" / name).write_text("1")
    copy_project(sources, place)
    os.utime(place / "core" / "same", ns=(1, 1))
    (sources / "core" / "other").write_text("2")
    assert copy_project(sources, place) == place / "esp32"
    assert (place / "core" / "other").read_text() == "2"
    assert (place / "core" / "same").stat().st_mtime_ns == 1
