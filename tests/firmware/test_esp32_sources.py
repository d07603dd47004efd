"""The ESP-IDF project's own sources are parsed, without ESP-IDF, against `stubs/`.

A misspelt name or a wrong argument cannot land. What a stub says is what the headers of
ESP-IDF, esp32-camera and TensorFlow Lite Micro declare; the firmware workflow builds with them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hil.build.needs import Needs, sources

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "firmware" / "esp32" / "main"
STUBS = Path(__file__).parent / "stubs"
FIRMWARE = ROOT / "firmware"
FLAGS = (
    *("-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-std=c++17"),
    *("-fno-exceptions", "-fno-rtti", "-DZCBOR_CANONICAL"),
    *('-DCAMHIL_TFLM_VERSION="1.4.0"', '-DCAMHIL_ESP_NN_VERSION="1.2.3"'),
)

# Of person_cam.tflite, whose operators the stub of the resolver has, but with variables.
NEEDS = Needs(
    operators=("CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "RESHAPE", "SOFTMAX"),
    sample_bytes=9216,
    trace_entries=27,
    map_cells=36,
    variables=2,
    arena_bytes=79_872,
    pixel_bytes=1,
)
ESP32 = {
    "IDF_TARGET": '"esp32"',
    "IDF_TARGET_ESP32": "1",
    "FREERTOS_HZ": "1000",
    "NN_OPTIMIZED": "1",
    "ESP_DEFAULT_CPU_FREQ_MHZ": "240",
    "CAMHIL_INJECTION": "1",
    "CAMHIL_CAMERA_AI_THINKER": "1",
    "CAMHIL_LED_GPIO": "33",
    "CAMHIL_LED_ACTIVE_LOW": "1",
    "CAMHIL_UART_BAUD": "115200",
}
BARE = {"CAMHIL_CAMERA_AI_THINKER", "CAMHIL_LED_ACTIVE_LOW"}
CONFIGURATIONS = {
    "esp32": ESP32,
    "esp32 without camera, LED and injection": {
        **{name: value for name, value in ESP32.items() if name not in BARE},
        "CAMHIL_CAMERA_NONE": "1",
        "CAMHIL_LED_GPIO": "-1",
        "CAMHIL_INJECTION": "0",
        "NN_ANSI_C": "1",
    },
    "esp32s3 with the arena in PSRAM": {
        **{name: value for name, value in ESP32.items() if name not in BARE},
        "IDF_TARGET": '"esp32s3"',
        "IDF_TARGET_ESP32S3": "1",
        "CAMHIL_CAMERA_ESP32S3_EYE": "1",
        "CAMHIL_LED_GPIO": "3",
        "CAMHIL_ARENA_PSRAM": "1",
    },
}
del CONFIGURATIONS["esp32s3 with the arena in PSRAM"]["IDF_TARGET_ESP32"]

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")


def parse(folder: Path, files: list[Path], configuration: dict[str, str]) -> str:
    """What the compiler complains of; empty when it accepts the files."""
    text = "#pragma once\n" + "".join(
        f"#define CONFIG_{name} {value}\n"
        for name, value in configuration.items()
        if value != "0"  # what is not set in the menu is not defined
    )
    (folder / "sdkconfig.h").write_text(text)
    for name, source in sources(NEEDS).items():
        (folder / name).write_text(source)
    includes = (
        *("-I", str(MAIN), "-I", str(FIRMWARE / "core")),
        *("-I", str(folder), "-isystem", str(FIRMWARE / "core" / "generated")),
        *("-isystem", str(FIRMWARE / "third_party" / "zcbor")),
        *(
            "-isystem",
            str(STUBS),
        ),
    )
    injection = f"-DCAMHIL_INJECTION={configuration['CAMHIL_INJECTION']}"
    command = ["g++", *FLAGS, injection, *includes, *map(str, files)]
    english = os.environ | {"LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=english)
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_source_is_accepted(tmp_path: Path, name: str) -> None:
    files = sorted(MAIN.glob("*.cpp"))
    if "CAMHIL_CAMERA_NONE" in CONFIGURATIONS[name]:
        files.remove(MAIN / "camera.cpp")  # as main/CMakeLists.txt does
    assert len(files) > 3
    assert parse(tmp_path, files, CONFIGURATIONS[name]) == ""


@pytest.mark.parametrize(
    ("file", "before", "after", "complaint"),
    [
        ("uart_line.cpp", r"uart_write_bytes\(", "uart_write_byte(", "uart_write_byte"),
        ("uart_line.cpp", r"_config\(kUart, &config", "_config(&config, kUart", "cannot convert"),
        ("uart_line.cpp", r"config\.data_bits = \w+", "config.data_bits = 8", "invalid conversion"),
        ("esp_machine.h", r"uint64_t NowUs\(\) override", "uint64_t NowMs() override", "override"),
        ("camera.cpp", r"PIXFORMAT_GRAYSCALE", "PIXFORMAT_GREYSCALE", "PIXFORMAT_GREYSCALE"),
        ("main.cpp", r"kNetworkMapCells", "kNetworkMapCell", "kNetworkMapCell"),
        ("tflm_engine.cpp", r"arena_used_bytes\(\)", "arena_used()", "arena_used"),
    ],
)  # fmt: skip
def test_a_typo_and_a_wrong_argument_are_refused(
    tmp_path: Path, file: str, before: str, after: str, complaint: str
) -> None:
    copy = tmp_path / "main"
    shutil.copytree(MAIN, copy)
    text = (copy / file).read_text()
    changed = re.sub(before, after, text)
    assert changed != text, f"{file} no longer holds {before}"
    (copy / file).write_text(changed)
    broken = copy / Path(file).with_suffix(".cpp")
    assert complaint in parse(tmp_path, [broken], ESP32)


def test_a_warning_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.cpp").write_text(
        "#include <esp_timer.h>\nint Late(unsigned limit) { return esp_timer_get_time() > 0 && "
        "limit > -1; }\n"
    )
    assert "-Werror=sign-compare" in parse(tmp_path, [tmp_path / "a.cpp"], ESP32)


def test_every_stub_is_used() -> None:
    included = set()
    for file in (*MAIN.rglob("*.cpp"), *MAIN.rglob("*.h"), *STUBS.rglob("*.h")):
        included |= set(re.findall(r'#include [<"]([\w/.]+)[>"]', file.read_text()))
    stubs = {str(file.relative_to(STUBS)) for file in STUBS.rglob("*.h")}
    assert stubs - included == set()
