"""What CMake has camhil make of the networks, in a project that is not ESP-IDF's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hil.base.resources import find
from hil.testing.zoo import networks
from hil.wire.network_header import unpack_partition

PERSON_CAM = find("model/person_cam.tflite")
LIST = """\
cmake_minimum_required(VERSION 3.20)
set(IDF_TARGET esp32)
include({networks})
project(own NONE)
get_directory_property(inputs CMAKE_CONFIGURE_DEPENDS)
file(WRITE ${{CMAKE_BINARY_DIR}}/inputs "${{inputs}}")
"""

pytestmark = pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    text = LIST.format(networks=find("firmware/esp32/networks.cmake"))
    (tmp_path / "CMakeLists.txt").write_text(text)
    return tmp_path


def configure(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["cmake", "-S", str(project), "-B", str(project / "build"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def own_python(*options: str) -> tuple[str, ...]:
    return (f"-DCAMHIL_PYTHON={sys.executable}", *options)


def test_the_firmware_is_for_person_cam_where_nobody_says_otherwise(project: Path) -> None:
    done = configure(project, *own_python("-DCAMHIL_ARENA_KB=80"))
    assert done.returncode == 0, done.stderr
    image = unpack_partition((project / "build" / "camhil" / "model.bin").read_bytes())
    assert image.tflite == PERSON_CAM.read_bytes()
    limits = (project / "build" / "camhil" / "network_limits.h").read_text()
    assert "kNetworkArenaBytes = 81920;" in limits


def test_it_is_configured_again_when_a_network_or_its_settings_change(project: Path) -> None:
    done = configure(project, *own_python("-DCAMHIL_ARENA_KB=80"))
    assert done.returncode == 0, done.stderr
    inputs = (project / "build" / "inputs").read_text().split(";")
    assert {str(PERSON_CAM), str(PERSON_CAM.with_suffix(".toml"))} <= set(inputs)


def test_several_networks_are_given_with_semicolons(project: Path) -> None:
    for name in ("svdf", "split"):
        (project / f"{name}.tflite").write_bytes(networks()[name])
    both = f"-DCAMHIL_NETWORKS={project / 'svdf.tflite'};{project / 'split.tflite'}"
    done = configure(project, *own_python(both, "-DCAMHIL_ARENA_KB=80"))
    assert done.returncode == 0, done.stderr
    resolver = (project / "build" / "camhil" / "op_resolver.h").read_text()
    assert "AddSvdf" in resolver
    assert "AddSplit" in resolver


def test_a_python_without_camhil_is_said_with_the_way_to_name_another(project: Path) -> None:
    without = project / "python"
    without.write_text("#!/bin/sh\nexit 1\n")
    without.chmod(0o755)
    done = configure(project, f"-DCAMHIL_PYTHON={without}")
    assert done.returncode != 0
    told = " ".join(done.stderr.split())
    assert f"{without} has no camhil" in told
    assert "-DCAMHIL_PYTHON=" in told


def test_a_network_that_cannot_be_run_stops_the_build_with_the_reason(project: Path) -> None:
    (project / "own.tflite").write_bytes(b"no network")
    done = configure(project, *own_python(f"-DCAMHIL_NETWORKS={project / 'own.tflite'}"))
    assert done.returncode != 0
    assert "not a TFLite file" in done.stderr
